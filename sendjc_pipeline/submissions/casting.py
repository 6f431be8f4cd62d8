"""From raw text to typed columns, in SQL: the expression of each column type and the view `typed_<table>`.

Belongs here: what text counts as a date, a flag or a number. Does not belong here: whether a row may go on.
"""

from __future__ import annotations

import duckdb

from sendjc_pipeline.feeds.model import Column, Dialect, Feed, Table
from sendjc_pipeline.submissions.readers import raw_name, source_row

PARQUET_TYPES = {"date": "DATE", "datetime": "TIMESTAMP", "integer": "BIGINT", "decimal": "DOUBLE", "flag": "BOOLEAN"}
INCOMPLETE = "has_quarantined_descendant"
_YES, _NO = "('1', 'true', 'y', 'yes')", "('0', 'false', 'n', 'no')"
_MACRO = {"upn": "upn", "nhs_number": "nhs", "postcode": "postcode"}


def typed_name(table: Table) -> str:
    """The view with every row that arrived, cast."""
    return f"typed_{table.name}"


def create_typed_view(con: duckdb.DuckDBPyConnection, feed: Feed, table: Table) -> None:
    """Create `typed_<table>` over `raw_<table>`.

    Columns: row_id (the raw table's), source_file, source_sheet, source_row; for each declared column raw_<column> (trimmed
    text, NULL when blank), <column> (typed, NULL when it cannot be), and for identifiers <column>_is_well_formed and
    <column>_is_valid. A column that the spec lacks is NULL: its reader left it so.

    It is a view and no table: a second copy of every text costs more than to cast it anew where it is asked for.
    """
    # Each layer is named by the next, so that what two expressions share is computed once.
    text = "nullif(\"{0}\", '')" if _is_trimmed(con, table) else 'sendjc_text("{0}")'
    texts = ", ".join(f'{text.format(c.key)} as "raw_{c.key}"' for c in table.columns)
    casts = ", ".join(f'{_cast(c, feed.dialect)} as "{c.key}"' for c in table.columns)
    bounds = ", ".join(f'{_bounded(c.key)} as "{c.key}"' for c in table.columns if c.type == "date")
    flags = "".join(f", {_flags(c)}" for c in table.columns if c.is_checked)
    con.execute(f"""
        create or replace view {typed_name(table)} as
        select *{f" replace ({bounds})" if bounds else ""}{flags} from (
            select *, {casts} from (
                select rowid as row_id, source_file::varchar as source_file, source_sheet::varchar as source_sheet,
                    {source_row("raw")} as source_row, {texts}
                from {raw_name(table.name)} raw))
    """)


def _is_trimmed(con: duckdb.DuckDBPyConnection, table: Table) -> bool:
    row = con.execute("select exists (from raw_trimmed where table_name = ?)", [table.name]).fetchone()
    return bool(row and row[0])


def _bounded(key: str) -> str:
    """The day, unless its year is one such as 202 or 20255: they parse, and are slips of the keyboard."""
    return f"case when \"{key}\" between date '1900-01-01' and date '2199-12-31' then \"{key}\" end"


def output_columns(table: Table) -> list[str]:
    """The columns of an accepted table: declared ones, <column>_is_valid of identifiers, INCOMPLETE, source_file, source_row."""
    checked = [f"{c.key}_is_valid" for c in table.columns if c.is_checked]
    return [*(c.key for c in table.columns), *checked, INCOMPLETE, "source_file", "source_row"]


def _cast(column: Column, dialect: Dialect) -> str:
    raw = f'"raw_{column.key}"'
    match column.type:
        case "date":
            return f"try_strptime({raw}, {_list(dialect.date_formats)})::date"
        case "datetime":
            return f"try_strptime({raw}, {_list(dialect.datetime_formats)})"
        case "integer":
            return f"case when regexp_full_match({raw}, '[+-]?[0-9]{{1,18}}') then try_cast({raw} as bigint) end"
        case "decimal":
            return f"case when regexp_full_match({raw}, '[+-]?[0-9]*[.]?[0-9]+') then try_cast({raw} as double) end"
        case "flag":
            return f"case when lower({raw}) in {_YES} then true when lower({raw}) in {_NO} then false end"
        case "upn":
            return f"sendjc_upn_text({raw})"
        case "nhs_number":
            return f"sendjc_nhs_text({raw})"
        case "postcode":
            return f"sendjc_postcode_text({raw})"
        case _:
            return raw


def _flags(column: Column) -> str:
    macro, name = f"sendjc_{_MACRO[column.type]}", f'"{column.key}"'
    return ", ".join(f'{macro}_{flag}({name}) as "{column.key}_{flag}"' for flag in ("is_well_formed", "is_valid"))


def _list(patterns: tuple[str, ...]) -> str:
    return "[" + ", ".join(f"'{pattern}'" for pattern in patterns) + "]"
