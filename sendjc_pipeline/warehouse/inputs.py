"""What dbt reads: views in schema `raw`, made just before a build and dropped after it.

Belongs here: turning selected submissions into views with declared columns, empty where nobody sent the table, and the one row that
tells the models which quarter they are building. No path, date or quarter is a dbt var (docs/decisions/0001).
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from sendjc_pipeline import feeds
from sendjc_pipeline.identity import admission, blanked
from sendjc_pipeline.identity.pseudonymise import raw_columns
from sendjc_pipeline.reporting import period as read_period
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.warehouse.deliveries import Delivery, QuarterInputs
from sendjc_pipeline.warehouse.raw_submissions import create_submission_tables


def create_raw(con: duckdb.DuckDBPyConnection, settings: Settings, inputs: QuarterInputs) -> None:
    """Create schema `raw`: one view per declared table, plus those of identity, of the submissions, and run_parameter."""
    con.execute("create schema raw")
    for name in feeds.names():
        feed = feeds.load(name)
        for table in feed.tables:
            _create_view(con, settings, inputs, feed, table)
    identity = settings.restricted / "identity" / inputs.quarter.label
    for table in ("person", "person_link", "person_doubt", "person_residence"):
        con.execute(f"create view raw.{table} as select * from read_parquet({_text(identity / f'{table}.parquet')})")
    for name in (admission.ROWS, admission.CHILDREN, blanked.BLANKED):
        con.execute(f"create view raw.{Path(name).stem} as select * from read_parquet({_text(identity / name)})")
    create_submission_tables(con, inputs)
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


def _text(value: object) -> str:
    """A SQL text literal."""
    return "'" + str(value).replace("'", "''") + "'"
