"""How many values did not pass on their way into the pseudonymous copies: counts by submission and column, never a value.

Belongs here: counting, from the footers of the files. Does not belong here: what passes (passing.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from sendjc_pipeline import feeds
from sendjc_pipeline.identity.failure import guarded
from sendjc_pipeline.identity.records import AcceptedSubmission, text

BLANKED = "blanked_value.parquet"


@guarded("counting values that did not pass")
def write_blanked(
    con: duckdb.DuckDBPyConnection, accepted: Sequence[AcceptedSubmission], rows: Path, folder: Path
) -> int:
    """Write blanked_value.parquet: submission_id, partner, feed, table_name, column_name, blanked. Returns their sum.

    `rows` holds the copies that copies.write_rows wrote. What is NULL in a copy and was not in the accepted table did not pass.
    """
    copied = [
        [item.submission_id, item.partner, item.feed, table.name, str(path),
         str(rows / item.feed / table.name.lower() / f"{item.submission_id}.parquet")]
        for item in accepted for table in feeds.load(item.feed).tables.values() if (path := item.table(table.name))
    ]  # fmt: skip
    con.execute(
        "create or replace temp table copied (submission_id varchar, partner varchar, feed varchar, table_name varchar,"
        " sent varchar, written varchar)"
    )
    if copied:
        con.executemany("insert into copied values (?, ?, ?, ?, ?, ?)", copied)
    con.execute(f"""
        create or replace temp table blanked_value as
        with {_nulls("sent", [row[4] for row in copied])}, {_nulls("written", [row[5] for row in copied])}

        select submission_id, partner, feed, table_name, column_name, cast(written_nulls - sent_nulls as bigint) as blanked
        from copied
        inner join sent_null using (sent)
        inner join written_null using (written, column_name)
        where written_nulls > sent_nulls
    """)
    con.execute(
        f"copy (from blanked_value order by all) to {text(folder / BLANKED)} (format parquet, compression zstd)"
    )
    (values,) = con.execute("select sum(blanked) from blanked_value").fetchone() or (0,)
    return int(values or 0)


def _nulls(side: str, paths: Sequence[str]) -> str:
    names = f"{side}, column_name, {side}_nulls"
    if not paths:
        return f"{side}_null ({names}) as (select '', '', 0 where false)"
    return (
        f"{side}_null ({names}) as (select file_name, path_in_schema, sum(stats_null_count)"
        f" from parquet_metadata([{', '.join(text(path) for path in paths)}]) group by all)"
    )
