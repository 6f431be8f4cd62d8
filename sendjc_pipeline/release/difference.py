"""What differs between any two releases of a quarter, over all their tables.

Belongs here: bringing two releases to changes.py and causes.py. The ledger of a release (revision.py) says the same of it and its predecessor.
"""

from __future__ import annotations

from typing import Any

import duckdb

from sendjc_pipeline.release import ledger
from sendjc_pipeline.release.causes import add_causes
from sendjc_pipeline.release.changes import Side, compare
from sendjc_pipeline.release.write import relation_of
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.warehouse.connection import connect

_METRIC_KEY = ("metric_id", "area_id", "quarter", "time_window", "service", "tier", "breakdown_topic", "breakdown")
_LEDGER = "tables/revision.parquet"


def between(settings: Settings, first: str, second: str) -> list[dict[str, Any]]:
    """Every cell that differs, with its cause; figures first.

    Raises:
        NoRelease: there is no release of one of these names.
        SendjcError: the two are of two quarters.
    """
    old, new = ledger.find(settings, first), ledger.find(settings, second)
    if old.quarter != new.quarter:
        raise SendjcError("Compare two releases of one quarter; figures of two quarters differ as they should.")
    con = connect()
    try:
        compare(con, "cells", _sides(con, old, new))
        add_causes(
            con, "cells", "caused", ledger.made_of(settings, old), ledger.made_of(settings, new), _parts_of(con, new)
        )
        found = con.execute(
            "select * from caused order by (table_name = 'metric_quarterly') desc, (table_name = 'metric_monthly') desc, table_name, metric_id, area_id,"
            " time_window, service, tier, breakdown_topic, breakdown, month, row_key, column_name"
        )
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    finally:
        con.close()


def _sides(
    con: duckdb.DuckDBPyConnection, old: ledger.Release, new: ledger.Release
) -> dict[str, tuple[Side, Side, tuple[str, ...]]]:
    keys = {table: entry.get("key") for table, entry in new.manifest().get("tables", {}).items()}
    sides = {}
    for path in sorted([*new.folder.glob("*.parquet"), *new.folder.glob("tables/*.parquet")]):
        name = path.relative_to(new.folder).as_posix()
        before = old.folder / name
        if name == _LEDGER or not before.is_file():
            continue
        key = keys.get(name) or (_METRIC_KEY if path.stem == "metric_quarterly" else ())
        sides[path.stem] = (Side.of(con, relation_of(before)), Side.of(con, relation_of(path)), tuple(key))
    return sides


def _parts_of(con: duckdb.DuckDBPyConnection, release: ledger.Release) -> dict[str, list[str]]:
    path = release.folder / "tables" / "area_rollup.parquet"
    if not path.is_file():
        return {}
    rows = con.execute(
        f"select rollup_id, list(area_id order by area_id) from {relation_of(path)} group by rollup_id"
    ).fetchall()
    return dict(rows)
