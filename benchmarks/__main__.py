"""`python -m benchmarks [speed|kill|defects]`; all of them without an argument."""

from __future__ import annotations

import sys

from benchmarks import defects, kill, speed
from benchmarks.measure import machine

if __name__ == "__main__":
    print(machine())
    chosen = sys.argv[1:] or ["speed", "kill", "defects"]
    for name in chosen:
        {"speed": speed.main, "kill": kill.main, "defects": defects.main}[name]()
