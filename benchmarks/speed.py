"""Speed and memory: the demo, a quarter of at least 400,000 partner rows, and a run with nothing new.

Limits of issue 1, on 2 cores: demo job 25 s; 400,000 rows 45 s and 2 GiB; nothing new 10 s.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

from benchmarks.measure import SENDJC, Measured, measure

QUARTER = "2024-25-Q4"
ROWS_WANTED = 400_000


def main() -> None:
    """Measure and print; exit code 1 where a limit is broken."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "demo"
        report("demo job, first run", measure(["demo", "--home", home]), 25, 2048)
        report("demo, nothing new", measure(["demo", "--home", home]), 10, 2048)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "large"
        rows = _large_home(home, Path(folder) / "out")
        report(f"quarter of {rows:,} partner rows", measure(["run", "--quarter", QUARTER, "--home", home]), 45, 2048)
        report("the same, nothing new", measure(["run", "--quarter", QUARTER, "--home", home]), 10, 2048)


def _large_home(home: Path, out: Path) -> int:
    subprocess.run([SENDJC, "key", "create", "--home", home], check=True, stdout=subprocess.DEVNULL)
    scale = 2.1
    subprocess.run(
        [SENDJC, "synth", "--out", out, "--scale", str(scale), "--seed", "11", "--quarters", QUARTER, "--submit", "--home", home],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    rows = sum(path.read_bytes().count(b"\n") for path in out.rglob("*.csv")) + sum(
        path.read_bytes().count(b"</") // 8 for path in out.rglob("*.xml")
    )
    if rows < ROWS_WANTED:
        print(json.dumps({"warning": f"only {rows:,} rows at scale {scale}"}))
    return rows


def report(name: str, measured: Measured, seconds: float, mib: float) -> None:
    """Print one figure beside its limit."""
    verdict = "ok" if measured.code == 0 and measured.seconds <= seconds and measured.peak_mib <= mib else "OVER"
    print(
        f"{name:45} {measured.seconds:6.1f} s (<= {seconds})  {measured.peak_mib:7.0f} MiB (<= {mib})  exit {measured.code}  {verdict}"
    )
