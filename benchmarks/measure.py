"""Run a command and say how long it took and how much memory its largest process held."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SENDJC = Path(sys.executable).with_name("sendjc")


@dataclass(frozen=True)
class Measured:
    """Wall seconds, peak resident MiB of the command's own process, and its exit code."""

    seconds: float
    peak_mib: float
    code: int


def measure(arguments: Sequence[object]) -> Measured:
    """Run `sendjc ARGUMENTS`, its output discarded."""
    start = time.monotonic()
    process = subprocess.Popen([SENDJC, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    return Measured(time.monotonic() - start, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status))


def machine() -> str:
    """What these figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
