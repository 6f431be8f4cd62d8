"""The tables of schema `raw` that tell of the submissions themselves: which came, what became of their rows, which rules they broke.

Belongs here: counts from receipts. Does not belong here: the partners' rows (`inputs`).
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pandas as pd

from sendjc_pipeline import feeds
from sendjc_pipeline.identity.admission import NO_AGREEMENT, OPTED_OUT
from sendjc_pipeline.reporting import period as read_period
from sendjc_pipeline.submissions.intake import Receipt
from sendjc_pipeline.warehouse.deliveries import QuarterInputs


def create_submission_tables(con: duckdb.DuckDBPyConnection, inputs: QuarterInputs) -> None:
    """Create raw.submission, raw.submission_rule_count and raw.submission_table; needs the views of `inputs`."""
    _create_submissions(con, inputs)
    _create_loaded(con, inputs)


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


def _create_loaded(con: duckdb.DuckDBPyConnection, inputs: QuarterInputs) -> None:
    """One row per table of an accepted submission: rows accepted, rows that its view in `raw` shows, and rows left out, by reason."""
    used = [d for d in inputs.deliveries if d.receipt.status == "accepted"]
    rows = [
        (d.submission.submission_id, t, d.submission.feed, c.accepted)
        for d in used
        for t, c in d.receipt.tables.items()
    ]
    columns = {"submission_id": "varchar", "table_name": "varchar", "feed": "varchar", "accepted": "bigint"}
    _create_table(con, "submission_accepted", rows, columns)
    shown = " union all ".join(
        f"select submission_id, '{table}' as table_name, count(*) as loaded from raw.{feed}_{table.lower()} group by 1"
        for feed, table in sorted({(row[2], row[1]) for row in rows})
    )
    con.execute(f"""
        create table raw.submission_table as
        with gone as (
            select submission_id, lower(table_name) as gone_name, sum("rows") filter (where reason = '{NO_AGREEMENT}') as no_agreement,
                sum("rows") filter (where reason = '{OPTED_OUT}') as opted_out
            from raw.left_out group by 1, 2
        )

        select sent.submission_id, feed, table_name, accepted, coalesce(loaded, 0)::bigint as loaded,
            coalesce(no_agreement, 0)::bigint as no_agreement, coalesce(opted_out, 0)::bigint as opted_out
        from raw.submission_accepted as sent
        left join ({shown or "select '' as submission_id, '' as table_name, 0 as loaded"}) using (submission_id, table_name)
        left join gone on sent.submission_id = gone.submission_id and lower(sent.table_name) = gone.gone_name
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
