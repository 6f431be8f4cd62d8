"""Comparing what feeds say of one child, once keys are there: counts for the warehouse, rows for the partners' reports.

Belongs here: running the rules of feeds/cross_feed.yaml over schema `raw`. Does not belong here: the rules.
"""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from sendjc_pipeline.feeds.cross_feed import CrossFeedRule, cross_feed_rules
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.sealing import sealed
from sendjc_pipeline.settings import SendjcError, Settings


def findings_path(settings: Settings, quarter: Quarter) -> Path:
    """Where a quarter's findings lie: rule, partner, feed, table, submission_id, row, column_name, message, action; no value and no key."""
    return settings.restricted / "cross_feed" / f"{quarter.label}.parquet"


@sealed("Comparing what feeds say of one child", "No warehouse was replaced: tell whoever maintains sendjc.")
def compare_feeds(con: duckdb.DuckDBPyConnection, settings: Settings, quarter: Quarter) -> None:
    """Create raw.cross_feed_finding (rule, feed, table_name, partner, submission_id, source_row) and write `findings_path`.

    Raises:
        SendjcError: a rule cannot be run, which is a fault of its declaration.
    """
    con.execute(
        "create table raw.cross_feed_finding"
        " (rule varchar, feed varchar, table_name varchar, partner varchar, submission_id varchar, source_row bigint)"
    )
    con.execute(
        "create temp table cross_feed_rule (rule varchar, column_name varchar, message varchar, action varchar)"
    )
    for rule in cross_feed_rules():
        con.execute(
            "insert into cross_feed_rule values (?, ?, ?, ?)", [rule.code, rule.columns[0], rule.message, rule.action]
        )
        if kind := _fault(con, rule):
            raise SendjcError(f"feeds/cross_feed.yaml: {rule.code} cannot be run ({kind}): correct its declaration.")
    _write(con, findings_path(settings, quarter))
    con.execute("drop table cross_feed_rule")


def _fault(con: duckdb.DuckDBPyConnection, rule: CrossFeedRule) -> str | None:
    """Run a rule; the kind of its error, whose text and chain stay behind because they may quote a record."""
    try:
        con.execute(_insert(rule))
    except duckdb.Error as error:
        return type(error).__name__
    return None


def _insert(rule: CrossFeedRule) -> str:
    """Rows of the quarter's own period only: what an older delivery said is held against nothing newer."""
    view = f"raw.{rule.feed}_{rule.table_name.lower()}"
    newest = "select quarter_end from raw.run_parameter"
    sent = f"select partner from raw.submission where is_selected and status = 'accepted' and period_end = ({newest}) and feed ="
    conditions = [
        f"({rule.when})",
        f"self.period_end = ({newest})",
        *(f"self.partner in ({sent} '{feed}')" for feed in rule.needs),
    ]
    return f"""
        insert into raw.cross_feed_finding
        select '{rule.code}', '{rule.feed}', '{rule.table_name}', self.partner, self.submission_id, self.source_row
        from {view} self
        where {" and ".join(conditions)}"""


def _write(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    stage = path.with_name(f".{path.name}-{os.getpid()}")
    con.execute(
        'copy (select finding.rule, partner, feed, table_name as "table", submission_id, source_row as "row",'
        " column_name, message, action from raw.cross_feed_finding finding join cross_feed_rule using (rule)"
        f" order by all) to '{str(stage).replace(chr(39), chr(39) * 2)}' (format parquet, compression zstd)"
    )
    os.replace(stage, path)
