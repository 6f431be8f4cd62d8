"""A warehouse says what its links were made by: what comes in during a run is news to the next one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sendjc_pipeline.identity import opt_out
from sendjc_pipeline.quality import judge
from sendjc_pipeline.quality.checks import CheckResult
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.warehouse.connection import connect
from sendjc_pipeline.warehouse.gather import gather
from sendjc_pipeline.warehouse.results import NodeResult

from identity_samples import KEY, Q4, Scene, listed, nhs  # isort: skip

DAY = date(2025, 5, 10)


@pytest.fixture
def built_of(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], object]:
    """Build what is no more than its audit tables, and read by which fingerprint it goes."""
    path = tmp_path / "warehouse.duckdb"

    def build(_: Settings, __: object, audit: Callable[[Path, list[NodeResult]], None]) -> list[CheckResult]:
        audit(path, [])
        return []

    monkeypatch.setattr(judge, "build", build)

    def made() -> object:
        judge.build_and_judge(settings, gather(settings, Q4, DAY))
        con = connect(path, read_only=True)
        try:
            return judge.read_provenance(con)["inputs_fingerprint"]
        finally:
            con.close()

    return made


def test_a_list_of_opt_outs_that_comes_during_a_run_is_not_taken_for_applied(
    settings: Settings, built_of: Callable[[], object]
) -> None:
    scene = Scene(settings).demographics("RHA", listed("1", nhsnumber=nhs(1)))
    scene.run()
    con = connect()
    con.execute("create table number as select ? as nhs_number", [nhs(1)])
    opt_out.add(con, settings, "number", None, datetime(2025, 5, 10, 9, tzinfo=UTC), KEY)
    assert built_of() != judge.inputs_fingerprint(gather(settings, Q4, DAY))
    scene.run()
    assert built_of() == judge.inputs_fingerprint(gather(settings, Q4, DAY))
