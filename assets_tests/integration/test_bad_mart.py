"""Outputs refuse: a model made bad on purpose keeps `sendjc run` and the job in Dagster from publishing.

The fault is planted in a copy of the whole project, which then runs as a user would run it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from integration.conftest import ROOT, TEST_KEY
from sendjc_pipeline.settings import Settings

PARTS = ("sendjc_pipeline", "dbt_project", "seeds", "dagster.yaml", "workspace.yaml")


@pytest.fixture(scope="module")
def spoiled_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with a cohort mart that holds every child twice."""
    copy = tmp_path_factory.mktemp("project")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("target", "logs", "__pycache__"))
        else:
            shutil.copy(ROOT / part, copy / part)
    model = copy / "dbt_project/models/marts/cohort/mart_send_cohort.sql"
    body = model.read_text()
    model.write_text(f"select once.* from (\n{body}\n) as once\nunion all\nselect again.* from (\n{body}\n) as again\n")
    return copy


def sendjc(project: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(project), "SENDJC_PSEUDONYM_KEY": TEST_KEY, "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", "sendjc_pipeline.cli", *map(str, arguments)],
        env=environment,
        cwd=project,
        capture_output=True,
        text=True,
    )


def current(settings: Settings) -> str:
    return (settings.published / "current").resolve().name


def test_sendjc_run_exits_3_lists_the_red_checks_and_the_release_before_stands(
    copy_of_published: Settings, spoiled_project: Path
) -> None:
    before = (copy_of_published.published / "current" / "manifest.json").read_text()
    done = sendjc(spoiled_project, "run", "--quarter", "2024-25-Q4", "--home", copy_of_published.home)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "mart_send_cohort" in done.stderr and "cohort" in done.stderr
    assert "Traceback" not in done.stderr
    assert current(copy_of_published) == "2024-25-Q4.r1"
    assert (copy_of_published.published / "current" / "manifest.json").read_text() == before

    withheld = sendjc(
        spoiled_project, "run", "--quarter", "2024-25-Q4", "--withhold", "cohort", "--home", copy_of_published.home
    )
    assert withheld.returncode == 0, withheld.stdout + withheld.stderr
    assert current(copy_of_published) == "2024-25-Q4.r2"
    manifest = json.loads((copy_of_published.published / "current" / "manifest.json").read_text())
    assert manifest["withheld_topics"] == ["cohort"]


def test_the_job_in_dagster_and_a_later_lone_launch_refuse_too(
    copy_of_published: Settings, spoiled_project: Path
) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(spoiled_project),
        "SENDJC_PSEUDONYM_KEY": TEST_KEY,
        "SENDJC_HOME": str(copy_of_published.home),
        "DAGSTER_HOME": str(copy_of_published.home),
    }
    shutil.copy(ROOT / "dagster.yaml", copy_of_published.home / "dagster.yaml")
    dagster = [sys.executable, "-m", "dagster"]
    job = [
        *dagster,
        "job",
        "execute",
        "-m",
        "sendjc_pipeline.definitions",
        "-j",
        "quarterly_job",
        "--tags",
        '{"dagster/partition": "2025-01-01"}',
    ]
    alone = [
        *dagster,
        "asset",
        "materialize",
        "-m",
        "sendjc_pipeline.definitions",
        "--select",
        "key:published/release",
        "--partition",
        "2025-01-01",
    ]
    for command in (job, alone):
        done = subprocess.run(command, env=environment, cwd=spoiled_project, capture_output=True, text=True)
        assert done.returncode != 0, done.stdout[-2000:]
        assert current(copy_of_published) == "2024-25-Q4.r1"
    assert "mart_send_cohort" in done.stdout + done.stderr
