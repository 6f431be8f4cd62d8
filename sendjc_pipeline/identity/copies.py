"""Writing what leaves this room: persons, links and the pseudonymous copy of every accepted table.

Belongs here: the Parquet files, one query each. Does not belong here: which columns survive (columns.py), which of
their values may pass (passing.py), or who is who.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from sendjc_pipeline import feeds
from sendjc_pipeline.identity import vault
from sendjc_pipeline.identity.attributes import PERSON_COLUMNS
from sendjc_pipeline.identity.columns import HASHED, kept_columns, raw_columns
from sendjc_pipeline.identity.failure import IdentityFailed, guarded
from sendjc_pipeline.identity.passing import create_known, what_passes
from sendjc_pipeline.identity.pseudonym import RECORD_DIGITS, Pseudonymiser, record_purpose
from sendjc_pipeline.identity.records import AcceptedSubmission, text
from sendjc_pipeline.identity.sources import person_column, source_of
from sendjc_pipeline.submissions.casting import INCOMPLETE


@guarded("writing persons and links")
def write_identity(
    con: duckdb.DuckDBPyConnection,
    pseudonymiser: Pseudonymiser,
    accepted: Sequence[AcceptedSubmission],
    folder: Path,
) -> None:
    """Write person.parquet and person_link.parquet, ordered by all that tells their rows apart."""
    columns = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in PERSON_COLUMNS.items())
    _copy(con, f"select {columns} from person_attribute order by person_key", folder / "person.parquet")
    cases = [
        f"when record.feed = '{feed}' and record.partner = {text(partner)}"
        f" then {pseudonymiser.sql(record_purpose(feed, partner), 'record.source_person_id', RECORD_DIGITS)}"
        for feed, partner in sorted({(item.feed, item.partner) for item in accepted})
    ]
    pseudonym = f"case {' '.join(cases)} end" if cases else "null"
    links = f"""
        select distinct local_link.person_key, record.partner, record.feed,
            cast({pseudonym} as varchar) as source_person_id, local_link.method,
            cast(local_link.match_probability as double) as match_probability, local_link.is_in_doubt, record.submission_id
        from person_record as record
        inner join local_link using (side, space, partner, source_person_id)"""
    _copy(con, f"{links} order by feed, partner, submission_id, source_person_id", folder / "person_link.parquet")


@guarded("writing pseudonymous rows")
def write_rows(
    con: duckdb.DuckDBPyConnection,
    pseudonymiser: Pseudonymiser,
    accepted: Sequence[AcceptedSubmission],
    folder: Path,
) -> None:
    """Write <feed>/<table>/<submission_id>.parquet for every accepted table: raw_columns, ordered by source_row.

    Raises:
        IdentityFailed: a row names a child whom its own submission does not hold, which intake should have quarantined.
    """
    create_known(con)
    for item in accepted:
        feed = feeds.load(item.feed)
        for table in feed.tables.values():
            path = item.table(table.name)
            if path is None:
                continue
            target = vault.make_folder(folder / item.feed / table.name.lower()) / f"{item.submission_id}.parquet"
            _copy(con, _pseudonymous(con, pseudonymiser, feed, table, item, path), target)
            if person_column(table):
                _refuse_lost_children(con, item, table, target)


def _pseudonymous(
    con: duckdb.DuckDBPyConnection,
    pseudonymiser: Pseudonymiser,
    feed: feeds.Feed,
    table: feeds.Table,
    item: AcceptedSubmission,
    path: Path,
) -> str:
    purpose = record_purpose(item.feed, item.partner)
    values = {
        "person_key": "local_link.person_key",
        INCOMPLETE: f"sent.{INCOMPLETE}",
        "partner": text(item.partner),
        "period": text(item.period),
        "period_start": f"date '{item.period_start}'",
        "period_end": f"date '{item.period_end}'",
        "submission_id": text(item.submission_id),
        "received_at": f"timestamp '{item.received_at}'",
        "source_row": "sent.source_row",
    }
    for column in kept_columns(table):
        sent = f'sent."{column.key}"'
        is_hashed = column.privacy in HASHED
        values[column.key] = (
            pseudonymiser.sql(purpose, sent, RECORD_DIGITS) if is_hashed else what_passes(con, feed, column, path)
        )
    columns = ", ".join(f'cast({values[name]} as {kind}) as "{name}"' for name, kind in raw_columns(feed, table))
    query = f"select {columns} from read_parquet({text(path)}) as sent"
    if person := person_column(table):
        space = source_of(item.feed).space_of(item.submission_id)
        query += f"""
            left join local_link
                on local_link.partner = {text(item.partner)} and local_link.space = '{space}'
                and local_link.source_person_id = cast(sent."{person}" as varchar)"""
    return f"{query} order by sent.source_row"


def _refuse_lost_children(
    con: duckdb.DuckDBPyConnection, item: AcceptedSubmission, table: feeds.Table, written: Path
) -> None:
    query = "select count(*) from read_parquet(?) where person_key is null"
    (lost,) = con.execute(query, [str(written)]).fetchone() or (0,)
    if lost:
        raise IdentityFailed(
            f"{lost} accepted rows of {item.feed}.{table.name} in submission {item.submission_id} name a child who is"
            f" not in {source_of(item.feed).table}: the feed's declaration must name that table as their parent."
        )


def _copy(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    con.execute(f"copy ({query}) to {text(path)} (format parquet, compression zstd)")
