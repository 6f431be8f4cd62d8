"""`sendjc release list` and `diff`."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sendjc_pipeline.commands.console import console, show
from sendjc_pipeline.release import ledger
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.warehouse.connection import connect

_KEYS = ("metric_id", "area_id", "quarter", "time_window", "service", "tier", "breakdown_topic", "breakdown")
_TOLD = {
    "value": "value", "value_status": "status", "suppression": "suppression",
    "value_lower": "lower", "value_upper": "upper", "bounds_basis": "bounds_basis",
}  # fmt: skip


def listing(settings: Settings, as_json: bool) -> None:
    """Print every release, oldest first, with when and why it came, and whether it stands."""
    current, gone = ledger.current(settings), set(ledger.withdrawn(settings))
    rows = []
    for release in ledger.all_releases(settings):
        manifest = release.manifest()
        state = "rolled back" if release.release_id in gone else "current" if release == current else ""
        rows.append([release.release_id, manifest["published_at"], manifest["reason"], state])
    if as_json:
        console.print_json(
            json.dumps([dict(zip(("release_id", "published_at", "reason", "state"), row, strict=True)) for row in rows])
        )
    else:
        show("Releases", ["release", "published (UTC)", "reason", ""], rows)


def diff(settings: Settings, first: str, second: str, as_json: bool) -> None:
    """Print every figure that differs between two releases: changed, added or gone, by its value or by its bounds.

    Raises:
        SendjcError: one of the two does not exist, or they are of two quarters.
    """
    old, new = ledger.find(settings, first), ledger.find(settings, second)
    if old.quarter != new.quarter:
        raise SendjcError("Compare two releases of one quarter; figures of two quarters differ as they should.")
    same = " and ".join(f"o.{key} is not distinct from n.{key}" for key in _KEYS)
    keys = ", ".join(f"coalesce(n.{key}, o.{key}) as {key}" for key in _KEYS)
    told = ", ".join(f"o.{column} as old_{name}, n.{column} as new_{name}" for column, name in _TOLD.items())
    differs = " or ".join(f"o.{column} is distinct from n.{column}" for column in (*_TOLD, "numerator", "denominator"))
    con = connect()
    try:
        differing = con.execute(
            f"select {keys}, {told}"
            f" from read_parquet(?) as o full outer join read_parquet(?) as n on {same}"
            f" where {differs} order by all",
            [str(old.folder / "metric_quarterly.parquet"), str(new.folder / "metric_quarterly.parquet")],
        )
        names = [column[0] for column in differing.description or []]
        found = [dict(zip(names, row, strict=True)) for row in differing.fetchall()]
    finally:
        con.close()
    if as_json:
        console.print_json(json.dumps(found, default=str))
        return
    shown = ["metric_id", "area_id", "time_window", "service", "old_value", "new_value", "old_status", "new_status"]
    rows = [[*(row[name] for name in shown), _bounds(row, "old"), _bounds(row, "new")] for row in found]
    show(f"{first} → {second}: {len(found)} figures differ", [*shown, "old_bounds", "new_bounds"], rows)


def _bounds(row: Mapping[str, object], end: str) -> str | None:
    lower, upper = row[f"{end}_lower"], row[f"{end}_upper"]
    return None if lower is None or upper is None else f"{lower} to {upper}"
