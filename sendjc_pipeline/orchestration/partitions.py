"""The one partition of this project: the quarter, keyed by its first day.

Belongs here: turning Dagster's keys and runs into a Quarter and a known-at date. Nothing else in the project meets a partition key.
"""

from __future__ import annotations

import warnings
from datetime import date, datetime
from zoneinfo import ZoneInfo

import dagster as dg
from dagster_shared.utils.warnings import BetaWarning

from sendjc_pipeline.reporting import FIRST_QUARTER, Quarter

# The parameter is in beta and pinned with Dagster; without it the dbt assets would backfill many quarters in one run.
warnings.filterwarnings("ignore", message=r"Parameter `backfill_policy`", category=BetaWarning)

LONDON = ZoneInfo("Europe/London")
KNOWN_AT_TAG = "sendjc/known_at"

# The start must be a quarter's first day: Dagster silently drops a quarter that begins before it (design notes, toolchain 3.2).
quarters = dg.TimeWindowPartitionsDefinition(
    cron_schedule="0 0 1 1,4,7,10 *", start=FIRST_QUARTER.start.isoformat(), fmt="%Y-%m-%d", timezone="Europe/London"
)
one_at_a_time = dg.BackfillPolicy.multi_run(1)


def quarter_of(context: dg.AssetExecutionContext) -> Quarter:
    """The quarter that a step is asked for."""
    return Quarter.from_start(date.fromisoformat(context.partition_key))


def known_at(context: dg.AssetExecutionContext) -> date:
    """The run's known-at tag; without one, the day in London on which the run was created, the same for all its steps."""
    tag = context.run.tags.get(KNOWN_AT_TAG)
    if tag:
        return date.fromisoformat(tag)
    record = context.instance.get_run_record_by_id(context.run_id)
    created = record.create_timestamp if record else datetime.now(LONDON)
    return created.astimezone(LONDON).date()
