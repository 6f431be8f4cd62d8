"""Kill the job at many moments: the release that stood before must still be whole, and the next run must publish.

Nine of ten rounds kill the release step over a built warehouse, in a forked child that needs no start; the others kill the whole `sendjc run`, most of which
is the build.
"""

from __future__ import annotations

import os
import random
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.crashes import Tally, is_whole, kill_releases, kill_rounds, make_stale, work_of
from benchmarks.measure import SENDJC
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings

QUARTER = "2024-25-Q4"
ROUNDS = 200
OF_THE_BUILD = 10  # one round in so many


def main(rounds: int = ROUNDS) -> None:
    """Run the rounds and print how many were killed where; raise on the first torn release."""
    rng = random.Random(2025)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder) / "home")
        subprocess.run([SENDJC, "demo", "--home", settings.home], check=True, stdout=subprocess.DEVNULL)
        of_build = max(rounds // OF_THE_BUILD, 1)
        tally, longest = kill_releases(settings, Quarter.parse(QUARTER), rounds - of_build, rng)
        make_stale(settings)
        full = _work_of_run(settings)
        make_stale(settings)
        built = kill_rounds(settings, lambda: _run(settings), of_build, rng, full)
        make_stale(settings)
        if _run_to_the_end(settings) or not is_whole(settings):
            raise SystemExit("the run after a kill did not publish")
    _say("release step", tally, longest)
    _say("build and release", built, full)
    print(
        f"{tally.rounds + built.rounds} rounds in {time.monotonic() - begun:.0f} s, {tally.torn + built.torn} torn releases"
    )
    if tally.torn or built.torn:
        raise SystemExit(1)


def _say(what: str, tally: Tally, full: float) -> None:
    print(
        f"{what} ({full:.1f} s of work): {tally.rounds} rounds, {tally.killed} killed before the end, {tally.before_rename} of them before the rename and"
        f" {tally.after_rename} after it, {tally.torn} torn releases"
    )


def _run(settings: Settings) -> None:
    os.execv(SENDJC, [str(SENDJC), "run", "--quarter", QUARTER, "--home", str(settings.home), "--force"])


def _run_to_the_end(settings: Settings) -> int:
    return subprocess.run(
        [SENDJC, "run", "--quarter", QUARTER, "--home", settings.home, "--force"], stdout=subprocess.DEVNULL
    ).returncode


def _work_of_run(settings: Settings) -> float:
    return work_of(lambda: _run(settings))
