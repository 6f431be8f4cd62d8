"""From raw text to typed columns, in SQL: the expression of each column type and the view `typed_<table>`.

Belongs here: what text counts as a date, a flag or a number. Does not belong here: whether a row may go on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from sendjc_pipeline.feeds.model import Column, Dialect, Feed, Table
from sendjc_pipeline.submissions.literals import literal
from sendjc_pipeline.submissions.readers import raw_name, source_row

PARQUET_TYPES = {"date": "DATE", "datetime": "TIMESTAMP", "integer": "BIGINT", "decimal": "DOUBLE", "flag": "BOOLEAN"}
INCOMPLETE = "has_quarantined_descendant"
# A tool that passed the file through a data frame writes 1 as 1.0 where the column has blanks: the number is the same.
_YES, _NO = "['1', 'true', 'y', 'yes', '1.0']", "['0', 'false', 'n', 'no', '0.0']"
# Seconds' fractions and the zone: the day and the time of day are those of the sender's clock.
_CLOCK_TAIL = "([.][0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})?$"
_ISO_DAY = "%Y-%m-%d"
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
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


@dataclass(frozen=True)
class Stored:
    """What a reader may add to each row of a raw table: a date is parsed, and a check digit worked out, once and not wherever a rule asks.

    `types` are the columns by name. Each layer is named by the next: to plan a text's expression anew at each mention takes longer
    than to read ten thousand rows.
    """

    types: Mapping[str, str]
    _layers: tuple[Mapping[str, str], ...]

    def over(self, source: str) -> str:
        """A query of all that the query `source` has (of declared columns at least those that are filled) and these columns."""
        query = source
        for layer in self._layers:
            if layer:
                added = ", ".join(f'{value} as "{name}"' for name, value in layer.items())
                query = f"select *, {added} from ({query})"
        passing = [f'"{name}"' for layer in self._layers[:-1] for name in layer]
        return f"select * exclude ({', '.join(passing)}) from ({query})" if passing else query


def stored(table: Table, dialect: Dialect, filled: Collection[str], *, is_trimmed: bool) -> Stored:
    """What may be stored of a table. `filled` are the keys of the columns that the file has; `is_trimmed` as in raw_trimmed."""
    types: dict[str, str] = {}
    texts: dict[str, str] = {}
    mended: dict[str, str] = {}
    values: dict[str, str] = {}
    for column in table.columns:
        if column.key not in filled or not (column.type in _STORED_TYPES or column.is_checked):
            continue
        raw, value = f'"text {column.key}"', f'"value {column.key}"'
        texts[raw[1:-1]] = _trim(is_trimmed=is_trimmed).format(column.key)
        if column.is_checked:
            macro = f"sendjc_{_MACRO[column.type]}"
            mended[value[1:-1]] = f"{macro}_text({raw})"
            flags = {_same(column): f"{value} is not distinct from {raw}"}
            flags |= {f"{column.key}_{flag}": f"{macro}_{flag}({value})" for flag in _FLAGS}
            types |= {_STORED + name: "boolean" for name in flags}
            values |= {_STORED + name: flag for name, flag in flags.items()}
        else:
            types[_STORED + column.key] = _STORED_TYPES[column.type]
            if column.type == "date":
                mended[value[1:-1]] = _day(raw, dialect.date_formats)
            values[_STORED + column.key] = _bounded(value) if column.type == "date" else _cast(column, dialect, raw)
    return Stored(types, (texts, mended, values))


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
    """Whether no cell has a blank at either end, as its reader says or as a look at them shows.

    Trimming is then left out of each statement that names the view: to plan it takes longer than to judge ten thousand rows.
    """
    said = con.execute(f"select exists (from raw_trimmed where table_name = {literal(table.name)})").fetchone()
    if said and said[0]:
        return True
    blanks = " or ".join(f'sendjc_has_outer_blank("{c.key}")' for c in table.columns)
    found = con.execute(f"select exists (from {raw_name(table.name)} where {blanks})").fetchone()
    return not (found and found[0])


def _day(raw: str, formats: Sequence[str]) -> str:
    """The text as a day, in the first of the formats that it has.

    A day of ISO form fits no other that is declared, and each format that does not fit takes six times as long as the one that does. A cast
    takes a third; it also takes other forms, such as 2025-1-2, which are left to the formats.
    """
    parsed = f"try_strptime({raw}, {_list(formats)})::date"
    if _ISO_DAY not in formats or any(text.startswith("%Y-%d") for text in formats):
        return parsed
    # The last figure is looked at because DuckDB 1.5 reads 2025-01-1X, too, as a date: the first of January.
    has_form = f"{raw} glob '[12][0-9]??-??-?[0-9]'"
    return f"case when {has_form} then coalesce(try_cast({raw} as date), {parsed}) else {parsed} end"


def _bounded(day: str) -> str:
    """The day, unless its year is one such as 202 or 20255: they parse, and are slips of the keyboard."""
    return f"(case when {day} between date '{_FIRST_YEAR}-01-01' and date '{_LAST_YEAR}-12-31' then {day} end)"


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
            # Not "in", which DuckDB makes a join of, past which every row must go.
            return (
                f"case when {raw} is null then null when {raw} = '1' then true when {raw} = '0' then false"
                f" when list_contains({_YES}, lower({raw})) then true when list_contains({_NO}, lower({raw})) then false end"
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
