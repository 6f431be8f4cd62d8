"""Inputs degrade: one partner's fault withholds that area's figures, named, and everything else goes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from integration.conftest import QUARTER, RECEIVED, ROOT, new_home, run_job, without_pages
from integration.test_quarterly_job import release_of, rows
from sendjc_pipeline.release import ledger
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions.ledger import submit
from unit.gating_world import seed


@pytest.fixture(autouse=True)
def figures_alone() -> Iterator[None]:
    with without_pages():
        yield


def states(settings: Settings, metric: str) -> dict[object, object]:
    return dict(rows(settings, f"select area_id, value_status from METRICS where metric_id = '{metric}'"))


@pytest.fixture
def broken_derby(tmp_path: Path) -> Settings:
    settings = new_home(tmp_path / "home")
    files = sorted((ROOT / "seeds/demo/derby/sen2/2024-25-Q4").iterdir())
    spoiled = tmp_path / "spoiled"
    spoiled.mkdir()
    for file in files:
        content = file.read_bytes()
        if file.name.endswith("_requests.csv"):
            content = content.replace(b"receiveddate", b"datereceived", 1)
        (spoiled / file.name).write_bytes(content)
    submit(settings, "derby", "sen2", QUARTER.label, sorted(spoiled.iterdir()), received_at=RECEIVED.replace(month=5))
    return settings


FIGURE = "metric_id, area_id, time_window, service, tier, breakdown_topic, breakdown"


def figures(settings: Settings) -> dict[tuple[object, ...], tuple[object, ...]]:
    """(value, status, small numbers hidden?, why not) of every published figure."""
    found = rows(settings, f"select {FIGURE}, value, value_status, suppression, dq_reason from METRICS")
    return {row[:7]: row[7:] for row in found}


def test_a_refused_file_withholds_that_area_and_the_mended_one_fills_the_gap(
    published: tuple[Settings, dg.ExecuteInProcessResult], broken_derby: Settings, tmp_path: Path
) -> None:
    whole = figures(published[0])
    assert run_job(broken_derby).success
    found = figures(broken_derby)
    rest_on_it = {row["metric_id"] for row in seed("metric_requirement") if row["feed"] == "sen2"}
    need = rest_on_it - {"sensory_need_met_pct"}  # it rests on feeds besides that nobody sent
    for key, (value, status, _, reason) in found.items():
        if key[1] == "derby" and key[0] in need:
            assert (value, status) == (None, "withheld"), key
            assert "sen2 from derby for 2024-25-Q4 was refused" in str(reason), key
    assert {key[1] for key in found if found[key][1] == "withheld" and key[0] in need} == {"derby"}
    # Of the other areas nothing is missing, and of Derby no whole that rests on other feeds; its parts by need or ethnicity rest on the return.
    wholes = {key for key in whole if key[5] == "Total"}
    kept = {key for key in wholes if key[0] not in rest_on_it or key[1] != "derby"}
    assert kept <= found.keys()
    assert {key for key in kept if found[key][1] != whole[key][1]} == set()
    assert {key for key in kept if key[1] != "derby" and found[key][0] != whole[key][0]} == set()

    mended = tmp_path / "mended"
    mended.mkdir()
    for file in sorted((ROOT / "seeds/demo/derby/sen2/2024-25-Q4").iterdir()):
        (mended / file.name).write_bytes(file.read_bytes() + (b"\n" if file.name.endswith("_sen2.csv") else b""))
    submit(
        broken_derby,
        "derby",
        "sen2",
        QUARTER.label,
        sorted(mended.iterdir()),
        received_at=RECEIVED.replace(month=5, day=25),
    )
    assert run_job(broken_derby).success
    assert [r.revision for r in ledger.all_releases(broken_derby)] == [1, 2]
    filled = figures(broken_derby)
    assert {key: filled[key][1] for key in wholes} == {key: whole[key][1] for key in wholes}
    assert {
        figure[:2] for key, figure in filled.items() if key[:2] == ("ehcp_caseload", "derby") and key in wholes
    } == {figure[:2] for key, figure in whole.items() if key[:2] == ("ehcp_caseload", "derby") and key in wholes}

    said = release_of(broken_derby).manifest()
    assert "new, corrected or withdrawn submissions" in said["reason"]
    path = release_of(broken_derby).folder / "tables" / "revision.parquet"
    gap = duckdb.sql(
        "select distinct old_value, new_value, cause from read_parquet(?) where table_name = 'metric_quarterly'"
        " and metric_id = 'ehcp_caseload' and area_id = 'derby' and breakdown_topic = 'Total' and column_name = 'value_status'",
        params=[str(path)],
    ).fetchall()
    assert [row[:2] for row in gap] == [("withheld", "final")]
    assert gap[0][2] in ("late data", "correction")
    moved = duckdb.sql(
        "select distinct area_id from read_parquet(?) where table_name = 'metric_quarterly' and column_name = 'value_status'",
        params=[str(path)],
    ).fetchall()
    assert moved == [("derby",)]


def test_a_feed_that_never_came_is_said_not_to_be_supplied(home_without: Callable[[str, str], Settings]) -> None:
    settings = home_without("RTD", "csds")
    assert run_job(settings).success
    assert states(settings, "slt_wait_over_18w_pct")["newcastle"] == "not_supplied"
    assert states(settings, "slt_wait_over_18w_pct")["derby"] == "final"
    assert states(settings, "ehcp_caseload")["newcastle"] == "final"


def test_a_total_of_two_areas_is_not_published_of_one(home_without: Callable[[str, str], Settings]) -> None:
    settings = home_without("nottingham", "sen2")
    assert run_job(settings).success
    found = states(settings, "ehcp_caseload")
    assert found["nottingham"] == "not_supplied"
    assert found["qt1"] in ("not_supplied", "withheld")
    assert found["nottinghamshire"] == "final"
