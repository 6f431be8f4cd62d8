"""What the commands on releases print."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import yaml

from sendjc_pipeline.commands.console import console, print_json, show
from sendjc_pipeline.release import difference, figures, ledger, schema
from sendjc_pipeline.release.causes import FREEZE
from sendjc_pipeline.settings import Settings

_TOLD = {
    "value": "value", "value_status": "status", "suppression": "suppression", "value_lower": "lower", "value_upper": "upper",
}  # fmt: skip
_FIGURE = ("metric_id", "area_id", "quarter", "time_window", "service", "tier", "breakdown_topic", "breakdown", "month")
_SHOWN_FIGURE = (
    "release_id", "quarter", "area_id", "time_window", "service", "breakdown", "numerator", "denominator", "value", "unit", "value_status", "suppression",
)  # fmt: skip


def listing(settings: Settings, as_json: bool) -> None:
    """Print every release, oldest first, with when and why it came, and whether it stands."""
    current, gone = ledger.current(settings), set(ledger.withdrawn(settings))
    rows = []
    for release in ledger.all_releases(settings):
        manifest = release.manifest()
        state = "rolled back" if release.release_id in gone else "current" if release == current else ""
        rows.append([release.release_id, manifest["published_at"], manifest.get("kind"), manifest["reason"], state])
    if as_json:
        names = ("release_id", "published_at", "kind", "reason", "state")
        console.print_json(json.dumps([dict(zip(names, row, strict=True)) for row in rows]))
    else:
        show("Releases", ["release", "published (UTC)", "what it is", "reason", ""], rows)


def diff(settings: Settings, first: str, second: str, as_json: bool) -> None:
    """Print every cell that differs between two releases of a quarter, with what could have changed it.

    For a person: figures by their value, bounds and status on one line each, those that only became final as a number, and of all other tables
    how many cells; as JSON every cell of all tables.
    """
    cells = difference.between(settings, first, second)
    if as_json:
        console.print_json(json.dumps(cells, default=str))
        return
    lines: dict[tuple[Any, ...], dict[str, Any]] = {}
    others: Counter[tuple[str, str]] = Counter()
    for cell in cells:
        if cell["table_name"] in ("metric_quarterly", "metric_monthly") and (
            cell["column_name"] in _TOLD or cell["change"] != "changed"
        ):
            line = lines.setdefault(tuple(cell[name] for name in _FIGURE), {"causes": {}, **cell})
            line["causes"][cell["cause"]] = None
            line[_TOLD.get(cell["column_name"], "value")] = _pair(cell)
        else:
            others[cell["table_name"], cell["cause"]] += 1
    only_final = [key for key, line in lines.items() if list(line["causes"]) == [FREEZE]]
    rows = [
        [*_named(line), *(line.get(name) for name in _TOLD.values()), "; ".join(line["causes"])]
        for key, line in lines.items()
        if key not in only_final
    ]
    show(
        f"{first} → {second}: {len(rows)} figures differ",
        ["metric", "area", "window", "service", "cut", *_TOLD.values(), "what could have changed it"],
        rows,
    )
    if only_final:
        console.print(f"{len(only_final):,} figures became final and are otherwise the same.")
    if others:
        rest = [[table, cause, count] for (table, cause), count in sorted(others.items())]
        show(
            "Other cells that differ (--json lists them)",
            ["table", "what could have changed it", "cells"],
            rest,
            right=(2,),
        )


def _named(line: Mapping[str, Any]) -> list[object]:
    cut = [line[name] for name in ("month", "tier", "breakdown") if line[name] not in (None, "Total")]
    return [line["metric_id"], line["area_id"], line["time_window"], line["service"], ", ".join(cut)]


def _pair(cell: Mapping[str, Any]) -> str:
    if cell["change"] != "changed":
        return "added" if cell["change"] == "added" else "gone"
    return " → ".join(_side(cell, end) for end in ("old", "new"))


def _side(cell: Mapping[str, Any], end: str) -> str:
    if cell["column_name"] in ("suppression", "value_status"):
        return str(cell[f"{end}_value"])
    if cell[f"{end}_suppression"] in ("primary", "secondary"):
        return "c"
    other = cell["new_suppression" if end == "old" else "old_suppression"]
    if cell[f"{end}_value"] is None and other in ("primary", "secondary"):
        return "shown"  # beside a hidden cell no number is told
    return "-" if cell[f"{end}_value"] is None else _short(cell[f"{end}_value"])


def _short(text: str) -> str:
    try:
        return f"{float(text):,.4g}" if "." in text and abs(float(text)) < 1000 else f"{float(text):,.0f}"
    except ValueError:
        return text


def show_figures(
    settings: Settings, metric: str, area: str | None, *, published: bool, at: str | None, as_json: bool
) -> None:
    """Print a metric's figures as published (ever, in a release, or by a day), or as known now."""
    found = figures.as_published(settings, metric, area, at) if published else figures.as_known(settings, metric, area)
    if as_json:
        console.print_json(json.dumps(found, default=str))
        return
    when = f"published ({at})" if at else "published"
    title = f"{metric}, as {when if published else 'known now'}"
    show(title, list(_SHOWN_FIGURE), [[row[name] for name in _SHOWN_FIGURE] for row in found])


def print_schema(settings: Settings, release_id: str | None) -> None:
    """Print the tables of a release as schema.yml holds them, under the version that their change since the programme last went out asks for."""
    release = ledger.find(settings, release_id) if release_id else ledger.newest(settings)
    if release is None:
        raise ledger.NoRelease("There is no release yet; `sendjc run` publishes one.")
    declared, found = schema.declared(), schema.of_release(release)
    due, _ = schema.least(schema.released(), found)
    renamed = [change.model_dump() for change in declared.renamed]
    content = {"version": schema.highest(declared.version, due), "renamed": renamed, "tables": found}
    console.print(yaml.safe_dump(content, sort_keys=False, width=160), markup=False, end="")


def publish_to(
    settings: Settings, url: str, release_id: str | None = None, *, as_json: bool = False, says: bool = True
) -> None:
    """Load a release (None: the current one) into PostgreSQL, unless it is there already; `says` False prints nothing.

    Raises:
        NoRelease: there is none.
        PostgresRefused: PostgreSQL did not take it.
    """
    from sendjc_pipeline.release import postgres

    postgres.require_address(url)
    current = ledger.current(settings)
    release = ledger.find(settings, release_id) if release_id else current
    if release is None or current is None:
        raise ledger.NoRelease("There is no release yet; `sendjc run` publishes one.")
    is_new = postgres.publish_to(url, release, current)
    if as_json:
        schema_name = postgres.schema_of(release)
        print_json(
            {"release_id": release.release_id, "schema": schema_name, "is_new": is_new, "shown": current.release_id}
        )
    elif says:
        console.print(
            f"{release.release_id} {'loaded into' if is_new else 'is already in'} PostgreSQL, schema {postgres.schema_of(release)};"
            f" the views of schema {postgres.SCHEMA} show {current.release_id}.",
            markup=False,
        )
