"""Small releases, written by the code that writes the large ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb

from sendjc_pipeline.release import ledger, revision, schema
from sendjc_pipeline.release.write import PublishedTable, write_release
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings

KEY = ("metric_id", "area_id", "quarter", "time_window", "service", "tier", "breakdown_topic", "breakdown")
COLUMNS = {name: f"What {name} is." for name in (
    "release_id", *KEY, "topic", "numerator", "denominator", "value", "value_lower", "value_upper", "value_status", "suppression", "dq_reason",
    "source_feeds",
)}  # fmt: skip

Figure = tuple[object, ...]
"""Metric, area, value, status, suppression; and, where it is of a part, what it is broken down by and which part it is."""


def submission(partner: str, feed: str, content: str, period: str = "2024-25-Q4") -> dict[str, object]:
    return {
        "partner": partner,
        "feed": feed,
        "period": period,
        "submission_id": content,
        "used": True,
        "status": "accepted",
        "tables": {},
        "files": [],
    }


def provenance(*submissions: dict[str, object], **parts: str) -> dict[str, object]:
    inputs = {
        "submissions": str(submissions),
        "models": "m",
        "code": "c",
        "decisions": "d",
        "opt_outs": "o",
        "places": "p",
        "history": "h",
    } | parts
    return {
        "quarter": "2024-25-Q4",
        "known_at": "2025-05-20",
        "inputs": inputs,
        "submissions": list(submissions),
        "withheld_topics": [],
    }


def publish(
    settings: Settings,
    figures: list[Figure],
    made: dict[str, object],
    quarter: str = "2024-25-Q4",
    shape: str = "*",
    renamed: tuple[schema.Renamed, ...] = (),
) -> ledger.Release:
    """The next revision of a quarter with these figures; everything of a real one but the gate and disclosure control.

    `shape` is which columns the table of figures has, as a select list of those that it has by default.
    """
    wanted = Quarter.parse(quarter)
    con = duckdb.connect()
    con.execute(
        "create temp table release_metric_quarterly (metric_id varchar, area_id varchar, quarter varchar, time_window varchar, service varchar, tier varchar,"
        " breakdown_topic varchar, breakdown varchar, topic varchar, numerator double, denominator double, value double, value_lower double,"
        " value_upper double, value_status varchar, suppression varchar, dq_reason varchar, source_feeds varchar)"
    )
    for metric, area, value, status, suppression, *part in figures:
        con.execute(
            "insert into release_metric_quarterly values (?, ?, ?, 'quarter', 'ehc', 'Total', ?, ?, 'ehc', ?, null, ?, ?, ?, ?, ?, null, 'sen2')",
            [metric, area, quarter, *(part or ("Total", "Total")), value, value, value, value, status, suppression],
        )
    relation = "temp.main.release_metric_quarterly"
    con.execute(f"create or replace temp table release_metric_quarterly as select {shape} from {relation}")
    kept = schema.keep_old_names(con, "metric_quarterly", relation, wanted, renamed)
    con.execute(
        "create temp table release_area_rollup as select * from (values ('nottingham', 'qt1'), ('nottinghamshire', 'qt1')) as t(area_id, rollup_id)"
    )
    tables = [
        PublishedTable("metric_quarterly", relation, "Figures.", {**COLUMNS, **kept}, key=KEY),
        PublishedTable(
            "area_rollup",
            "temp.main.release_area_rollup",
            "Sums.",
            {"area_id": "Part.", "rollup_id": "Whole.", "release_id": "Release."},
        ),
    ]
    before = ledger.newest(settings, wanted)
    changed = revision.stage(con, settings, before, made, tables)
    number = max((r.revision for r in ledger.all_releases(settings) if r.quarter == wanted), default=0) + 1
    release = ledger.Release(ledger.releases_folder(settings) / f"{quarter}.r{number}", wanted, number)
    about = {
        **made, "schema_version": "1.0.0", "reason": "test", "published_at": f"2025-06-{number:02d}T09:00:00Z", "kind": "test", "stage": "frozen",
        "changed_cells": revision.counted(con, changed), "open_data": {"place": "open_data/"},
    }  # fmt: skip
    write_release(con, release.folder, release.release_id, [*tables, replace(changed)], about)
    ledger.point_at(settings, release)
    return release


def ledger_of(release: ledger.Release) -> list[tuple[object, ...]]:
    path = release.folder / "tables" / "revision.parquet"
    return duckdb.sql(
        f"select metric_id, area_id, column_name, change, old_value, new_value, cause from read_parquet('{path}')"
        " where table_name = 'metric_quarterly' order by metric_id, area_id, column_name"
    ).fetchall()


def home(folder: Path) -> Settings:
    return Settings(folder).make_zones()
