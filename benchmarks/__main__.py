"""`python -m benchmarks [speed|kill]`; both without an argument."""

from __future__ import annotations

import sys

from benchmarks import kill, speed
from benchmarks.measure import machine

if __name__ == "__main__":
    print(machine())
    chosen = sys.argv[1:] or ["speed", "kill"]
    for name in chosen:
        {"speed": speed.main, "kill": kill.main}[name]()
