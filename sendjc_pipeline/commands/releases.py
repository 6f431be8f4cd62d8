"""`sendjc release list` and `diff`."""

from __future__ import annotations

import json

from sendjc_pipeline.commands.console import console, show
from sendjc_pipeline.release import ledger
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.warehouse.connection import connect

_KEYS = ("metric_id", "area_id", "quarter", "time_window", "service", "tier", "breakdown_topic", "breakdown")


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
    """Print every figure that differs between two releases: changed, added or gone.

    Raises:
        SendjcError: one of the two does not exist, or they are of two quarters.
    """
    old, new = ledger.find(settings, first), ledger.find(settings, second)
    if old.quarter != new.quarter:
        raise SendjcError("Compare two releases of one quarter; figures of two quarters differ as they should.")
    same = " and ".join(f"o.{key} is not distinct from n.{key}" for key in _KEYS)
    keys = ", ".join(f"coalesce(n.{key}, o.{key}) as {key}" for key in _KEYS)
    con = connect()
    try:
        rows = con.execute(
            f"select {keys}, o.value as old_value, n.value as new_value, o.value_status as old_status, n.value_status as new_status,"
            " o.suppression as old_suppression, n.suppression as new_suppression"
            f" from read_parquet(?) as o full outer join read_parquet(?) as n on {same}"
            " where (o.value, o.numerator, o.denominator, o.value_status, o.suppression)"
            " is distinct from (n.value, n.numerator, n.denominator, n.value_status, n.suppression) order by all",
            [str(old.folder / "metric_quarterly.parquet"), str(new.folder / "metric_quarterly.parquet")],
        )
        names = [column[0] for column in rows.description or []]
        found = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    finally:
        con.close()
    if as_json:
        console.print_json(json.dumps(found, default=str))
        return
    shown = ("metric_id", "area_id", "time_window", "service", "old_value", "new_value", "old_status", "new_status")
    show(f"{first} → {second}: {len(found)} figures differ", shown, [[row[name] for name in shown] for row in found])
