"""Measure the links against the truth and write seeds/reference/linkage_accuracy.csv: `python -m benchmarks identity-seed`.

The seed is what every release publishes as measured accuracy (mart_linkage_accuracy). Write it anew whenever the model, the rules, the
thresholds or the sample change: assets_tests/unit/test_identity_accuracy.py is red until then.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import polars as pl

from benchmarks import identity
from benchmarks.identity_records import deliver, generate
from benchmarks.identity_truth import counted, judge, model_version, rules_version, sample_settings

SEED_FILE = Path(__file__).resolve().parents[1] / "seeds" / "reference" / "linkage_accuracy.csv"
RECORDS = 200_000


def main() -> None:
    """Resolve the sample, print what identity prints, and write the seed; exit code 1, and no seed, where a limit is broken."""
    sample = generate(RECORDS, identity.SEED)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        identity.resolve(home, deliver(home, sample))
        counts = counted(judge(home, sample))
    if not identity.report(counts):
        raise SystemExit(1)
    measured_of(counts).write_csv(SEED_FILE)
    print(f"  wrote {SEED_FILE}")


def measured_of(counts: pl.DataFrame) -> pl.DataFrame:
    """The counts, each row with what it was measured of."""
    return counts.with_columns(
        model_version=pl.lit(model_version()), rules_version=pl.lit(rules_version()), sample_seed=pl.lit(identity.SEED),
        sample_settings=pl.lit(sample_settings()),
    )  # fmt: skip
