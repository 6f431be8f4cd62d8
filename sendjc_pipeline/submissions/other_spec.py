"""Rows that break because the files follow another spec: seen by what most rows of a table break, told once.

Belongs here: blank required cells and unlisted codes against the other specs of the feed. Does not belong here: headers, which readers
compare before any row is read.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from sendjc_pipeline.feeds.codes import codes
from sendjc_pipeline.feeds.model import Column, Feed, Table
from sendjc_pipeline.feeds.recognise import likeliest
from sendjc_pipeline.submissions.casting import typed_name
from sendjc_pipeline.submissions.judge import fault_name
from sendjc_pipeline.submissions.readers import FileWarning, raw_name, rule_code
from sendjc_pipeline.submissions.report.names import WHOLE


def other_spec_warning(con: duckdb.DuckDBPyConnection, feed: Feed, spec: str) -> FileWarning | None:
    """<FEED>.file.other_spec_fits once the rows are judged, or None.

    It takes a table of which more than half of the rows break the `missing` or `code` rule of a column, and a spec that explains it: one
    that lists those codes, or that has, in place of the column, another whose name the reader met and could not use. That spec must not
    leave more than half of the rows of any table with a code that it does not list.
    """
    if len(feed.specs) == 1 or not (broken := list(_mostly_broken(con, feed))):
        return None
    explained = {
        other: [one for one in broken if _explains(con, feed, spec, other, *one)]
        for other in feed.specs
        if other != spec
    }
    most = max(len(found) for found in explained.values())
    left = {other: _unlisted(con, feed, other) for other, found in explained.items() if found and len(found) == most}
    fitting = {other: count for other, count in left.items() if count is not None}
    if not fitting:
        return None
    best = likeliest(feed, [other for other, count in fitting.items() if count == min(fitting.values())])
    where = " and ".join(
        dict.fromkeys(f"{feed.header(column, spec)} of {table.name}" for table, column, _ in explained[best[0]])
    )
    others = f" (or {', '.join(best[1:])})" if best[1:] else ""
    message = f"the files look like spec {best[0]}{others}: more than half of the rows have no {where} that spec {spec} allows"
    return FileWarning(
        rule_code(feed, "other_spec_fits"), WHOLE, message, f"name it with --spec {best[0]} and check again"
    )


def _mostly_broken(con: duckdb.DuckDBPyConnection, feed: Feed) -> Iterator[tuple[Table, Column, str]]:
    """(table, column, 'missing' or 'code') of each such implied rule that more than half of the table's rows break."""
    for table in feed.tables.values():
        half = _one(con, f"select count(*) / 2 from {raw_name(table.name)}")
        if _one(con, f"select count(*) from {fault_name(table)}") <= half:
            continue
        rules = {
            f"{feed.name.upper()}.{table.name}.{column.key}.{kind}": (column, kind)
            for column in table.columns
            for kind in ("missing", "code")
        }
        found = con.execute(
            f"select rule from (select unnest(faults) as rule_id from {fault_name(table)}) join rule_book using (rule_id)"
            " group by rule having count(*) > ? order by rule",
            [half],
        ).fetchall()
        for (rule,) in found:
            if rule in rules:
                yield table, *rules[rule]


def _explains(
    con: duckdb.DuckDBPyConnection, feed: Feed, spec: str, other: str, table: Table, column: Column, kind: str
) -> bool:
    """Whether the rows would not break the rule under the other spec."""
    if not feed.has_table(table, other):
        return False
    if kind == "missing":
        here, there = ({feed.header(c, s).lower() for c in feed.columns(table, s)} for s in (spec, other))
        met = "select exists (from file_message where contains(lower(message), ?))"
        return feed.header(column, spec).lower() not in there and any(
            _one(con, met, f" {name} ") for name in there - here
        )
    if not feed.is_valid(column, other):
        return False
    listed = _listed(feed, column, other)
    rows = typed_name(table)
    sql = f'select count(*) filter ("{column.key}" in ({listed})) > count("{column.key}") / 2 from {rows}'
    return bool(listed) and bool(_one(con, sql))


def _unlisted(con: duckdb.DuckDBPyConnection, feed: Feed, spec: str) -> int | None:
    """How many codes the spec does not list; None if they fill more than half of the rows of a table."""
    total = 0
    for table in feed.tables.values():
        lists = {column.key: _listed(feed, column, spec) for column in feed.columns(table, spec) if column.code_list}
        counts = ", ".join(f'count(*) filter ("{key}" not in ({listed}))' for key, listed in lists.items() if listed)
        if not counts or not feed.has_table(table, spec):
            continue
        row = con.execute(f"select count(*), {counts} from {typed_name(table)}").fetchone() or (0,)
        if any(2 * count > row[0] for count in row[1:]):
            return None
        total += sum(row[1:])
    return total


def _listed(feed: Feed, column: Column, spec: str) -> str:
    listed = codes(feed, column.code_list, spec) if column.code_list else ()
    return ", ".join("'" + code.replace("'", "''") + "'" for code in listed)


def _one(con: duckdb.DuckDBPyConnection, sql: str, *values: object) -> float:
    row = con.execute(sql, list(values)).fetchone()
    assert row is not None
    return float(row[0])
