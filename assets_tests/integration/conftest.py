"""One real run of the quarterly job, shared by the modules here: start-up dominates, so tests that change something do it on a copy."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from unittest.mock import patch

import dagster as dg
import pytest

from sendjc_pipeline.commands.reference import load_synthetic
from sendjc_pipeline.commands.submissions import submit_tree
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
QUARTER = Quarter.parse("2024-25-Q4")
KNOWN_AT = date(2025, 6, 1)
RECEIVED = datetime(2025, 4, 20, 9, 0, tzinfo=UTC)
TEST_KEY = "5e" * 32


@pytest.fixture(scope="session", autouse=True)
def test_key() -> Iterator[None]:
    """The same key in every home, so that two homes can be compared."""
    patch = pytest.MonkeyPatch()
    patch.setenv("SENDJC_PSEUDONYM_KEY", TEST_KEY)
    yield
    patch.undo()


def new_home(folder: Path, source: Path = ROOT / "seeds" / "demo") -> Settings:
    """A home with every demo submission landed, and the directory of their postcodes."""
    settings = Settings(folder, "test").make_zones()
    load_synthetic(settings)
    submit_tree(settings, source, RECEIVED)
    return settings


@contextmanager
def without_pages() -> Iterator[None]:
    """Releases without their pages: a quarter of a run's time, for tests of figures (scorecard/ and test_quarterly_job have the pages)."""
    from sendjc_pipeline.orchestration import release_asset

    with patch.object(release_asset, "write_scorecard", None):
        yield


def run_job(settings: Settings, known_at: date = KNOWN_AT) -> dg.ExecuteInProcessResult:
    """The quarterly job in this process, on an instance of its own."""
    from sendjc_pipeline.definitions import build_definitions
    from sendjc_pipeline.orchestration.partitions import KNOWN_AT_TAG

    job = build_definitions(settings.home).resolve_job_def("quarterly_job")
    with dg.DagsterInstance.ephemeral() as instance:
        return job.execute_in_process(
            partition_key=QUARTER.start.isoformat(),
            instance=instance,
            raise_on_error=False,
            tags={KNOWN_AT_TAG: known_at.isoformat()},
        )


def run_release_alone(settings: Settings) -> dg.ExecuteInProcessResult:
    """Launch the release asset, and nothing else, as a button in the UI would."""
    from sendjc_pipeline.orchestration.home import Home
    from sendjc_pipeline.orchestration.release_asset import release

    with dg.DagsterInstance.ephemeral() as instance:
        return dg.materialize(
            [release],
            partition_key=QUARTER.start.isoformat(),
            instance=instance,
            resources={"home": Home(path=str(settings.home))},
            raise_on_error=False,
        )


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, dg.ExecuteInProcessResult]:
    """The demo quarter, published once; look, do not touch."""
    settings = new_home(tmp_path_factory.mktemp("published"))
    return settings, run_job(settings)


@pytest.fixture
def copy_of_published(published: tuple[Settings, dg.ExecuteInProcessResult], tmp_path: Path) -> Settings:
    """The published home, to do with as one likes."""
    shutil.copytree(published[0].home, tmp_path / "home", symlinks=True)
    return Settings(tmp_path / "home", "test")


@pytest.fixture
def home_without(tmp_path: Path) -> Callable[[str, str], Settings]:
    """Make a home in which one partner's feed was not sent."""

    def make(partner: str, feed: str) -> Settings:
        source = tmp_path / "source"
        shutil.copytree(ROOT / "seeds" / "demo", source)
        shutil.rmtree(source / partner / feed)
        return new_home(tmp_path / "home", source)

    return make
