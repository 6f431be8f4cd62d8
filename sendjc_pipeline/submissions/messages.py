"""What a partner is told: one message per row and rule, one per file, and the totals of the receipt.

Belongs here: the columns of _messages.parquet and the totals. Does not belong here: rows or values. No message ever holds the content of
a cell: file, row, column and rule are enough to find it, and whoever may see the value has the file.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

import duckdb
import pandas as pd

from sendjc_pipeline.feeds.model import Feed, Table
from sendjc_pipeline.settings import SendjcError
from sendjc_pipeline.submissions import descendants
from sendjc_pipeline.submissions.judge import fault_name
from sendjc_pipeline.submissions.receipt import RuleTotal
from sendjc_pipeline.submissions.results import PARQUET_OF_TEXT, sql_path

OUTCOMES = ("reject_file", "quarantine_row", "warn")
_SHAPE_ACTION = "export the file again; a cell with a comma, quote mark or line break must stand in quote marks"


def prepare_file_messages(con: duckdb.DuckDBPyConnection) -> None:
    """Create `file_message`: one row per thing said about a whole file."""
    con.execute(
        "create or replace table file_message"
        " (rule varchar, outcome varchar, file varchar, message varchar, action varchar)"
    )


def write_messages(con: duckdb.DuckDBPyConnection, feed: Feed, folder: Path) -> None:
    """Write _messages.parquet, in the order of tables, files, sheets, rows and rules.

    Columns: rule, category, outcome, table, file, sheet, row, column_name, column_letter, message, action. About a whole file:
    table, sheet, row and column are NULL.
    """
    # Numbers are sorted, and texts are looked up afterwards: with its texts, a message takes half a kilobyte. The texts of a rule are
    # found by its number; names of files, and what no rule says, are of a type that holds each text once, in the order of the texts.
    con.execute("drop table if exists message; drop type if exists said")
    con.execute(
        f"create type said as enum (select distinct text from ({_sayings(feed)}) where text is not null order by text)"
    )
    con.execute("""
        create table message (place integer, rule_id integer, rank integer, file said, sheet said, "row" bigint,
            position integer, rule said, outcome said, message said, action said)
    """)
    con.execute("""
        insert into message by name
        select -1 as place, rule, outcome, file, message, action from file_message
    """)
    for place, table in enumerate(feed.tables.values()):
        _collect(con, feed, place, table)
    texts = ("rule", "category", "outcome", "table_name", "column_name", "message", "action")
    lists = ", ".join(f"list({text} order by rule_id) as {text}s" for text in texts)
    con.execute(f"""
        copy (
            select coalesce(rule::varchar, rules[rule_id + 1]) as rule,
                coalesce(categorys[rule_id + 1], case when place < 0 then 'bad_value' else 'wrong_format' end) as category,
                coalesce(outcome::varchar, outcomes[rule_id + 1]) as outcome, {_table_of(feed)} as "table",
                file::varchar as file, sheet::varchar as sheet, "row",
                column_names[rule_id + 1] as column_name, sendjc_letter(position) as column_letter,
                coalesce(message::varchar, messages[rule_id + 1]) as message,
                coalesce(action::varchar, actions[rule_id + 1]) as action
            from (from message order by place, file, sheet, "row" nulls first, rank, rule),
                (select {lists} from rule_book)
        ) to '{sql_path(folder / "_messages.parquet")}' {PARQUET_OF_TEXT}
    """)


def totals(con: duckdb.DuckDBPyConnection, feed: Feed, *, is_accepted: bool) -> list[RuleTotal]:
    """Total by rule, once `write_messages` has run; pandera checks the shape of what partners and the board are told.

    Of an accepted submission, rows with a quarantined row below them are totalled here and nowhere else: the fault and its message
    are that row's.

    Raises:
        SendjcError: a total is malformed, which is a fault of a declaration.
    """
    if is_accepted:
        for place, table in enumerate(feed.tables.values()):
            _collect_incomplete(con, feed, place, table)
    frame = con.execute(f"""
        with counted as (
            select place, rule_id, rule, outcome, count(*) as count, min(message) as message, min(action) as action
            from message group by all)
        select coalesce(c.rule::varchar, b.rule) as rule, coalesce(c.outcome::varchar, b.outcome) as outcome,
            coalesce({_table_of(feed)}, '') as "table", coalesce(b.column_name, '') as "column",
            c.count, coalesce(c.message::varchar, b.message) as message, coalesce(c.action::varchar, b.action) as action
        from counted c left join rule_book b using (rule_id) order by place, 2, 1
    """).df()
    return [RuleTotal.model_validate(record) for record in _validated(frame).to_dict("records")]


def _sayings(feed: Feed) -> str:
    """A query (text) of all texts that a message may hold and its rule does not: names of files and sheets, rejects, warnings of files."""
    tables = list(feed.tables.values())
    fixed = [*OUTCOMES, _SHAPE_ACTION, descendants.MESSAGE, descendants.ACTION]
    fixed += [_shape_rule(feed, table) for table in tables] + [descendants.rule_name(feed, table) for table in tables]
    literals = ", ".join("'" + text.replace("'", "''") + "'" for text in fixed)
    parts = [f"select unnest([{literals}]) as text"]
    parts += ["select unnest([rule, outcome, file, message, action]) from file_message"]
    parts += ["select distinct unnest([source_file, source_sheet, why]) from raw_reject"]
    parts += [f"select distinct unnest([file, sheet]) from {fault_name(table)}" for table in tables]
    return " union all ".join(parts)


def _shape_rule(feed: Feed, table: Table) -> str:
    return f"{feed.name.upper()}.{table.name}.shape"


def _table_of(feed: Feed) -> str:
    """The name of the table at a message's place; NULL before the first, where messages about whole files are."""
    names = ", ".join(f"'{table.name}'" for table in feed.tables.values())
    return f"([{names}])[case when place >= 0 then place + 1 end]"


def _collect(con: duckdb.DuckDBPyConnection, feed: Feed, place: int, table: Table) -> None:
    con.execute(f"""
        insert into message by name
        select {place} as place, rule_id, b.rank, f.file, f.sheet, f."row", h.position
        from (select file, sheet, "row", unnest(faults) as rule_id from {fault_name(table)}) f
        join (select *, rank() over (order by rule) as rank from rule_book) b using (rule_id)
        left join raw_header h on h.table_name = b.table_name and h.source_file = f.file
            and h.source_sheet is not distinct from f.sheet and h.column_name = b.column_key
    """)
    con.execute(
        f"""
        insert into message by name
        select {place} as place, ? as rule, 'quarantine_row' as outcome, source_file as file, source_sheet as sheet,
            source_row as "row", why as message, ? as action
        from raw_reject where table_name = ?
        """,
        [_shape_rule(feed, table), _SHAPE_ACTION, table.name],
    )


def _collect_incomplete(con: duckdb.DuckDBPyConnection, feed: Feed, place: int, table: Table) -> None:
    con.execute(
        f"""
        insert into message by name
        select {place} as place, ? as rule, 'warn' as outcome, ? as message, ? as action
        from {descendants.incomplete_name(table)}
        """,
        [descendants.rule_name(feed, table), descendants.MESSAGE, descendants.ACTION],
    )


def _validated(frame: pd.DataFrame) -> pd.DataFrame:
    import pandera.pandas as pa  # 0.6 s to import, and not needed by commands that read nothing

    filled = pa.Column(str, pa.Check.str_length(min_value=1))
    schema = pa.DataFrameSchema(
        {
            "rule": pa.Column(str, pa.Check.str_matches(r"^[A-Z0-9_]+(\.[A-Za-z0-9_]+)+$")),
            "outcome": pa.Column(str, pa.Check.isin(OUTCOMES)),
            "table": pa.Column(str),
            "column": pa.Column(str),
            "count": pa.Column("int64", pa.Check.ge(1)),
            "message": filled,
            "action": filled,
        },
        strict=True,
        coerce=True,
    )
    try:
        return cast("pd.DataFrame", schema.validate(frame, lazy=True))
    except pa.errors.SchemaErrors as error:
        faults = ", ".join(sorted({f"{case.column}: {case.check}" for case in error.failure_cases.itertuples()}))
        raise SendjcError(f"the totals by rule are malformed ({faults}): a rule is declared wrongly.") from None
