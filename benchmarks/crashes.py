"""Kill a step at a random moment and look at what stands; swap the pointer under readers.

Belongs here: what the long proof (kill.py, swaps.py) and its small version in the tests share. The tests run it as a program of its own
(`python -m benchmarks.crashes kill|swap HOME QUARTER N`), because a process with threads must not fork.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from sendjc_pipeline.release import history, ledger
from sendjc_pipeline.release.publish import publish
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.warehouse import project


@dataclass
class Tally:
    """How the rounds came out."""

    rounds: int = 0
    killed: int = 0
    before_rename: int = 0
    after_rename: int = 0
    torn: int = 0


def forked(work: Callable[[], object]) -> int:
    """Do the work in a child that shares what is imported, so that a round costs the step and no start; return its process id.

    The caller must hold no DuckDB connection: its threads do not come along.
    """
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        work()
        code = 0
    finally:
        os._exit(code)


def kill_after(child: int, seconds: float) -> bool:
    """Kill the child when it has worked that long, by its own processor time (a busy machine moves no kill); return whether it was killed."""
    while True:
        ended, _ = os.waitpid(child, os.WNOHANG)
        if ended:
            return False
        if _worked(child) >= seconds:
            break
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _worked(child: int) -> float:
    """Processor seconds of a process of ours so far."""
    fields = Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def work_of(work: Callable[[], object]) -> float:
    """How many processor seconds the work takes in a child, to the end.

    Raises:
        RuntimeError: it failed.
    """
    _, status, used = os.wait4(forked(work), 0)
    if os.waitstatus_to_exitcode(status):
        raise RuntimeError("the step failed though nobody killed it")
    return used.ru_utime + used.ru_stime


def make_stale(settings: Settings) -> None:
    """Make the standing release differ from what the warehouse holds, so that there is a revision to publish."""
    newest = ledger.newest(settings)
    assert newest is not None
    path = newest.folder / "manifest.json"
    content = json.loads(path.read_text())
    content["content_sha256"] = content["inputs_fingerprint"] = "an older version of the code"
    path.write_text(json.dumps(content))


def reset(folder: Path, base: Path) -> None:
    """Put back what stood before the round."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(base, folder, symlinks=True)


def is_whole(settings: Settings) -> bool:
    """Whether `current` leads to a release, and every release has every file that its manifest tells of, with its hash; and so the history."""
    if ledger.current(settings) is None:
        return False
    for release in ledger.all_releases(settings):
        manifest = release.manifest()
        for name, entry in (manifest["tables"] | manifest["files"]).items():
            path = release.folder / name
            if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
                return False
    path = history.path_of(settings)
    if path.is_file():
        # In a child: a connection of this process would not survive the next fork.
        return os.waitstatus_to_exitcode(os.waitpid(forked(lambda: _read(path)), 0)[1]) == 0
    return True


def _read(path: Path) -> None:
    with duckdb.connect(str(path), read_only=True) as con:
        con.execute("select count(*) from figure_as_published").fetchall()


def kill_rounds(
    settings: Settings,
    work: Callable[[], object],
    rounds: int,
    rng: random.Random,
    longest: float,
    tally: Tally | None = None,
) -> Tally:
    """Kill the work `rounds` times, each after another share of its `longest` processor seconds, over the published folder as it stands."""
    tally = tally or Tally()
    base = settings.home / "published.base"
    reset(base, settings.published)
    before = {release.release_id for release in ledger.all_releases(settings)}
    for _ in range(rounds):
        reset(settings.published, base)
        was_killed = kill_after(forked(work), rng.uniform(0.0, longest))
        tally.rounds += 1
        tally.killed += was_killed
        is_new = {release.release_id for release in ledger.all_releases(settings)} != before
        tally.after_rename += was_killed and is_new
        tally.before_rename += was_killed and not is_new
        tally.torn += not is_whole(settings)
    reset(settings.published, base)
    shutil.rmtree(base)
    return tally


@dataclass
class Reads:
    """What readers saw."""

    reads: int = 0
    failed: int = 0
    releases_seen: int = 0  # by the reader that saw most


def swap_under_readers(settings: Settings, swaps: int, readers: int) -> Reads:
    """Swap `current` between the two newest releases while readers open through it, each a process of its own, until the swaps are done."""
    releases = ledger.all_releases(settings)[-2:]
    pipes = []
    for number in range(readers):
        end, start = os.pipe()
        child = forked(lambda out=start, seed=number: _keep_reading(settings.published / "current", out, seed))
        os.close(start)
        pipes.append((child, end))
    for end in (end for _, end in pipes):
        os.read(end, 1)  # each reader says that it has begun
    for number in range(swaps):
        ledger.point_at(settings, releases[number % 2])
        time.sleep(0.005)
    (settings.home / "enough").touch()
    found = Reads()
    for child, end in pipes:
        with os.fdopen(end) as stream:
            told = json.loads(stream.read())
        os.waitpid(child, 0)
        found.reads += told["reads"]
        found.failed += told["failed"]
        found.releases_seen = max(found.releases_seen, len(told["seen"]))
    (settings.home / "enough").unlink()
    return found


def _keep_reading(current: Path, out: int, seed: int) -> None:
    """Read by turns as Power BI, a notebook and a script would: Parquet, marts.duckdb, the manifest; each read must be of one release."""
    done, seen = {"reads": 0, "failed": 0}, set()
    os.write(out, b" ")
    enough = current.parent.parent / "enough"
    con = duckdb.connect()
    while not enough.exists():
        done["reads"] += 1
        try:
            which = (done["reads"] + seed) % 3
            if which == 0:
                found = con.execute(
                    f"select distinct release_id from read_parquet('{current}/metric_quarterly.parquet')"
                ).fetchall()
            elif which == 1:
                with duckdb.connect(str(current / "marts.duckdb"), read_only=True) as marts:
                    found = marts.execute("select distinct release_id from metric_quarterly").fetchall()
            else:
                found = [(json.loads((current / "manifest.json").read_text())["release_id"],)]
            if len(found) != 1:
                done["failed"] += 1
            seen.add(found[0][0])
        except Exception:
            done["failed"] += 1
    os.write(out, json.dumps({**done, "seen": sorted(seen)}).encode())


def kill_releases(settings: Settings, quarter: Quarter, rounds: int, rng: random.Random) -> tuple[Tally, float]:
    """Kill the release step of a built quarter at random moments; return the tally and how many processor seconds the whole step takes."""
    project.manifest()  # read once here, so that every child has it
    make_stale(settings)
    before = settings.home / "published.before"
    reset(before, settings.published)

    def release() -> None:
        publish(settings, quarter, datetime(2026, 1, 1, tzinfo=UTC), reason="killed")

    longest = work_of(release)
    reset(settings.published, before)
    shutil.rmtree(before)
    tally = kill_rounds(settings, release, rounds, rng, longest)
    work_of(release)  # what comes after a kill publishes
    return tally, longest


if __name__ == "__main__":
    what, home, label, count = sys.argv[1:]
    if what == "kill":
        tally, _ = kill_releases(Settings(Path(home)), Quarter.parse(label), int(count), random.Random(7))
        print(json.dumps(asdict(tally)))
    else:
        print(json.dumps(asdict(swap_under_readers(Settings(Path(home)), int(count), 4))))
