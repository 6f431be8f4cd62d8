"""Shared fixtures: a prepared dbt project and a home in a temporary folder, with a key of its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.pop("SENDJC_HOME", None)

ROOT = Path(__file__).resolve().parents[1]
PUBLISHED = ROOT.parent / "shared" / "data" / "published"
# Modules go to a worker whole: the longest ones first, or one worker does them at the end while the other has nothing left (measured: seven minutes).
LONGEST_FIRST = ("test_planted_canaries", "test_four_quarters", "integration/", "golden/", "oracle/", "scorecard/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the modules that run whole jobs before the others; the order within a module stays."""
    items.sort(
        key=lambda item: next(
            (rank for rank, part in enumerate(LONGEST_FIRST) if part in item.nodeid), len(LONGEST_FIRST)
        )
    )


@pytest.fixture(scope="session")
def published_files() -> Path:
    """The real published statistics beside the checkout; tests that read them are skipped for a user who has not got them."""
    if not PUBLISHED.is_dir():
        pytest.skip("needs the published statistics in ../shared/data/published, which are not part of the project")
    return PUBLISHED


@pytest.fixture
def settings(tmp_path: Path):
    from sendjc_pipeline.settings import Settings, create_pseudonym_key

    home = Settings(home=tmp_path / "home", environment="test").make_zones()
    create_pseudonym_key(home)
    return home
