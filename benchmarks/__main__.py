"""`python -m benchmarks [speed|kill|identity [RECORDS ...]|identity-train]`; speed and kill without an argument."""

from __future__ import annotations

import sys

from benchmarks import identity, identity_train, kill, speed
from benchmarks.measure import machine

if __name__ == "__main__":
    print(machine())
    chosen = sys.argv[1:] or ["speed", "kill"]
    if chosen[0] == "identity":
        identity.main([int(size) for size in chosen[1:]] or [200_000])
    else:
        for name in chosen:
            {"speed": speed.main, "kill": kill.main, "identity-train": identity_train.main}[name]()
