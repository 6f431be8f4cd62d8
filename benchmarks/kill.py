"""Kill the job at many moments: the release that stood before must still be whole, and the next run must publish.

Each round changes one submission, so that there is something to publish, starts `sendjc run`, and kills it after a random time.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.measure import SENDJC

QUARTER = "2024-25-Q4"
ROUNDS = 15


def main(rounds: int = ROUNDS) -> None:
    """Run the rounds and print how many were killed where; raise on the first torn release."""
    rng = random.Random(2025)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        subprocess.run([SENDJC, "demo", "--home", home], check=True, stdout=subprocess.DEVNULL)
        start = time.monotonic()
        _run(home).wait()
        full = time.monotonic() - start
        base = Path(folder) / "base"
        shutil.copytree(home, base, symlinks=True)
        torn = killed = 0
        longest = _time_full_run(base, Path(folder) / "timed")
        for number in range(rounds):
            shutil.rmtree(home)
            shutil.copytree(base, home, symlinks=True)
            _change_code_version(home)
            process = _run(home, "--force", "--reason", f"kill round {number}")
            time.sleep(rng.uniform(0.3, longest))
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                killed += 1
            process.wait()
            torn += not _is_whole(home)
        print(
            f"{rounds} rounds, {killed} killed before the end (full run {longest:.1f} s, nothing new {full:.1f} s), {torn} torn releases"
        )
        if torn:
            raise SystemExit(1)
        if _run(home).wait() != 0 or not _is_whole(home):
            raise SystemExit("the run after a kill did not publish")


def _run(home: Path, *more: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [SENDJC, "run", "--quarter", QUARTER, "--home", home, *more],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _time_full_run(base: Path, scratch: Path) -> float:
    shutil.copytree(base, scratch, symlinks=True)
    _change_code_version(scratch)
    start = time.monotonic()
    _run(scratch, "--force").wait()
    shutil.rmtree(scratch)
    return time.monotonic() - start


def _change_code_version(home: Path) -> None:
    """Make the standing release differ from what the run will find, so that the run has a new revision to publish."""
    manifest = next((home / "published" / "releases").iterdir()) / "manifest.json"
    content = json.loads(manifest.read_text())
    content["content_sha256"] = content["inputs_fingerprint"] = "an older version of the code"
    manifest.write_text(json.dumps(content))


def _is_whole(home: Path) -> bool:
    """The pointer leads to a release whose every table has the hash that its manifest gives."""
    release = home / "published" / "current"
    manifest = json.loads((release / "manifest.json").read_text())
    hashes = {name: hashlib.sha256((release / name).read_bytes()).hexdigest() for name in manifest["tables"]}
    return bool(hashes) and all(manifest["tables"][name]["sha256"] == found for name, found in hashes.items())
