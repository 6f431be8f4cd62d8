"""A quarter's accepted person-level rows in; persons, links and pseudonymous copies out.

Belongs here: the order of the steps, and the counts that a run may show. Does not belong here: any rule about who is
who (link.py) or which column survives (columns.py). Identifiers are in memory, in a scratch folder of the restricted
zone when memory is short, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

import duckdb

from sendjc_pipeline import feeds
from sendjc_pipeline.identity import attributes, copies, link, persons, records, standardise, vault
from sendjc_pipeline.identity.columns import raw_columns
from sendjc_pipeline.identity.pseudonym import Pseudonymiser
from sendjc_pipeline.identity.records import AcceptedSubmission, text
from sendjc_pipeline.identity.rules import match_rules
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.reporting import period as read_period
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions.manifest import Submission
from sendjc_pipeline.submissions.receipt import Receipt
from sendjc_pipeline.warehouse.connection import SPILL_LIMIT, connect

__all__ = ["IdentityResult", "raw_columns", "resolve_and_pseudonymise"]

_BY_FEED = "from said inner join local_link using (local_no) group by all order by all"


@dataclass(frozen=True)
class IdentityResult:
    """What a run may say about itself: counts, and nothing of any child.

    `links_by_method` counts a partner's children, once per feed, by the method in person_link; `unlinked_by_feed`
    counts those of them to whom no child of the other side (education or health) was linked.
    """

    persons: int
    on_both_sides: int
    links_by_method: dict[str, int]
    unlinked_by_feed: dict[str, int]


def resolve_and_pseudonymise(
    settings: Settings, quarter: Quarter, deliveries: Sequence[tuple[Submission, Receipt]], key: bytes
) -> IdentityResult:
    """Write restricted/identity/<quarter>/ and restricted/pseudonymised/<quarter>/ in place of what was there before.

    The same deliveries, key and code give the same bytes, in any order and with any number of threads.

    identity/<quarter>/person.parquet: attributes.PERSON_COLUMNS, by person_key.
    identity/<quarter>/person_link.parquet: person_key, partner, feed, source_person_id (pseudonym), method,
        submission_id; one row per submission and child in it.
    pseudonymised/<quarter>/<feed>/<table>/<submission_id>.parquet: raw_columns(feed, table), by source_row.

    Feeds without persons and rejected submissions are passed over.

    Raises:
        IdentityFailed: the accepted tables cannot be read, or contradict each other; what was there before still
        stands.
        SendjcError: a seed is missing, or a person-level feed has no entry in sources.py.
    """
    accepted = _accepted(deliveries)
    rules = match_rules(quarter.end)
    with vault.workspace(settings, quarter) as scratch:
        identity, rows = vault.make_folder(scratch / "identity"), vault.make_folder(scratch / "pseudonymised")
        con = connect()
        try:
            # Not the shared spill folder: what is spilled here holds names.
            con.execute(f"set temp_directory = {text(scratch / 'spill')}")
            con.execute(f"set max_temp_directory_size = '{SPILL_LIMIT}'")
            pseudonymiser = Pseudonymiser(con, key)
            standardise.create_macros(con)
            records.create_records(con, accepted)
            link.link(con, rules)
            persons.create_persons(con, pseudonymiser)
            attributes.create_attributes(con, accepted, quarter.end)
            copies.write_identity(con, pseudonymiser, accepted, identity)
            copies.write_rows(con, pseudonymiser, accepted, rows)
            result = _count(con)
        finally:
            con.close()
        vault.swap_in(settings, quarter, scratch, identity, rows)
    return result


def _accepted(deliveries: Sequence[tuple[Submission, Receipt]]) -> list[AcceptedSubmission]:
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


def _count(con: duckdb.DuckDBPyConnection) -> IdentityResult:
    totals = con.execute("select (select count(*) from person), (select count(*) from between_link)").fetchone()
    people, both = totals or (0, 0)
    alone = "count(*) filter (where person_no not in (select education_no from between_link))"
    methods = con.execute(f"select method, count(*) {_BY_FEED}").fetchall()
    unlinked = con.execute(f"select feed, {alone} {_BY_FEED}").fetchall()
    return IdentityResult(people, both, dict(methods), dict(unlinked))
