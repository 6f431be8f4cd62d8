"""Writing what the judges found: accepted tables, quarantine, and how many rows went where.

Belongs here: the columns and order of those files. Does not belong here: why a row failed, or what the partner is told
(`messages`). The quarantine's payload holds the row as sent; it stays in the restricted zone.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from sendjc_pipeline.feeds.model import Feed, Table
from sendjc_pipeline.submissions.casting import INCOMPLETE, PARQUET_TYPES, output_columns, typed_name
from sendjc_pipeline.submissions.descendants import incomplete_name
from sendjc_pipeline.submissions.judge import fault_name
from sendjc_pipeline.submissions.readers import raw_name, source_row
from sendjc_pipeline.submissions.receipt import TableCount
from sendjc_pipeline.warehouse.connection import few_at_once

_PUT_ASIDE, _MARKED = "rows_put_aside", "rows_marked"
# Level 1 takes a quarter less time than the default and packs as well; nobody looks single rows up, so no bloom filters. Version 2 writes texts by their
# lengths, and a column of ids soon stops trying to be a dictionary: a third of the time of writing together.
_PARQUET = "format parquet, parquet_version v2, compression zstd, compression_level 1, dictionary_size_limit 4000, write_bloom_filter false"
PARQUET = f"({_PARQUET})"
# A group is held as plain text until it is whole: of rows with long texts it had better be a small one.
PARQUET_OF_TEXT = f"({_PARQUET}, row_group_size 20480)"


def write_accepted(con: duckdb.DuckDBPyConnection, feed: Feed, folder: Path) -> None:
    """Write each table's accepted rows, in file order, as <table>.parquet with the columns of `output_columns`.

    A scan keeps the file's order; a join does not (of 1.3 million rows with 185,000 put aside it wrote five blocks out of turn), and a sort of
    millions of wide rows does not fit in memory. So the rows put aside and marked are bits, one a row, and the scan looks them up.
    """

    def write(con: duckdb.DuckDBPyConnection, table: Table) -> None:
        columns = ", ".join(_output(table, name) for name in output_columns(table))
        _set_bits(con, _PUT_ASIDE, f"select row_id from {fault_name(table)} where is_quarantined")
        _set_bits(con, _MARKED, f"select row_id from {incomplete_name(table)}")
        con.execute(
            f"copy (select {columns} from {typed_name(table)} where not {_bit(_PUT_ASIDE)})"
            f" to '{sql_path(folder / f'{table.name}.parquet')}' {PARQUET}"
        )

    few_at_once(con, write, feed.tables.values())


def _set_bits(con: duckdb.DuckDBPyConnection, variable: str, row_ids: str) -> None:
    """Set the variable to one bit for each row up to the last that is chosen; row ids count from nought."""
    last = _one(con, f"select coalesce(max(row_id), 0) from ({row_ids})")
    con.execute(
        f"set variable {variable} = (select coalesce(bitstring_agg(row_id, 0, {last}), '0'::bit) from ({row_ids}))"
    )


def _bit(variable: str) -> str:
    bits = f"getvariable('{variable}')"
    return f"(case when row_id < bit_length({bits}) then get_bit({bits}, row_id::integer) = 1 else false end)"


def write_quarantine(con: duckdb.DuckDBPyConnection, feed: Feed, folder: Path, refused_by: str | None) -> None:
    """Write _quarantine.parquet: table, file, sheet, row, rules VARCHAR[], payload (the raw row as JSON text).

    `refused_by` is the file-level rule when the whole submission is refused: then every row is here, and the rule stands for
    rows that broke none of their own.
    """
    tables = list(enumerate(feed.tables.values()))
    parts = [_quarantined(place, table, refused_by) for place, table in tables]
    parts += [_rejects(place, feed, table) for place, table in tables]
    con.execute(
        f'copy (select * exclude (place) from ({" union all ".join(parts)}) order by place, file, sheet, "row")'
        f" to '{sql_path(folder / '_quarantine.parquet')}' {PARQUET_OF_TEXT}"
    )


def count_rows(con: duckdb.DuckDBPyConnection, feed: Feed, folder: Path) -> dict[str, TableCount]:
    """Count each table's rows: received from what was read, the others from the files written.

    The three are counted apart, so that a row lost or doubled on the way shows as a sum that fails.
    """
    held = con.execute(
        f"""select "table", count(*) from '{sql_path(folder / "_quarantine.parquet")}' group by 1"""
    ).fetchall()
    quarantined = {str(name): int(count) for name, count in held}
    found = {}
    for table in feed.tables.values():
        rows = _one(con, f"select count(*) from {raw_name(table.name)}")
        broken = _one(con, f"select count(*) from raw_reject where table_name = '{table.name}'")
        written = folder / f"{table.name}.parquet"
        accepted = _one(con, f"select count(*) from '{sql_path(written)}'") if written.is_file() else 0
        found[table.name] = TableCount(
            received=rows + broken, accepted=accepted, quarantined=quarantined.get(table.name, 0)
        )
    return found


def sql_path(path: Path) -> str:
    """The path as it may stand between quote marks in SQL."""
    return str(path).replace("'", "''")


def _one(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = con.execute(query).fetchone()
    return int(row[0]) if row else 0


def _quarantined(place: int, table: Table, refused_by: str | None) -> str:
    payload = ", ".join(f'"{c.key}" := r."{c.key}"' for c in table.columns)
    fallback = f"['{refused_by}']" if refused_by else "[]::varchar[]"
    return f"""
        select {place} as place, '{table.name}' as "table", r.source_file::varchar as file, r.source_sheet::varchar as sheet,
            {source_row("r")} as "row", to_json(struct_pack({payload}))::varchar as payload,
            coalesce(list_sort(list_transform(f.faults, lambda fault: book.codes[fault])), {fallback}) as rules
        from {raw_name(table.name)} r left join {fault_name(table)} f on f.row_id = r.rowid
        cross join (select map_from_entries(list((rule_id, rule))) as codes from rule_book) book
        where {"true" if refused_by else "f.is_quarantined"}
    """


def _rejects(place: int, feed: Feed, table: Table) -> str:
    return f"""
        select {place} as place, table_name as "table", source_file as file, source_sheet as sheet,
            source_row as "row", to_json(struct_pack(line := payload))::varchar as payload,
            ['{feed.name.upper()}.{table.name}.shape'] as rules
        from raw_reject where table_name = '{table.name}'
    """


def _output(table: Table, name: str) -> str:
    if name == INCOMPLETE:
        return f"{_bit(_MARKED)} as {INCOMPLETE}"
    column = next((c for c in table.columns if c.key == name), None)
    return f'"{name}"::{PARQUET_TYPES.get(column.type, "VARCHAR")} as "{name}"' if column else f'"{name}"'
