"""A report's two tables on their way out: as records, CSV, Parquet and JSON.

Belongs here: the columns, which are the same in every shape, and which rows are shown where not all are. Does not belong here: how the
tables come about (`faults`), sentences about the whole (`summary`), or the workbook's look (`workbook`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from sendjc_pipeline.submissions.results import sql_path
from sendjc_pipeline.submissions.safe_cell import safe_cell_sql

ROW_COLUMNS = (
    "file", "sheet", "row", "element", "place", "column_letter", "column_name", "table", "rule", "category", "kind",
    "outcome", "effect", "message", "action",
)  # fmt: skip
RULE_COLUMNS = (
    "rule", "outcome", "effect", "category", "kind", "table", "column_name", "count", "message", "action", "first_file",
    "first_place",
)  # fmt: skip
_NUMBERS = {"row", "element", "count"}


def keep_shown_rows(con: duckdb.DuckDBPyConnection, most: int) -> tuple[int, int]:
    """Create `shown_row` (`number` from 1, `ROW_COLUMNS`): the weightiest rows, in file order; returns (shown, all)."""
    con.execute(f"""
        create or replace table shown_row as
        select row_number() over (order by number) as number, * exclude (number, weight)
        from (select * from report_row where number in (select number from report_row order by weight, number limit {most}))
        order by 1
    """)
    row = con.execute("select (select count(*) from shown_row), (select count(*) from fault)").fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def rules(con: duckdb.DuckDBPyConnection) -> list[dict[str, object]]:
    """The rules by effect, as records of `RULE_COLUMNS`."""
    columns = ", ".join(f'"{name}"' for name in RULE_COLUMNS)
    found = con.execute(f"select {columns} from report_rule order by number").fetchall()
    return [dict(zip(RULE_COLUMNS, row, strict=True)) for row in found]


def file_faults(con: duckdb.DuckDBPyConnection) -> list[dict[str, object]]:
    """What is said of whole files: file, rule, outcome, effect, message, action; refusals first."""
    columns = ("file", "rule", "outcome", "effect", "message", "action")
    found = con.execute(
        f'select {", ".join(columns)} from report_row where "table" is null order by outcome, file, rule, message'
    ).fetchall()
    return [dict(zip(columns, row, strict=True)) for row in found]


def write_rows(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write every fault as rows.parquet and report_rows.csv, by file and row."""
    plain = ", ".join(f'"{name}"' for name in ROW_COLUMNS)
    for columns, file, form in (
        (plain, "rows.parquet", "(format parquet, compression zstd)"),
        (_escaped(ROW_COLUMNS), "report_rows.csv", "(header)"),
    ):
        # No sort: `report_row` is a plain scan of a table that lies in this order.
        con.execute(f"copy (select {columns} from report_row) to '{sql_path(folder / file)}' {form}")


def write_rules(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write the rules by effect as report_rules.csv."""
    con.execute(
        f"copy (select {_escaped(RULE_COLUMNS)} from report_rule order by number)"
        f" to '{sql_path(folder / 'report_rules.csv')}' (header)"
    )


def rows_as_json(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Each row of `shown_row` as a JSON object, in blocks joined by commas."""
    columns = ", ".join(f'"{name}" := "{name}"' for name in ROW_COLUMNS)
    con.execute(f"select to_json(struct_pack({columns}))::varchar from shown_row order by number")
    while block := con.fetchmany(5_000):
        yield ",\n".join(row[0] for row in block)


def _escaped(columns: tuple[str, ...]) -> str:
    quoted = ((name, f'"{name}"') for name in columns)
    return ", ".join(cell if name in _NUMBERS else f"{safe_cell_sql(cell)} as {cell}" for name, cell in quoted)
