"""Inputs degrade: one partner's fault withholds that area's figures, named, and everything else goes out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from integration.conftest import QUARTER, RECEIVED, ROOT, new_home, run_job
from integration.test_quarterly_job import release_of, rows
from sendjc_pipeline.release import ledger
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions.ledger import submit


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


def test_a_refused_file_withholds_that_area_and_the_mended_one_fills_the_gap(
    broken_derby: Settings, tmp_path: Path
) -> None:
    assert run_job(broken_derby).success
    found = states(broken_derby, "ehcp_caseload")
    assert found == {
        "derby": "withheld",
        "newcastle": "final",
        "nottingham": "final",
        "nottinghamshire": "final",
        "qt1": "final",
    }
    reason = rows(
        broken_derby, "select dq_reason from METRICS where metric_id = 'ehcp_caseload' and area_id = 'derby'"
    )[0][0]
    assert "sen2" in str(reason)
    assert states(broken_derby, "slt_wait_over_18w_pct")["derby"] == "final"

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
    assert release_of(broken_derby).revision == 2
    assert states(broken_derby, "ehcp_caseload")["derby"] == "final"
    assert [r.revision for r in ledger.all_releases(broken_derby)] == [1, 2]


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
