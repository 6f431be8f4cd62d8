"""Killed anywhere, a release is whole or absent; swapped under readers, it is one or the other. `python -m benchmarks kill swaps` is the long proof."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

from benchmarks.crashes import is_whole
from integration.conftest import QUARTER, ROOT
from sendjc_pipeline.release import ledger
from sendjc_pipeline.settings import Settings

ROUNDS, SWAPS = 12, 60


def crash(what: str, home: Settings, count: int) -> dict[str, int]:
    words = [sys.executable, "-m", "benchmarks.crashes", what, str(home.home), QUARTER.label, str(count)]
    told = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
    return dict(json.loads(told.stdout))


def test_a_release_step_killed_at_random_moments_tears_nothing(copy_of_published: Settings) -> None:
    tally = crash("kill", copy_of_published, ROUNDS)
    assert (tally["rounds"], tally["torn"]) == (ROUNDS, 0)
    assert tally["killed"] > ROUNDS // 3
    assert [r.revision for r in ledger.all_releases(copy_of_published)] == [1, 2]
    assert is_whole(copy_of_published) and ledger.current(copy_of_published).revision == 2


def test_readers_see_one_release_or_the_other_during_swaps(copy_of_published: Settings) -> None:
    (first,) = ledger.all_releases(copy_of_published)
    shutil.copytree(first.folder, first.folder.with_name(f"{QUARTER.label}.r2"))
    seen = crash("swap", copy_of_published, SWAPS)
    assert seen["reads"] >= 4 and seen["failed"] == 0


def test_the_proof_sees_a_torn_release(copy_of_published: Settings) -> None:
    """Without this the rounds above could pass by looking at nothing."""
    assert is_whole(copy_of_published)
    (release,) = ledger.all_releases(copy_of_published)
    path = release.folder / "metric_monthly.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    assert not is_whole(copy_of_published)
