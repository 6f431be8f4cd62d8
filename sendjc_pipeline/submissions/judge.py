"""One scan per table that applies every rule at once.

Belongs here: the SQL that turns typed views into faults. Does not belong here: any rule, any file format, or where the
results are written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import duckdb

from sendjc_pipeline.feeds.implied import rules_of
from sendjc_pipeline.feeds.model import Column, Feed, Rule, Table
from sendjc_pipeline.submissions.casting import create_typed_view, typed_name
from sendjc_pipeline.submissions.literals import literal_rows
from sendjc_pipeline.submissions.readers import empty_raw_table, raw_name
from sendjc_pipeline.warehouse.connection import few_at_once

_RULE_BOOK = """
    create or replace table rule_book (rule_id integer, rule varchar, category varchar, outcome varchar,
        table_name varchar, column_key varchar, column_name varchar, message varchar, action varchar)
"""


@dataclass(frozen=True)
class Window:
    """First and last day of the submission's period; None in a dry run without one."""

    start: date | None
    end: date | None


def fault_name(table: Table) -> str:
    """The table of the rows that broke a rule: row_id, file, sheet, row, faults INTEGER[] (of `rule_book`), is_quarantined.

    Sound rows, which are nearly all, are not copied into it: they go from the typed view to Parquet as they are.
    """
    return f"fault_{table.name}"


def judge(con: duckdb.DuckDBPyConnection, feed: Feed, spec: str, window: Window) -> None:
    """Judge every raw table, parents first, so that a child sees which parents were kept.

    Creates `fault_<table>` of each table and `rule_book` (rule_id, rule, category, outcome, table_name, column_key,
    column_name, message, action).
    """
    con.execute(_RULE_BOOK)
    for table in feed.tables.values():
        create_typed_view(con, feed, table)
    first = 0
    generations: dict[int, list[tuple[Table, list[tuple[int, Rule]]]]] = {}
    for table in feed.tables.values():
        numbered = list(enumerate(rules_of(feed, table, spec), start=first))
        first += len(numbered)
        entries = [_entry(number, rule, feed, table, spec) for number, rule in numbered]
        if entries:
            con.execute(f"insert into rule_book values {literal_rows(entries)}")
        generations.setdefault(len(feed.ancestors(table)), []).append((table, numbered))
    for _, generation in sorted(generations.items()):
        few_at_once(con, lambda own, one: _judge_table(own, feed, *one, window), generation)


def leave_unjudged(con: duckdb.DuckDBPyConnection, feed: Feed) -> None:
    """After a file-level refusal: complete the raw tables and leave no fault, so that what could be read is counted."""
    con.execute(_RULE_BOOK)
    present = {str(row[0]) for row in con.execute("select table_name from information_schema.tables").fetchall()}
    for table in feed.tables.values():
        if raw_name(table.name) not in present:
            empty_raw_table(con, table)
        con.execute(
            f'create or replace table {fault_name(table)} (row_id bigint, file varchar, sheet varchar, "row" bigint,'
            " faults integer[], is_quarantined boolean)"
        )


def has_refusing_row(con: duckdb.DuckDBPyConnection, feed: Feed) -> bool:
    """Whether a row broke a rule whose outcome is that the whole submission is refused."""
    parts = [f"select unnest(faults) as rule_id from {fault_name(table)}" for table in feed.tables.values()]
    found = " union all ".join(parts)
    row = con.execute(
        f"select exists (from ({found}) join rule_book using (rule_id) where outcome = 'reject_file')"
    ).fetchone()
    return bool(row and row[0])


def kept(table: Table) -> str:
    """The SQL condition on `row_id` of a typed or raw row that was not quarantined."""
    return f"row_id not in (select row_id from {fault_name(table)} where is_quarantined)"


def _entry(number: int, rule: Rule, feed: Feed, table: Table, spec: str) -> list[str | int | None]:
    column: Column | None = table.column(rule.columns[0]) if rule.columns else None
    key, header = (column.key, feed.header(column, spec)) if column else (None, None)
    return [number, rule.code, rule.category, rule.outcome, table.name, key, header, rule.message, rule.action]


def _judge_table(
    con: duckdb.DuckDBPyConnection, feed: Feed, table: Table, rules: list[tuple[int, Rule]], window: Window
) -> None:
    flags = ", ".join(f"coalesce(({rule.when}), false) as fault_{number}" for number, rule in rules)
    faults = ", ".join(f"case when fault_{number} then {number} end" for number, _ in rules)
    anything = " or ".join(f"fault_{number}" for number, _ in rules)
    serious = " or ".join(f"fault_{number}" for number, rule in rules if rule.outcome != "warn")
    seen = scope(feed, table, " ".join(rule.when for _, rule in rules), window)
    # The optimiser would move the test below the casts and cast a date anew for each rule that names it, but it moves nothing past
    # an expression that may differ from row to row. random() is below 1.
    con.execute(f"""
        create or replace table {fault_name(table)} as
        select row_id, source_file as file, source_sheet as sheet, source_row as "row",
            list_filter([{faults}], lambda fault: fault is not null) as faults, ({serious or "false"}) as is_quarantined
        from (select *, ({anything}) or random() > 2 as is_faulty
            from (select row_id, source_file, source_sheet, source_row, {flags} from ({seen})))
        where is_faulty
    """)


def scope(feed: Feed, table: Table, text: str, window: Window) -> str:
    """A query of what a rule can see: the typed row, its accepted ancestors as one STRUCT column each, the period.

    `text` is the SQL that will be asked of it, one or many predicates: only the ancestors and the fields of them that it names
    are fetched. The columns are those of `typed_<table>`, then one column per ancestor, NULL where there is no accepted one,
    then period_start and period_end. The table's ancestors must have been judged.
    """
    joins, structs = [], []
    below = table
    for ancestor in _needed_ancestors(feed, table, text):
        key = below.parent.column.lower() if below.parent else ""
        child_key = f'self."{key}"' if below is table else f'{below.name}.item."{key}"'
        upward = [ancestor.parent.column.lower()] if ancestor.parent else []
        fields = sorted({key, *upward, *re.findall(rf"\b{ancestor.name}\.(\w+)", text)})
        # Rows that share their key were all kept out, so that a key of one column leads to one row.
        is_unique = tuple(name.lower() for name in ancestor.key) == (key,)
        packed = ", ".join(f'"{f}" := "{f}"' if is_unique else f'"{f}" := any_value("{f}")' for f in fields)
        grouped = "" if is_unique else " group by 1"
        joins.append(
            f'left join (select "{key}" as join_key, struct_pack({packed}) as item from {typed_name(ancestor)}'
            f" where {kept(ancestor)}{grouped}) {ancestor.name} on {ancestor.name}.join_key = {child_key}"
        )
        structs.append(f'{ancestor.name}.item as "{ancestor.name}"')
        below = ancestor
    period = f"{_day(window.start)} as period_start, {_day(window.end)} as period_end"
    return f"select {', '.join(['self.*', *structs, period])} from {typed_name(table)} self {' '.join(joins)}"


def _needed_ancestors(feed: Feed, table: Table, rules_text: str) -> list[Table]:
    """The ancestors from the parent up to the furthest one that a rule names; the parent is always among them."""
    above = feed.ancestors(table)
    named = [place for place, ancestor in enumerate(above) if re.search(rf"\b{ancestor.name}\.", rules_text)]
    return above[: max([0, *named]) + 1]


def _day(day: date | None) -> str:
    return f"date '{day}'" if day else "null::date"
