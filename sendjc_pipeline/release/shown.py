"""What earlier releases showed of the figures that a new one tells of again: the memory of disclosure control.

Belongs here: reading them. Does not belong here: what follows from it (disclosure/), or which releases stand (ledger.py): what was rolled back was seen.
"""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from sendjc_pipeline.release import ledger
from sendjc_pipeline.release.tables import METRIC_KEYS
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings

REACH = 4  # quarters before and after: as far as a year to date, twelve months or a monthly table goes
OPEN_DATA = "protection/open_data.parquet"
_OPEN_DATA_BEFORE = "open_data/hidden.parquet"  # where releases before schema 1.1.0 keep it


def near(settings: Settings, quarter: Quarter) -> list[str]:
    """The releases whose figures a release of the quarter tells of again."""
    return [
        release.release_id
        for release in ledger.all_releases(settings)
        if quarter.shift(-REACH) <= release.quarter <= quarter.shift(REACH)
    ]


def earlier_metrics(con: duckdb.DuckDBPyConnection, settings: Settings, releases: Collection[str]) -> list[str]:
    """A temporary view for each of these releases, with the columns that disclosure control reads."""
    return _views(con, settings, releases, "shown_in", [f"{table}.parquet" for table in METRIC_KEYS])


def earlier_open_data(con: duckdb.DuckDBPyConnection, settings: Settings, releases: Collection[str]) -> list[str]:
    """The same of the open data: which figures it said c of."""
    return _views(con, settings, releases, "opened_in", [OPEN_DATA, _OPEN_DATA_BEFORE])


def _views(
    con: duckdb.DuckDBPyConnection, settings: Settings, releases: Collection[str], name: str, names: Collection[str]
) -> list[str]:
    views: list[str] = []
    for release in ledger.all_releases(settings):
        files = [release.folder / path for path in names if release.release_id in releases]
        listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files if path.is_file())
        if listed:
            views.append(f"{name}_{len(views)}")
            con.execute(
                f"create or replace temp view {views[-1]} as select * from read_parquet([{listed}], union_by_name = true)"
            )
    return views
