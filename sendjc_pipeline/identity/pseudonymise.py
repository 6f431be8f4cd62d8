"""A quarter's accepted person-level rows in; persons, links and pseudonymous copies out.

Belongs here: the order of the steps, and the counts that a run may show. Does not belong here: any rule about who is
who (link.py) or which column survives (columns.py). Identifiers are in memory, in a scratch folder of the restricted
zone when memory is short, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date

import duckdb

from sendjc_pipeline import feeds
from sendjc_pipeline.identity import (
    admission,
    attributes,
    blanked,
    cluster,
    contents,
    copies,
    decisions,
    doubt,
    events,
    link,
    linked_by,
    persons,
    postcode_directory,
    questioned,
    records,
    residence,
    scores,
    standardise,
    vault,
)
from sendjc_pipeline.identity.columns import raw_columns
from sendjc_pipeline.identity.pseudonym import Keys, Pseudonymiser
from sendjc_pipeline.identity.records import AcceptedSubmission, text
from sendjc_pipeline.identity.rules import match_rules
from sendjc_pipeline.identity.thresholds import thresholds
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.reporting import period as read_period
from sendjc_pipeline.sealing import sealed
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions.manifest import Submission
from sendjc_pipeline.submissions.receipt import Receipt
from sendjc_pipeline.warehouse.connection import SPILL_LIMIT, connect

# Above so many records spilling would cost minutes; the usual limit keeps a quarter of one area within 2 GiB.
_MANY_ROWS, _MEMORY_FOR_MANY = 600_000, "4500MB"

__all__ = ["IdentityResult", "raw_columns", "resolve_and_pseudonymise"]


@dataclass(frozen=True)
class IdentityResult:
    """What a run may say about itself: counts, and nothing of any child.

    `links_by_method` counts a partner's children, once per feed, by the method in person_link; `unlinked_by_feed`
    counts those of them to whom no child of the other side (education or health) was linked. `compared` pairs were scored in
    this run (those of earlier runs are kept); `doubtful` pairs of children were not linked and might be one.
    `without_agreement` are the (partner, feed) whose `rows_without` rows stayed out; `opted_out` and `not_matchable` count
    children as each provider numbers them (admission.py). `values_blanked` did not pass into the copies (passing.py).
    `stand_in_dates` are the birth dates of a partner's feed that were taken for unknown, each counted once (stand_in_dates.py).
    """

    persons: int
    on_both_sides: int
    links_by_method: dict[str, int]
    unlinked_by_feed: dict[str, int]
    compared: int = 0
    doubtful: int = 0
    without_agreement: tuple[tuple[str, str], ...] = ()
    rows_without: int = 0
    opted_out: int = 0
    not_matchable: int = 0
    values_blanked: int = 0
    stand_in_dates: int = 0


@sealed("Identity", "Nothing of the quarter was replaced: tell whoever maintains sendjc.")
def resolve_and_pseudonymise(
    settings: Settings,
    quarter: Quarter,
    deliveries: Sequence[tuple[Submission, Receipt]],
    keys: Keys,
    history: Sequence[tuple[Submission, Receipt]] = (),
    known_at: date = date.max,
) -> IdentityResult:
    """Write restricted/identity/<quarter>/ and restricted/pseudonymised/<quarter>/ in place of what was there before.

    The same deliveries, history, decisions, postcode directory, keys and code give the same bytes, in any order and with any number of threads.

    Args:
        settings: the home.
        quarter: whose figures are made.
        deliveries: the submissions that the quarter counts.
        keys: the keys in force.
        history: everything else that was received by then and not withdrawn, for who is who and since when.
        known_at: the day by which clerical decisions must have been recorded, and as of which opt-outs stand.

    What has no sharing agreement, and the health rows of children who opted out, take part in nothing (admission.py).

    identity/<quarter>/person.parquet: attributes.PERSON_COLUMNS, by person_key.
    identity/<quarter>/person_link.parquet: person_key, partner, feed, source_person_id (pseudonym), method,
        match_probability, is_in_doubt, submission_id; one row per submission and child in it.
    identity/<quarter>/person_residence.parquet: see residence.py.
    identity/<quarter>/person_doubt.parquet, identity/review/<quarter>/candidate_pair.parquet: see doubt.py.
    identity/<quarter>/left_out.parquet, left_out_child.parquet: see admission.py.
    identity/<quarter>/blanked_value.parquet: see blanked.py.
    identity/<quarter>/linked_by.json: see linked_by.py.
    identity/<quarter>/key_map.parquet, identity/key_event.parquet: see events.py.
    identity/scores/: see scores.py. identity/decisions.parquet is read: see decisions.py.
    pseudonymised/<quarter>/<feed>/<table>/<submission_id>.parquet: raw_columns(feed, table), by source_row.

    Feeds without persons and rejected submissions are passed over.

    Raises:
        IdentityFailed: the accepted tables cannot be read, or contradict each other; what was there before still
        stands.
        SendjcError: a seed is missing, or a person-level feed has no entry in sources.py.
    """
    rules, limits = match_rules(quarter.end), thresholds(quarter.end)
    # Asked before anything is applied: what comes in meanwhile is then news to the next run, never taken for applied.
    basis = linked_by.standing(settings, [submission.submission_id for submission, _ in history], known_at)
    home, places = settings.restricted / "identity", postcode_directory.directory_file(settings)
    with vault.workspace(settings, quarter) as scratch:
        identity, rows, review = (vault.make_folder(scratch / name) for name in ("identity", "pseudonymised", "review"))
        con = connect()
        try:
            # Not the shared spill folder: what is spilled here holds names.
            con.execute(f"set temp_directory = {text(scratch / 'spill')}")
            con.execute("set enable_progress_bar = false")
            con.execute(f"set max_temp_directory_size = '{SPILL_LIMIT}'")
            received, past = accepted_of(deliveries), accepted_of(history)
            if records.count_rows(con, [*received, *past]) > _MANY_ROWS:
                con.execute(f"set memory_limit = '{_MEMORY_FOR_MANY}'")
            standardise.create_macros(con)
            admitted = admission.admit(con, settings, received, past, known_at, keys, scratch)
            accepted, past = admitted.accepted, admitted.history
            pseudonymiser = Pseudonymiser(con, keys)
            records.create_records(con, accepted, past)
            contents.create_contents(con)
            decisions.create_decisions(con, pseudonymiser, decisions.decisions_file(settings), known_at)
            link.link(con, rules)
            compared = scores.create_scores(con, home / "scores" / scores.cache_name(), limits.review_weight)
            cluster.create_clusters(con, limits)
            questioned.create_questioned(con, limits)
            persons.create_persons(con, pseudonymiser, limits)
            doubt.create_doubts(con, limits)
            attributes.create_attributes(con, accepted, past, quarter.end, places if places.is_file() else None)
            copies.write_identity(con, pseudonymiser, accepted, identity)
            residence.write_residence(con, quarter.end, identity)
            copies.write_rows(con, pseudonymiser, accepted, rows)
            values_blanked = blanked.write_blanked(con, accepted, rows, identity)
            doubt.write_doubts(con, identity, review)
            admission.write_left_out(con, identity)
            linked_by.write(identity, basis)
            events.write_map(con, identity)
            events.create_events(con, settings, quarter)
            result = replace(_count(con, compared, admitted), values_blanked=values_blanked)
            events.append_events(con, settings, quarter)
        finally:
            con.close()
        vault.swap_in(settings, quarter, scratch, identity, rows, review)
    return result


def accepted_of(deliveries: Sequence[tuple[Submission, Receipt]]) -> list[AcceptedSubmission]:
    found = []
    for submission, receipt in deliveries:
        if receipt.status != "accepted" or receipt.folder is None or not feeds.load(submission.feed).is_person_level:
            continue
        period = read_period(submission.period)
        found.append(
            AcceptedSubmission(
                submission_id=submission.submission_id,
                partner=submission.partner,
                feed=submission.feed,
                period=period.label,
                period_start=period.start,
                period_end=period.end,
                received_at=submission.received_at.astimezone(UTC).replace(tzinfo=None),
                folder=receipt.folder,
            )
        )
    return sorted(found, key=lambda item: (item.feed, item.partner, item.period_end, item.submission_id))


def _count(con: duckdb.DuckDBPyConnection, compared: int, admitted: admission.Admission) -> IdentityResult:
    sides = "select person_no from person_record inner join local_link using (side, space, partner, source_person_id)"
    totals = con.execute(f"""
        select (select count(*) from person),
            (select count(*) from ({sides} group by person_no having count(distinct local_link.side) > 1)),
            (select count(*) from doubtful_pair where person_one in (from person) and person_two in (from person)),
            (select count(*) from stand_in_date)
    """).fetchone()
    people, both, doubtful, stand_ins = totals or (0, 0, 0, 0)
    con.execute(f"""
        create or replace temp table sent_child as
        select distinct person_record.feed, local_link.local_no, local_link.person_no, local_link.method
        from person_record
        inner join local_link using (side, space, partner, source_person_id);

        create or replace temp table met as {sides} group by person_no having count(distinct local_link.side) > 1""")
    methods = con.execute("select method, count(*) from sent_child group by method order by method").fetchall()
    alone = "count(*) filter (where person_no not in (from met))"
    unlinked = con.execute(f"select feed, {alone} from sent_child group by feed order by feed").fetchall()
    left_out = (admitted.without_agreement, admitted.rows_without, admitted.opted_out, admitted.not_matchable)
    return IdentityResult(
        people, both, dict(methods), dict(unlinked), compared, doubtful, *left_out, stand_in_dates=stand_ins
    )
