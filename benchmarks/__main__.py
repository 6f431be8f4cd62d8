"""`python -m benchmarks [speed|kill|defects|intake]`; all of them without an argument."""

from __future__ import annotations

import sys
from collections.abc import Callable

from benchmarks import defects, intake, kill, speed
from benchmarks.measure import machine

if __name__ == "__main__":
    print(machine())
    chosen = sys.argv[1:] or ["speed", "kill", "defects", "intake"]
    mains: dict[str, Callable[[], None]] = {
        "speed": speed.main,
        "kill": kill.main,
        "defects": defects.main,
        "intake": intake.main,
    }
    for name in chosen:
        mains[name]()
