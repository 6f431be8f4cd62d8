"""What stays out before anybody is linked: rows without a sharing agreement, and the rows of children who opted out.

Belongs here: applying agreements.py and opt_out.py to accepted submissions, and counting what that leaves out. Does not
belong here: the agreements and the list themselves. Nothing after this step sees a row that was left out: not the linkage,
not the scores, not the pseudonymous copies.

A submission without an agreement is not opened: its rows are counted from the footers of its files. A child is found by a
valid NHS number, on the row of any health feed of the provider that bears the child's local id; so the rows of the CSDS go
although only the patient list has the number. All its rows go: those of tables that name it, and those that hang on them.
A child whose number no feed of the provider has cannot be found, and is counted as `not_matchable`; its rows are used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb

from sendjc_pipeline import feeds
from sendjc_pipeline.identity import opt_out, vault
from sendjc_pipeline.identity.agreements import in_force
from sendjc_pipeline.identity.failure import guarded
from sendjc_pipeline.identity.pseudonym import OPT_OUT, PERSON_DIGITS, Keys, Pseudonymiser
from sendjc_pipeline.identity.records import AcceptedSubmission, text
from sendjc_pipeline.identity.sources import person_column, source_of
from sendjc_pipeline.settings import Settings

NO_AGREEMENT, OPTED_OUT, NOT_MATCHABLE = "no_agreement", "opted_out", "not_matchable"
ROWS, CHILDREN = "left_out.parquet", "left_out_child.parquet"


@dataclass(frozen=True)
class Admission:
    """What may be used, and what of the quarter's own submissions was left out.

    `without_agreement`: (partner, feed) pairs; `rows_without`: their rows. `opted_out` and `not_matchable`: children, as each
    provider numbers them.
    """

    accepted: list[AcceptedSubmission]
    history: list[AcceptedSubmission]
    without_agreement: tuple[tuple[str, str], ...]
    rows_without: int
    opted_out: int
    not_matchable: int


@guarded("applying agreements and opt-outs")
def admit(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    accepted: Sequence[AcceptedSubmission],
    history: Sequence[AcceptedSubmission],
    known_at: date,
    keys: Keys,
    scratch: Path,
) -> Admission:
    """Leave out what may not be used; create tables left_out and left_out_child. Needs standardise.create_macros.

    left_out: submission_id, partner, feed, table_name, reason, rows; of the quarter's own submissions, a row for every table
        of one without an agreement, for every table that lost rows, and for the person table with rows not matchable.
    left_out_child: partner, feed, reason, children (as the provider numbers them); none for no_agreement.

    Args:
        con: the connection of the run.
        settings: the home, for the list of opt-outs.
        accepted: the submissions that the quarter counts.
        history: what else had been received.
        known_at: the day as of which opt-outs stand.
        keys: the keys in force, or one secret for all of them.
        scratch: a folder of the restricted zone for the copies of submissions that lose rows.

    Raises:
        SendjcError: the seed of agreements or the list of opt-outs is wrong.
    """
    con.execute("""
        create or replace temp table left_out
            (submission_id varchar, partner varchar, feed varchar, table_name varchar, reason varchar, "rows" bigint);
        create or replace temp table left_out_child (partner varchar, feed varchar, reason varchar, children bigint)""")
    opt_out.create_tokens(con, settings, known_at, keys)
    counted = {item.submission_id for item in accepted}
    agreed = [item for item in accepted if _is_agreed(item)]
    for item in accepted:
        if not _is_agreed(item):
            _count_unread(con, item)
    earlier = [item for item in history if item.submission_id not in counted and _is_agreed(item)]
    _create_patients(con, [item for item in (*agreed, *earlier) if _opt_outs_apply(item)], counted, keys)
    concerned = _concerned(con)
    kept = {item.submission_id: _without(con, item, scratch, item.submission_id in counted)
            for item in (*agreed, *earlier) if item.submission_id in concerned}  # fmt: skip
    _count_children(con)
    without = sorted({(item.partner, item.feed) for item in accepted if not _is_agreed(item)})
    (rows,) = con.execute(f"select sum(\"rows\") from left_out where reason = '{NO_AGREEMENT}'").fetchone() or (0,)
    return Admission(
        [kept.get(item.submission_id, item) for item in agreed],
        [kept.get(item.submission_id, item) for item in earlier],
        tuple(without), int(rows or 0), _children(con, "opted_out"), _children(con, "numberless"),
    )  # fmt: skip


@guarded("writing what was left out")
def write_left_out(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write left_out.parquet and left_out_child.parquet: counts only."""
    for table, name in (("left_out", ROWS), ("left_out_child", CHILDREN)):
        con.execute(f"copy (from {table} order by all) to {text(folder / name)} (format parquet, compression zstd)")


def _is_agreed(item: AcceptedSubmission) -> bool:
    return in_force(item.partner, item.feed, item.received_at.date()) is not None


def _opt_outs_apply(item: AcceptedSubmission) -> bool:
    agreement = in_force(item.partner, item.feed, item.received_at.date())
    return agreement is not None and agreement.opt_out_applies


def _count_unread(con: duckdb.DuckDBPyConnection, item: AcceptedSubmission) -> None:
    for name in feeds.load(item.feed).tables:
        if path := item.table(name):
            con.execute(
                f"insert into left_out select ?, ?, ?, ?, '{NO_AGREEMENT}', sum(num_rows) from parquet_file_metadata(?)",
                [item.submission_id, item.partner, item.feed, name, str(path)],
            )


def _create_patients(
    con: duckdb.DuckDBPyConnection, items: Sequence[AcceptedSubmission], counted: set[str], keys: Keys
) -> None:
    """patient: a row per row of a person table to which opt-outs apply. opted_out, numberless: partner, space, source_person_id."""
    con.execute(
        "create or replace temp table patient (submission_id varchar, partner varchar, feed varchar, table_name varchar,"
        " space varchar, is_counted boolean, source_person_id varchar, nhs_number varchar)"
    )
    for item in items:
        source = source_of(item.feed)
        if path := item.table(source.table):
            numbers = ", ".join(f'identity_nhs_number("{column}")' for column in source.columns.get("nhs_number", ()))
            con.execute(
                f"""insert into patient
                select ?, ?, ?, ?, ?, ?, cast("{source.person_id}" as varchar), coalesce({numbers or "null"}, null)
                from read_parquet(?)""",
                [item.submission_id, item.partner, item.feed, source.table, source.space_of(item.submission_id),
                 item.submission_id in counted, str(path)],
            )  # fmt: skip
    token = Pseudonymiser(con, keys).sql(OPT_OUT, "nhs_number", PERSON_DIGITS)
    con.execute(f"""
        create or replace temp table opted_out as
        with listed as (
            select nhs_number
            from (select distinct nhs_number from patient where nhs_number is not null and exists (from opt_out_token))
            where {token} in (from opt_out_token)
        )

        select distinct partner, space, source_person_id from patient semi join listed using (nhs_number);

        create or replace temp table numberless as
        select partner, space, source_person_id from patient group by all having count(nhs_number) = 0;
    """)


def _concerned(con: duckdb.DuckDBPyConnection) -> set[str]:
    """The submissions that hold a child who opted out."""
    found = con.execute(
        "select distinct submission_id from patient semi join opted_out using (partner, space, source_person_id)"
    )
    return {str(number) for (number,) in found.fetchall()}


def _without(
    con: duckdb.DuckDBPyConnection, item: AcceptedSubmission, scratch: Path, is_counted: bool
) -> AcceptedSubmission:
    """The submission without the rows of children who opted out, as copies in the scratch folder."""
    feed = feeds.load(item.feed)
    folder = vault.make_folder(scratch / "admitted" / item.submission_id)
    for table in feed.tables.values():
        path = item.table(table.name)
        if path is None:
            continue
        goes = _goes(feed, table, item)
        con.execute(
            f"copy (from read_parquet({text(path)}) where not coalesce({goes}, false))"
            f" to {text(folder / path.name)} (format parquet, compression zstd)"
        )
        if is_counted:
            con.execute(
                f"insert into left_out select * from (select ?, ?, ?, ?, '{OPTED_OUT}', count(*) as gone"
                f" from read_parquet({text(path)}) where {goes}) where gone > 0",
                [item.submission_id, item.partner, item.feed, table.name],
            )
    return replace(item, folder=folder)


def _goes(feed: feeds.Feed, table: feeds.Table, item: AcceptedSubmission) -> str:
    """SQL that is true for a row of a child who opted out: by the child's id, else by the row above it."""
    if person := person_column(table):
        space = source_of(item.feed).space_of(item.submission_id)
        ids = f"select source_person_id from opted_out where partner = {text(item.partner)} and space = {text(space)}"
        return f'cast("{person}" as varchar) in ({ids})'
    if table.parent and (path := item.table(table.parent.table)):
        key, above = table.parent.column.lower(), feed.tables[table.parent.table]
        return f'"{key}" in (select "{key}" from read_parquet({text(path)}) where {_goes(feed, above, item)})'
    return "false"


def _children(con: duckdb.DuckDBPyConnection, whose: str) -> int:
    """How many of them the quarter's submissions hold, a child in several feeds of a provider once."""
    key = "partner, space, source_person_id"
    found = con.execute(
        f"select count(distinct ({key})) from patient semi join {whose} using ({key}) where is_counted"
    ).fetchone()
    return int(found[0]) if found else 0


def _count_children(con: duckdb.DuckDBPyConnection) -> None:
    for reason, whose in ((OPTED_OUT, "opted_out"), (NOT_MATCHABLE, "numberless")):
        con.execute(f"""
            insert into left_out_child
            select partner, feed, '{reason}', count(distinct source_person_id)
            from patient semi join {whose} using (partner, space, source_person_id)
            where is_counted
            group by partner, feed""")
    con.execute(f"""
        insert into left_out
        select submission_id, partner, feed, table_name, '{NOT_MATCHABLE}', count(*)
        from patient semi join numberless using (partner, space, source_person_id)
        where is_counted
        group by submission_id, partner, feed, table_name""")
