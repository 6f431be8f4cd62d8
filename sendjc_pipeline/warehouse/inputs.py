"""What dbt reads: views in schema `raw`, made just before a build and dropped after it.

Belongs here: turning selected submissions into views with declared columns, empty where nobody sent the table, and the one row that
tells the models which quarter they are building. No path, date or quarter is a dbt var (docs/decisions/0001).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from sendjc_pipeline import feeds
from sendjc_pipeline.identity.pseudonymise import raw_columns
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.reporting import period as read_period
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions.intake import Receipt
from sendjc_pipeline.submissions.manifest import Submission


@dataclass(frozen=True)
class Delivery:
    """One submission with what became of it, and whether the quarter's figures use it."""

    submission: Submission
    receipt: Receipt
    is_selected: bool


@dataclass(frozen=True)
class QuarterInputs:
    """All that a quarter's warehouse is a function of, beside the code and the seeds."""

    quarter: Quarter
    known_at: date
    deliveries: Sequence[Delivery]

    def accepted(self, feed: str) -> list[Delivery]:
        """The deliveries of a feed that the quarter uses."""
        return [
            d for d in self.deliveries if d.is_selected and d.submission.feed == feed and d.receipt.status == "accepted"
        ]


def create_raw(con: duckdb.DuckDBPyConnection, settings: Settings, inputs: QuarterInputs) -> None:
    """Create schema `raw`: one view per declared table, plus person, person_link, submission, submission_table,
    submission_rule_count, run_parameter."""
    con.execute("create schema raw")
    for name in feeds.names():
        feed = feeds.load(name)
        for table in feed.tables:
            _create_view(con, settings, inputs, feed, table)
    identity = settings.restricted / "identity" / inputs.quarter.label
    for table in ("person", "person_link"):
        con.execute(f"create view raw.{table} as select * from read_parquet({_text(identity / f'{table}.parquet')})")
    _create_submissions(con, inputs)
    _create_submission_tables(con, inputs)
    con.execute(
        "create table raw.run_parameter as select ?::varchar as quarter, ?::date as quarter_start, ?::date as quarter_end,"
        " ?::date as as_of, ?::date as known_at",
        [inputs.quarter.label, inputs.quarter.start, inputs.quarter.end, inputs.quarter.end, inputs.known_at],
    )


def _create_view(
    con: duckdb.DuckDBPyConnection, settings: Settings, inputs: QuarterInputs, feed: feeds.Feed, table: str
) -> None:
    columns = raw_columns(feed, feed.tables[table])
    name = f"raw.{feed.name}_{table.lower()}"
    if feed.is_person_level:
        folder = settings.restricted / "pseudonymised" / inputs.quarter.label / feed.name / table.lower()
        found = [(d, folder / f"{d.submission.submission_id}.parquet") for d in inputs.accepted(feed.name)]
        parts = [f"select * from read_parquet({_text(path)})" for _, path in found if path.is_file()]
    else:
        parts = [_published_part(d, table) for d in inputs.accepted(feed.name) if _accepted_file(d, table).is_file()]
    casts = ", ".join(f'"{column}"::{kind} as "{column}"' for column, kind in columns)
    empty = ", ".join(f'null::{kind} as "{column}"' for column, kind in columns)
    body = " union all by name ".join(parts) if parts else f"select {empty} where false"
    con.execute(f"create view {name} as select {casts} from ({body})")


def _accepted_file(delivery: Delivery, table: str) -> Path:
    assert delivery.receipt.folder is not None  # an accepted receipt always has its folder
    return delivery.receipt.folder / f"{table.lower()}.parquet"


def _published_part(delivery: Delivery, table: str) -> str:
    """A table of published figures holds nobody: it is read where it was accepted, with the columns that tell its submission."""
    submission = delivery.submission
    period = read_period(submission.period)
    return (
        f"select *, {_text(submission.partner)} as partner, {_text(period.label)} as period, date '{period.start}' as period_start,"
        f" date '{period.end}' as period_end, {_text(submission.submission_id)} as submission_id,"
        f" timestamp '{submission.received_at:%Y-%m-%d %H:%M:%S}' as received_at"
        f" from read_parquet({_text(_accepted_file(delivery, table))})"
    )


def _create_submissions(con: duckdb.DuckDBPyConnection, inputs: QuarterInputs) -> None:
    rows, rules = [], []
    for delivery in inputs.deliveries:
        submission, receipt, period = delivery.submission, delivery.receipt, read_period(delivery.submission.period)
        counts = receipt.tables.values()
        rows.append(
            (
                submission.submission_id,
                submission.partner,
                submission.feed,
                str(submission.spec),
                period.label,
                period.start,
                period.end,
                submission.received_at.replace(tzinfo=None),
                receipt.status,
                sum(c.received for c in counts),
                sum(c.accepted for c in counts),
                sum(c.quarantined for c in counts),
                *_worst_table(receipt),
                _empty_table(submission.feed, receipt),
                delivery.is_selected,
            )
        )
        rules += [(submission.submission_id, t.rule, t.outcome, t.table, t.count) for t in receipt.messages_total]
    _create_table(
        con,
        "submission",
        rows,
        {
            "submission_id": "varchar",
            "partner": "varchar",
            "feed": "varchar",
            "spec": "varchar",
            "period": "varchar",
            "period_start": "date",
            "period_end": "date",
            "received_at": "timestamp",
            "status": "varchar",
            "received": "bigint",
            "accepted": "bigint",
            "quarantined": "bigint",
            "worst_table": "varchar",
            "worst_quarantined_pct": "double",
            "empty_table": "varchar",
            "is_selected": "boolean",
        },
    )
    _create_table(
        con,
        "submission_rule_count",
        rules,
        {
            "submission_id": "varchar",
            "rule": "varchar",
            "outcome": "varchar",
            "table_name": "varchar",
            "rows": "bigint",
        },
    )


def _create_submission_tables(con: duckdb.DuckDBPyConnection, inputs: QuarterInputs) -> None:
    """One row per table of a submission that the quarter uses: rows accepted, and rows that its view in `raw` shows."""
    used = [d for d in inputs.deliveries if d.is_selected and d.receipt.status == "accepted"]
    rows = [
        (d.submission.submission_id, t, d.submission.feed, c.accepted)
        for d in used
        for t, c in d.receipt.tables.items()
    ]
    columns = {"submission_id": "varchar", "table_name": "varchar", "feed": "varchar", "accepted": "bigint"}
    _create_table(con, "submission_accepted", rows, columns)
    shown = " union all ".join(
        f"select submission_id, {_text(table)} as table_name, count(*) as loaded from raw.{feed}_{table.lower()} group by 1"
        for feed, table in sorted({(row[2], row[1]) for row in rows})
    )
    con.execute(f"""
        create table raw.submission_table as
        select submission_id, feed, table_name, accepted, coalesce(loaded, 0)::bigint as loaded
        from raw.submission_accepted left join ({shown or "select '' as submission_id, '' as table_name, 0 as loaded"})
            using (submission_id, table_name)
    """)
    con.execute("drop table raw.submission_accepted")


def _worst_table(receipt: Receipt) -> tuple[str, float] | tuple[None, None]:
    """The table of which the largest share was quarantined, and that share in per cent: a whole table can go under a sound total."""
    shares = [(100 * c.quarantined / c.received, name) for name, c in sorted(receipt.tables.items()) if c.received]
    share, name = max(shares, default=(None, None))
    return (None, None) if name is None or share is None else (name, share)


def _empty_table(feed: str, receipt: Receipt) -> str | None:
    """A table that names children and of which not one row was accepted: then nothing was really sent. One that may be left out, and was, is none."""
    declared = feeds.load(feed)
    named = [
        table.name
        for table in declared.tables.values()
        if declared.has_table(table, receipt.spec) and any(column.privacy == "person_id" for column in table.columns)
    ]
    counts = {name: receipt.tables[name] for name in sorted(named) if name in receipt.tables}
    empty = (
        name
        for name, count in counts.items()
        if count.accepted == 0 and (count.received > 0 or not declared.tables[name].optional)
    )
    return next(empty, None)


def _create_table(
    con: duckdb.DuckDBPyConnection, name: str, rows: Sequence[tuple[object, ...]], columns: dict[str, str]
) -> None:
    frame = pd.DataFrame(rows, columns=list(columns), dtype="object")
    casts = ", ".join(f'"{column}"::{kind} as "{column}"' for column, kind in columns.items())
    con.register("incoming", frame)
    con.execute(f"create table raw.{name} as select {casts} from incoming")
    con.unregister("incoming")


def _text(value: object) -> str:
    """A SQL text literal."""
    return "'" + str(value).replace("'", "''") + "'"
