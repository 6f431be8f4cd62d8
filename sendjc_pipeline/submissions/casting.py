"""From raw text to typed columns, in SQL: the expression of each column type and the view `typed_<table>`.

Belongs here: what text counts as a date, a flag or a number. Does not belong here: whether a row may go on.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import duckdb

from sendjc_pipeline.feeds.model import Column, Dialect, Feed, Table
from sendjc_pipeline.submissions.readers import raw_name, source_row

PARQUET_TYPES = {"date": "DATE", "datetime": "TIMESTAMP", "integer": "BIGINT", "decimal": "DOUBLE", "flag": "BOOLEAN"}
INCOMPLETE = "has_quarantined_descendant"
# A tool that passed the file through a data frame writes 1 as 1.0 where the column has blanks: the number is the same.
_YES, _NO = "('1', 'true', 'y', 'yes', '1.0')", "('0', 'false', 'n', 'no', '0.0')"
# Seconds' fractions and the zone: the day and the time of day are those of the sender's clock.
_CLOCK_TAIL = "([.][0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})?$"
_ISO_DAY = "%Y-%m-%d"
_FLAGS = ("is_well_formed", "is_valid")
_STORED = "stored "  # no declared column has a blank in its key
_STORED_TYPES = {kind: PARQUET_TYPES[kind] for kind in ("date", "datetime", "integer", "decimal", "flag")}
_MACRO = {"upn": "upn", "nhs_number": "nhs", "postcode": "postcode"}


def typed_name(table: Table) -> str:
    """The view with every row that arrived, cast."""
    return f"typed_{table.name}"


def create_typed_view(con: duckdb.DuckDBPyConnection, feed: Feed, table: Table) -> None:
    """Create `typed_<table>` over `raw_<table>`.

    Columns: row_id (the raw table's), source_file, source_sheet, source_row; for each declared column raw_<column> (trimmed
    text, NULL when blank), <column> (typed, NULL when it cannot be), and for identifiers <column>_is_well_formed and
    <column>_is_valid. A column that the spec lacks is NULL: its reader left it so.

    It is a view and no table: a second copy of every text costs more than to cast it anew where it is asked for. What is dear to cast
    and small to hold may stand in the raw table already (`stored`).
    """
    # Each layer is named by the next, so that what two expressions share is computed once.
    there = {str(row[0]) for row in con.execute(f"describe {raw_name(table.name)}").fetchall()}
    trim = _trim(is_trimmed=_is_trimmed(con, table))
    texts = "".join(f', {trim.format(c.key)} as "raw_{c.key}"' for c in table.columns)
    kept = "".join(f', "{_STORED}{name}" as "{name}"' for name in _stored_names(table) if _STORED + name in there)
    casts = "".join(
        f', {_value(c, feed.dialect, there)} as "{c.key}"' for c in table.columns if _STORED + c.key not in there
    )
    flags = "".join(f", {_flags(c)}" for c in table.columns if c.is_checked and _STORED + _same(c) not in there)
    hidden = ", ".join(f'"{_same(c)}"' for c in table.columns if _STORED + _same(c) in there)
    con.execute(f"""
        create or replace view {typed_name(table)} as
        select *{f" exclude ({hidden})" if hidden else ""}{flags} from (
            select *{casts} from (
                select rowid as row_id, source_file::varchar as source_file, source_sheet::varchar as source_sheet,
                    {source_row("raw")} as source_row{texts}{kept}
                from {raw_name(table.name)} raw))
    """)


def stored(table: Table, dialect: Dialect, filled: Collection[str], *, is_trimmed: bool) -> dict[str, tuple[str, str]]:
    """What a reader may add to each row of a raw table: column -> (its type, its SQL over the declared columns' texts).

    A date is parsed, and a check digit worked out, once and not wherever a rule asks. `filled` are the keys of the columns that the file has;
    `is_trimmed` as in raw_trimmed.
    """
    text = _trim(is_trimmed=is_trimmed)
    found: dict[str, tuple[str, str]] = {}
    for column in table.columns:
        if column.key not in filled:
            continue
        if column.type in _STORED_TYPES:
            found[_STORED + column.key] = (_STORED_TYPES[column.type], _cast(column, dialect, text.format(column.key)))
        elif column.is_checked:
            raw, macro = text.format(column.key), f"sendjc_{_MACRO[column.type]}"
            value = f"{macro}_text({raw})"
            found[_STORED + _same(column)] = ("boolean", f"{value} is not distinct from {raw}")
            for flag in _FLAGS:
                found[f"{_STORED}{column.key}_{flag}"] = ("boolean", f"{macro}_{flag}({value})")
    return found


def _stored_names(table: Table) -> list[str]:
    checked = [
        name for c in table.columns if c.is_checked for name in (_same(c), *(f"{c.key}_{flag}" for flag in _FLAGS))
    ]
    return [*(c.key for c in table.columns), *checked]


def _same(column: Column) -> str:
    """The stored flag of an identifier that needed no mending."""
    return f"{column.key}_is_as_sent"


def _trim(*, is_trimmed: bool) -> str:
    return "nullif(\"{0}\", '')" if is_trimmed else 'sendjc_text("{0}")'


def _is_trimmed(con: duckdb.DuckDBPyConnection, table: Table) -> bool:
    row = con.execute("select exists (from raw_trimmed where table_name = ?)", [table.name]).fetchone()
    return bool(row and row[0])


def _day(raw: str, formats: Sequence[str]) -> str:
    """The text as a day, in the first of the formats that it has.

    A day of ISO form fits no other that is declared, and each format that does not fit takes six times as long as the one that does. A cast
    takes a tenth; it also takes other forms, such as 2025-1-2, which are left to the formats.
    """
    parsed = f"try_strptime({raw}, {_list(formats)})::date"
    if _ISO_DAY not in formats[1:] or any(text.startswith("%Y-%d") for text in formats):
        return parsed
    iso = f"try_cast({raw} as date)"
    return (
        f"case when strlen({raw}) = 10 and contains({raw}, '-') and {iso}::varchar = {raw} then {iso} else {parsed} end"
    )


def _bounded(day: str) -> str:
    """The day, unless its year is one such as 202 or 20255: they parse, and are slips of the keyboard."""
    return f"(case when {day} between date '1900-01-01' and date '2199-12-31' then {day} end)"


def _value(column: Column, dialect: Dialect, there: Collection[str]) -> str:
    raw = f'"raw_{column.key}"'
    cast = _cast(column, dialect, raw)
    return f'case when "{_same(column)}" then {raw} else {cast} end' if _STORED + _same(column) in there else cast


def output_columns(table: Table) -> list[str]:
    """The columns of an accepted table: declared ones, <column>_is_valid of identifiers, INCOMPLETE, source_file, source_row."""
    checked = [f"{c.key}_is_valid" for c in table.columns if c.is_checked]
    return [*(c.key for c in table.columns), *checked, INCOMPLETE, "source_file", "source_row"]


def _cast(column: Column, dialect: Dialect, raw: str) -> str:
    """The value of a column, of the SQL `raw` that is its trimmed text."""
    match column.type:
        case "date":
            return _bounded(_day(raw, dialect.date_formats))
        case "datetime":
            plain = f"case when contains({raw}, ':') then regexp_replace({raw}, '{_CLOCK_TAIL}', '') else {raw} end"
            return f"try_strptime({plain}, {_list(dialect.datetime_formats)})"
        case "integer":
            whole = f"try_cast(split_part({raw}, '.', 1) as bigint)"
            number = f"try_cast({raw} as bigint)"
            # A number that reads as it was written needs no pattern, which takes three times as long.
            return (
                f"case when {raw} is null then null when strlen({raw}) < 19 and {number}::varchar = {raw} then {number}"
                f" when regexp_full_match({raw}, '[+-]?[0-9]{{1,18}}([.]0+)?') then {whole} end"
            )
        case "decimal":
            return f"case when regexp_full_match({raw}, '[+-]?[0-9]*[.]?[0-9]+') then try_cast({raw} as double) end"
        case "flag":
            return (
                f"case when {raw} is null then null when {raw} = '1' then true when {raw} = '0' then false"
                f" when lower({raw}) in {_YES} then true when lower({raw}) in {_NO} then false end"
            )
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
    return ", ".join(f'{macro}_{flag}({name}) as "{column.key}_{flag}"' for flag in _FLAGS)


def _list(patterns: Sequence[str]) -> str:
    return "[" + ", ".join(f"'{pattern}'" for pattern in patterns) + "]"
