"""A receipt's messages as two tables in DuckDB: every fault by place, and the rules by effect.

Belongs here: joining what the intake said with plain words and with names fit to be shown. Does not belong here: how the tables are
written (`tables`) or summed up (`summary`).
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from sendjc_pipeline.submissions.receipt import Receipt
from sendjc_pipeline.submissions.report import names, words
from sendjc_pipeline.submissions.results import sql_path

# Text columns of _messages.parquet. They hold few texts, each very often: as ENUM a million faults take a tenth of the memory.
_TEXTS = (
    "file", "sheet", "table", "rule", "column_name", "column_letter", "category", "outcome", "message", "action",
)  # fmt: skip
# Refusals first, then rows kept out, then whole files to check, then rows to check.
_WEIGHT = """case outcome when 'reject_file' then 0 when 'quarantine_row' then 1
    else case when coalesce("table"::varchar, '') = '' then 2 else 3 end end"""


def create(con: duckdb.DuckDBPyConnection, receipt: Receipt, messages: Path, sent: list[str]) -> None:
    """Create `report_row` and `report_rule`.

    `report_row`: number (from 1, by file, sheet and row), weight (0 is the gravest), and `tables.ROW_COLUMNS`. `report_rule`:
    number (from 1, by effect) and `tables.RULE_COLUMNS`. `messages` is a _messages.parquet; `sent` are the names of the files in the
    order in which they were given.
    """
    _load(con, messages)
    said = _values(con, "message")
    is_whole, is_xml = '"table" is null', "lower(file::varchar) like '%.xml'"
    # Looked up and not joined, because a join does not keep the rows' order, and sorting a million wide rows takes a gigabyte.
    con.execute(f"""
        create or replace view report_row as
        select number, weight, {_looked_up("file", names.shown_files(_values(con, "file"), sent, receipt.feed))} as file,
            {_looked_up("sheet", names.shown_sheets(_values(con, "sheet")))} as sheet,
            case when not {is_xml} then "row" end as "row", case when {is_xml} then "row" - 1 end as element,
            case when "row" is null then '{words.WHOLE_FILE}'
                when {is_xml} then 'element ' || ("row" - 1) || ' of ' || "table"
                else 'row ' || "row" || coalesce(', column ' || column_letter, '') end as place,
            column_letter::varchar as column_letter, column_name::varchar as column_name, "table"::varchar as "table",
            rule::varchar as rule, category::varchar as category, case when {is_whole} then '{words.WHOLE_FILE}' else {_KIND} end as kind,
            outcome::varchar as outcome,
            case when outcome = 'warn' and not {is_whole} and is_out then '{words.WARNED_AND_OUT}' else {_effect(is_whole)} end as effect,
            case when {is_whole} then {_looked_up("message", {text: names.scrubbed(text) for text in said})}
                else message::varchar end as message,
            action::varchar as action
        from fault
    """)
    _create_rules(con, receipt)


def _load(con: duckdb.DuckDBPyConnection, messages: Path) -> None:
    """Create `fault`: the messages in the report's order; `is_out` says whether the row is out for any of its faults."""
    source = f"'{sql_path(messages)}'"
    for column in _TEXTS:
        # The empty text is there because an ENUM needs a value, and a column may have none.
        con.execute(f"""create or replace table distinct_text as
            select distinct "{column}"::varchar as text from {source} where "{column}" is not null union select ''""")
        con.execute(f"create type report_{column} as enum (select text from distinct_text order by text)")
    cast = ", ".join(f'"{column}"::varchar::report_{column} as "{column}"' for column in _TEXTS)
    con.execute(f"""
        create or replace table fault as
        select row_number() over (order by file, sheet nulls first, "row" nulls first, rule, column_name, message) as number, *,
            bool_or(outcome <> 'warn') over (partition by "table", file, sheet, "row") as is_out,
            {_WEIGHT} as weight
        from (select {cast}, "row" from {source})
        order by number
    """)


def _values(con: duckdb.DuckDBPyConnection, column: str) -> list[str]:
    """The texts of a column of `fault`, in the order of its ENUM."""
    return [str(row[0]) for row in con.execute(f"select unnest(enum_range(null::report_{column}))").fetchall()]


def _looked_up(column: str, shown: dict[str, str]) -> str:
    """SQL for what is shown in place of a column's text; `shown` has every text of the column, in the order of its ENUM."""
    return f"[{', '.join(_quoted(text) for text in shown.values())}][enum_code({column}) + 1]"


def _case(expression: str, pairs: dict[str, str]) -> str:
    cases = " ".join(f"when {_quoted(code)} then {_quoted(text)}" for code, text in pairs.items())
    return f"case {expression}::varchar {cases} else {expression}::varchar end"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_KIND = _case("category", words.CATEGORIES)


def _effect(is_whole: str) -> str:
    of_file, of_row = ({o: words.effect(o, of_file=f) for o in words.OUTCOMES} for f in (True, False))
    return f"case when {is_whole} then {_case('outcome', of_file)} else {_case('outcome', of_row)} end"


def _create_rules(con: duckdb.DuckDBPyConnection, receipt: Receipt) -> None:
    """The receipt's totals, with the first place of each; rows that stand only for another row's fault have no place of their own."""
    con.execute(
        "create or replace table rule_total"
        ' (rule varchar, outcome varchar, "table" varchar, column_name varchar, count bigint, message varchar, action varchar)'
    )
    if totals := [
        [t.rule, t.outcome, t.table, t.column, t.count, t.message if t.table else names.scrubbed(t.message), t.action]
        for t in receipt.messages_total
    ]:
        con.executemany("insert into rule_total values (?, ?, ?, ?, ?, ?, ?)", totals)
    con.execute(f"""
        create or replace table report_rule as
        with found as (
            select rule, outcome, coalesce("table", '') as "table", coalesce(column_name, '') as column_name,
                any_value(category) as category, any_value(kind) as kind,
                arg_min(file, number) as first_file, arg_min(place, number) as first_place
            from report_row group by all
        )
        select t.rule, t.outcome, t.effect, f.category, coalesce(f.kind, '{words.CONSEQUENCE}') as kind,
            nullif(t."table", '') as "table", nullif(t.column_name, '') as column_name, t.count, t.message, t.action,
            f.first_file, f.first_place,
            row_number() over (order by weight, f.category is not distinct from 'orphan', t.count desc, t.rule, t.column_name) as number
        from (select *, {_WEIGHT} as weight, {_effect('length("table") = 0')} as effect from rule_total) t
        left join found f using (rule, outcome, "table", column_name)
        order by number
    """)
