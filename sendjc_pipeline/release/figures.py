"""Figures as they were published and as they are known now.

Belongs here: choosing releases and reading them through history.duckdb. Does not belong here: making that file (history.py), or printing.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sendjc_pipeline.release import history, ledger
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.warehouse.connection import connect


def as_known(settings: Settings, metric: str, area: str | None) -> list[dict[str, Any]]:
    """The metric's figures of every quarter, each from the newest release that stands."""
    return _read(settings, "select * from figure_as_known where metric_id = ?", [metric], area)


def as_published(settings: Settings, metric: str, area: str | None, at: str | None) -> list[dict[str, Any]]:
    """The metric's figures in a release (its id), in the newest release of each quarter by the end of a day, or in every release ever (None).

    Raises:
        NoRelease: `at` is neither a day nor a release.
    """
    sql = "select f.* from figure_as_published as f inner join release as r on f.release_id = r.release_id where f.metric_id = ?"
    if at is None:
        return _read(settings, sql, [metric], area)
    try:
        day = date.fromisoformat(at)
    except ValueError:
        return _read(settings, f"{sql} and r.release_id = ?", [metric, ledger.find(settings, at).release_id], area)
    newest = f"{sql} and r.published_at::date <= ? qualify r.revision = max(r.revision) over (partition by r.quarter)"
    return _read(settings, newest, [metric, day], area)


def _read(settings: Settings, sql: str, values: list[Any], area: str | None) -> list[dict[str, Any]]:
    if not ledger.all_releases(settings):
        raise ledger.NoRelease("There is no release yet; `sendjc run` publishes one.")
    con = connect(history.refresh(settings), read_only=True)
    try:
        found = con.execute(
            f"select * from ({sql}) where (?::varchar is null or area_id = ?)"
            " order by quarter, area_id, time_window, service, tier, breakdown_topic, breakdown, release_id",
            [*values, area, area],
        )
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    finally:
        con.close()
