"""What earlier releases showed of the figures that a new one tells of again: the memory of disclosure control.

Belongs here: reading them. Does not belong here: what follows from it (disclosure/), or which releases stand (ledger.py): what was rolled back was seen.
"""

from __future__ import annotations

import duckdb

from sendjc_pipeline.release import ledger
from sendjc_pipeline.release.tables import METRIC_KEYS
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings

REACH = 4  # quarters before and after: as far as a year to date, twelve months or a monthly table goes


def earlier_metrics(con: duckdb.DuckDBPyConnection, settings: Settings, quarter: Quarter) -> list[str]:
    """A temporary view for each earlier release near the quarter, with the columns that disclosure control reads; oldest first."""
    views = []
    for release in ledger.all_releases(settings):
        if not quarter.shift(-REACH) <= release.quarter <= quarter.shift(REACH):
            continue
        files = [release.folder / f"{table}.parquet" for table in METRIC_KEYS]
        listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files if path.is_file())
        if listed:
            views.append(f"shown_in_{len(views)}")
            con.execute(
                f"create or replace temp view {views[-1]} as select * from read_parquet([{listed}], union_by_name = true)"
            )
    return views
