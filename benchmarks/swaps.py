"""Eight readers on published/current during 1,000 swaps: none may see a failed read, nor rows of two releases in one."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.crashes import swap_under_readers
from benchmarks.measure import SENDJC
from sendjc_pipeline.release import ledger
from sendjc_pipeline.settings import Settings

SWAPS, READERS = 1_000, 8


def main(swaps: int = SWAPS, readers: int = READERS) -> None:
    """Run it and print what the readers saw; exit 1 on a failed read."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder) / "home")
        subprocess.run([SENDJC, "demo", "--home", settings.home], check=True, stdout=subprocess.DEVNULL)
        (first,) = ledger.all_releases(settings)
        shutil.copytree(first.folder, first.folder.with_name("2024-25-Q4.r2"))
        start = time.monotonic()
        seen = swap_under_readers(settings, swaps, readers)
        print(
            f"{swaps} swaps in {time.monotonic() - start:.1f} s, {readers} readers, {seen.reads} reads, {seen.failed} failed"
        )
    if seen.failed:
        raise SystemExit(1)
