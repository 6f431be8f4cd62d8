"""`sendjc explain` walks from a published wait back to events, exclusions and submissions, and its counts are the warehouse's."""

from __future__ import annotations

import json
from typing import Any

import dagster as dg
import pytest

from assets_tests.integration.conftest import QUARTER
from sendjc_pipeline.commands.explain import explain
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.warehouse.build import warehouse_path
from sendjc_pipeline.warehouse.connection import connect

Published = tuple[Settings, dg.ExecuteInProcessResult]
METRIC = "slt_wait_over_18w_pct"


def said(published: Published, capsys: pytest.CaptureFixture[str], area: str) -> dict[str, Any]:
    explain(published[0], METRIC, area, QUARTER, as_json=True)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def in_warehouse(published: Published, query: str) -> list[tuple[Any, ...]]:
    con = connect(warehouse_path(published[0], QUARTER), read_only=True, settings=published[0])
    try:
        return con.execute(query).fetchall()
    finally:
        con.close()


def test_the_walk_ends_at_the_events_and_cases_of_the_warehouse(
    published: Published, capsys: pytest.CaptureFixture[str]
) -> None:
    walked = said(published, capsys, "derby")["clock"]
    events = {e["event"]: e for e in walked["events"]}
    started = in_warehouse(
        published,
        "select count(*), count(distinct submission_id) from fct_event"
        " where service = 'slt' and area_id = 'derby' and event_type = 'referral_received'",
    )[0]
    assert abs(events["referral_received"]["events"] - started[0]) <= 2  # rounded to the nearest 5
    assert events["referral_received"]["submissions"] == started[1]
    cases = {c["reason"]: c["cases"] for c in walked["cases"]}
    counted = in_warehouse(
        published,
        "select count(*) from fct_clock where clock_id = 'slt_treatment_18w' and area_id = 'derby' and is_counted",
    )[0][0]
    assert abs(cases["counted"] - counted) <= 2
    assert cases["all"] >= cases["counted"]


def test_no_count_of_the_walk_is_one_to_seven(published: Published, capsys: pytest.CaptureFixture[str]) -> None:
    for area in ("derby", "newcastle", "nottingham", "qt1"):
        walked = said(published, capsys, area)["clock"]
        counts = [
            row[name]
            for row in (*walked["events"], *walked["cases"])
            for name in ("events", "cases", "children")
            if name in row
        ]
        assert counts
        assert not [count for count in counts if count is not None and 1 <= count <= 7]


def test_a_roll_up_is_walked_through_its_parts(published: Published, capsys: pytest.CaptureFixture[str]) -> None:
    assert {c["area"] for c in said(published, capsys, "qt1")["clock"]["cases"]} == {"nottingham", "nottinghamshire"}


def test_the_submissions_behind_the_figure_are_those_that_the_warehouse_read(
    published: Published, capsys: pytest.CaptureFixture[str]
) -> None:
    behind = {s["submission_id"] for s in said(published, capsys, "derby")["submissions"]}
    read = in_warehouse(
        published, "select distinct submission_id from fct_event where service = 'slt' and area_id = 'derby'"
    )
    assert {submission for (submission,) in read} <= behind


def test_a_figure_that_is_not_there_says_which_are(published: Published) -> None:
    with pytest.raises(SendjcError, match=r"has no 'nothing' for 'derby'\. Metrics: "):
        explain(published[0], "nothing", "derby", QUARTER, as_json=False)
