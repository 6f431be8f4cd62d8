"""A small run of the benchmark, so that a change that costs accuracy is seen before the benchmark is run by hand."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))

from benchmarks import identity
from benchmarks.identity_records import deliver, generate
from sendjc_pipeline.identity.pseudonymise import resolve_and_pseudonymise
from sendjc_pipeline.settings import Settings


def test_hard_records_are_linked_as_exactly_as_promised(tmp_path: Path) -> None:
    sample = generate(8_000, seed=5)
    result = resolve_and_pseudonymise(Settings(tmp_path), identity.QUARTER, deliver(tmp_path, sample), identity.KEY)
    pairs = identity.judge(tmp_path, sample)
    found = pairs.execute("""
        select count(*) filter (is_true and is_found) / count(*) filter (is_found),
            count(*) filter (is_true and is_found) / count(*) filter (is_true) from pair""").fetchone()
    assert found is not None
    precision, recall = found
    assert precision >= identity.PRECISION
    assert recall >= identity.RECALL
    assert 0 < result.doubtful < 0.03 * sample.records.height


def test_the_same_sample_is_made_again() -> None:
    one, two = generate(500, seed=9), generate(500, seed=9)
    assert one.records.equals(two.records) and one.children.equals(two.children)
    assert not one.records.equals(generate(500, seed=10).records)
