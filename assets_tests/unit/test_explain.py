"""`sendjc explain` shows a figure with its bounds, from the release alone."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from sendjc_pipeline.commands import explain
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings

FIGURE = {
    "metric_name": "Children", "value": 120.0, "value_lower": 117.0, "value_upper": 123.0, "bounds_basis": "doubtful_links",
    "time_window": "snapshot", "service": "Total", "breakdown_topic": "Total", "breakdown": "Total",
    "value_status": "final", "suppression": "none", "source_feeds": "sen2",
}  # fmt: skip


def test_the_bounds_of_a_figure_and_of_the_revision_before_are_shown(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = {"submissions": [], "checks": {"passed": 1, "judged": 1, "warnings": []}}
    release = SimpleNamespace(release_id="2024-25-Q4.r2", manifest=lambda: manifest)
    monkeypatch.setattr(explain.ledger, "newest", lambda *_: release)
    monkeypatch.setattr(explain, "_figures", lambda *_: [FIGURE])
    monkeypatch.setattr(explain, "_partners", lambda *_: set())
    monkeypatch.setattr(explain, "walk", lambda *_: {})
    monkeypatch.setattr(explain, "_before", lambda *_: [FIGURE | {"value_lower": 111.0}])
    explain.explain(settings, "m", "derby", Quarter.parse("2024-25-Q4"), as_json=False)
    said = [
        line for line in capsys.readouterr().out.splitlines() if "value_" in line or "111" in line or "bounds" in line
    ]
    assert [cell in " ".join(said) for cell in ("117.0", "123.0", "doubtful_links", "111.0")] == [True] * 4
