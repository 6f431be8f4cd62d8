"""Planted faults: in the rows that the ledger names, one to a family, every rule in turn, and the same again from the same seed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from synthetic_reading import bytes_of

from sendjc_pipeline.synthetic.calibration import AREAS
from sendjc_pipeline.synthetic.draws import Draws
from sendjc_pipeline.synthetic.generate import generate
from sendjc_pipeline.synthetic.planting import choose

SEED, SCALE, QUARTER = 11, 0.05, "2024-25-Q4"
SUBMISSION = ["feed", "partner", "period"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planted")
    feeds = ["sen2", "csds", "demographics"]
    generate(folder / "sound", SEED, SCALE, AREAS, [QUARTER], feeds=feeds)
    generate(folder / "out", SEED, SCALE, AREAS, [QUARTER], truth=folder / "truth", defects=0.05, feeds=feeds)
    return folder


def _ledger(made: Path) -> pl.DataFrame:
    return pl.read_parquet(made / "truth" / "defects.parquet")


def test_a_family_takes_one_fault_and_the_rate_is_kept(made: Path) -> None:
    ledger = _ledger(made)
    assert ledger.group_by(*SUBMISSION, "family").len()["len"].max() == 1
    rows = pl.read_parquet(made / "truth" / "family.parquet").height
    assert 0.03 * rows < ledger.height < 0.06 * rows


def test_faults_are_of_many_kinds_and_none_outweighs_the_others(made: Path) -> None:
    of_derby = _ledger(made).filter(pl.col("partner") == "derby")
    counts = Counter(of_derby["rule"])
    assert len(counts) > 60
    assert max(counts.values()) <= 5


def test_the_ledger_names_the_line_that_was_changed(made: Path) -> None:
    ledger = _ledger(made).filter(pl.col("partner") == "RHA", pl.col("feed") == "csds")
    ledger = ledger.filter(pl.col("rule").str.contains(r"\.(missing|format|code|check_digit|orphan)$"))
    assert ledger.height > 20
    for file, row, rule in ledger.select("file", "row", "rule").rows():
        path = Path("RHA") / "csds" / QUARTER / file
        now = (made / "out" / path).read_text(encoding="utf-8").splitlines()[row - 1]
        before = (made / "sound" / path).read_text(encoding="utf-8").splitlines()
        assert now not in before, rule


def test_every_row_sent_has_a_family(made: Path) -> None:
    family = pl.read_parquet(made / "truth" / "family.parquet").filter(
        pl.col("partner") == "derby", pl.col("table") == "requests"
    )
    (file,) = (made / "out" / "derby" / "sen2" / QUARTER).glob("*_requests.csv")
    assert family["row"].to_list() == list(range(2, len(file.read_text(encoding="utf-8").splitlines()) + 1))


def test_rules_that_no_row_allows_are_recorded(made: Path) -> None:
    impossible = pl.read_parquet(made / "truth" / "impossible_defect.parquet")
    assert impossible.columns == [*SUBMISSION, "rule"]
    both = impossible.join(_ledger(made), on=[*SUBMISSION, "rule"])
    assert both.is_empty()


def test_the_same_seed_plants_the_same_faults(made: Path, tmp_path: Path) -> None:
    generate(tmp_path, SEED, SCALE, ["derby"], [QUARTER], defects=0.05, feeds=["sen2"])
    again = bytes_of(tmp_path)
    first = bytes_of(made / "out")
    assert again
    assert all(first[name] == content for name, content in again.items())


def test_rare_faults_come_first_and_those_of_a_whole_submission_once() -> None:
    able = pl.DataFrame(
        {
            "fault": [0] * 10 + [1] * 2 + [2] * 10,
            "row_id": [*range(10), 0, 1, *range(10)],
            "family": [f"f{n}" for n in (*range(10), 0, 1, *range(10))],
        }
    )
    picks = choose(able, 3, 6, Draws(1, "test"), once={2})
    counts = dict(picks.group_by("fault").len().rows())
    assert counts[1] >= 1
    assert counts[2] == 1
    assert picks["row_id"].is_unique().all()
