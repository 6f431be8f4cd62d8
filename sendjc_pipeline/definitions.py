"""Definitions, built fresh on each call so that a test or the terminal can swap the home and keep the rest."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from sendjc_pipeline import feeds
from sendjc_pipeline.orchestration.feed_assets import feed_asset
from sendjc_pipeline.orchestration.home import Home
from sendjc_pipeline.orchestration.identity_asset import pseudonymised
from sendjc_pipeline.orchestration.job import quarterly_job, quarterly_schedule, restatement_schedule, submission_sensor
from sendjc_pipeline.orchestration.release_asset import release
from sendjc_pipeline.orchestration.warehouse_assets import warehouse


def build_definitions(home: Path | None = None) -> dg.Definitions:
    """Everything Dagster knows of this project; `home` overrides SENDJC_HOME."""
    return dg.Definitions(
        assets=[*(feed_asset(name) for name in feeds.names()), pseudonymised, warehouse, release],
        jobs=[quarterly_job],
        schedules=[quarterly_schedule, restatement_schedule],
        sensors=[submission_sensor],
        resources={"home": Home(path=str(home) if home else "")},
        executor=dg.in_process_executor,
    )


defs = build_definitions()
