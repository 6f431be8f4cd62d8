"""A small run of the benchmark: it must be as exact as promised, and as the seed that every release publishes says."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import polars as pl
import pytest

sys.path.append(str(Path(__file__).resolve().parents[2]))

from benchmarks import identity
from benchmarks.identity_records import deliver, generate
from benchmarks.identity_seed import SEED_FILE, measured_of
from benchmarks.identity_truth import KEY, QUARTER, counted, judge
from sendjc_pipeline.identity import rules, scores, stand_in_dates, thresholds
from sendjc_pipeline.identity.pseudonymise import resolve_and_pseudonymise
from sendjc_pipeline.settings import Settings

GROUP = ["breakdown_topic", "breakdown"]
# What a share is of: two groups of one share differ by chance by at most so many standard errors of the smaller one.
SHARES = {
    "recall": ("right_pair_count", "true_pair_count"), "precision": ("right_pair_count", "found_pair_count"),
    "match rate": ("match_count", "child_count"),
}  # fmt: skip
ERRORS = 4.0
# The pairs of a child stand and fall together, which makes their share vary as that of half as many would.
PAIRS_OF_A_CHILD = 2.0


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    home, sample = tmp_path_factory.mktemp("small"), generate(8_000, seed=5)
    result = resolve_and_pseudonymise(Settings(home), QUARTER, deliver(home, sample), KEY)
    assert 0 < result.doubtful < 0.03 * sample.records.height
    return counted(judge(home, sample))


def published() -> pl.DataFrame:
    return pl.read_csv(SEED_FILE, schema_overrides={"breakdown": pl.String})


def inconsistent(seed: pl.DataFrame, again: pl.DataFrame) -> list[str]:
    """Groups whose share was measured again and differs from the seed's by more than chance allows."""
    found = []
    for row in seed.join(again, on=GROUP, suffix="_again").iter_rows(named=True):
        for name, (part, whole) in SHARES.items():
            share, size = row[part] / row[whole], row[f"{whole}_again"]
            # A group of few errors is one of a Poisson count: nought where half a one is expected proves nothing.
            variance = max(share * (1 - share) * size, 1.0) * PAIRS_OF_A_CHILD
            if abs(row[f"{part}_again"] - share * size) > ERRORS * math.sqrt(variance):
                found.append(f"{name} of {row['breakdown_topic']} {row['breakdown']}")
    return found


def test_hard_records_are_linked_as_exactly_as_promised(small: pl.DataFrame) -> None:
    total = small.row(0, named=True)
    assert total["right_pair_count"] / total["found_pair_count"] >= identity.PRECISION
    assert total["right_pair_count"] / total["true_pair_count"] >= identity.RECALL


def test_the_published_accuracy_is_within_the_limits(capsys: pytest.CaptureFixture[str]) -> None:
    seed = published()
    assert identity.report(seed)
    worse_for_boys = pl.when(breakdown="M").then(0.95 * pl.col("right_pair_count")).otherwise("right_pair_count")
    assert not identity.report(seed.with_columns(right_pair_count=worse_for_boys))
    assert "OVER" in capsys.readouterr().out


def test_the_published_accuracy_was_measured_of_the_model_and_the_rules_that_are_stored() -> None:
    seed = published()
    assert seed.equals(measured_of(seed)), "measure again: python -m benchmarks identity-seed"


@pytest.mark.parametrize(
    "changed", ["match_threshold.csv", "match_rule.csv", "placeholder_birth_date.csv", "model.json"]
)
def test_accuracy_that_was_measured_of_something_else_is_noticed(
    changed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / changed
    module, name = {
        "model.json": (scores, "MODEL"), "match_rule.csv": (rules, "SEED"), "placeholder_birth_date.csv": (stand_in_dates, "SEED"),
    }.get(changed, (thresholds, "SEED"))  # fmt: skip
    other.write_bytes(
        getattr(module, name).read_bytes().replace(b"0.9", b"0.8").replace(b"upn", b"uln").replace(b"1970", b"1971")
    )
    monkeypatch.setattr(module, name, other)
    with pytest.raises(AssertionError, match="measure again"):
        test_the_published_accuracy_was_measured_of_the_model_and_the_rules_that_are_stored()


def test_a_small_sample_measured_again_agrees_with_the_published_accuracy(small: pl.DataFrame) -> None:
    seed = published()
    assert seed.select(GROUP).sort(GROUP).equals(small.select(GROUP).sort(GROUP))
    assert inconsistent(seed, small) == []


@pytest.mark.parametrize(
    ("column", "factor", "said"),
    [
        ("right_pair_count", 0.98, "recall"),
        ("found_pair_count", 1.02, "precision"),
        ("match_count", 0.95, "match rate"),
    ],
)
def test_accuracy_that_is_too_good_or_too_bad_is_noticed(
    small: pl.DataFrame, column: str, factor: float, said: str
) -> None:
    seed = published()
    assert f"{said} of Total Total" in inconsistent(seed.with_columns(pl.col(column) * factor), small)


def test_the_same_sample_is_made_again() -> None:
    one, two = generate(500, seed=9), generate(500, seed=9)
    assert one.records.equals(two.records) and one.children.equals(two.children)
    assert not one.records.equals(generate(500, seed=10).records)
