"""`python -m benchmarks [speed|kill [--rounds N]|swaps|defects|intake|identity [RECORDS ...]|clocks [CHILDREN]|marts [--large]|disclosure [CELLS]
|figures [PER CENT]|attack [PER CENT]|identity-seed|identity-train]`.

`identity-seed` and `identity-train` are two more, which write files of the repository; all others run without an argument.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from benchmarks import (
    attack,
    clocks,
    defects,
    disclosure,
    figures,
    identity,
    identity_seed,
    identity_train,
    intake,
    kill,
    marts,
    speed,
    swaps,
)
from benchmarks.measure import machine

if __name__ == "__main__":
    print(machine())
    sizes = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    chosen = [word for word in sys.argv[1:] if not word.isdecimal() and not word.startswith("--")] or [
        "speed",
        "kill",
        "swaps",
        "defects",
        "intake",
        "identity",
        "clocks",
        "marts",
        "disclosure",
        "figures",
        "attack",
    ]
    mains: dict[str, Callable[[], None]] = {
        "speed": speed.main,
        "kill": lambda: kill.main(*sizes[:1]),
        "swaps": swaps.main,
        "defects": defects.main,
        "intake": intake.main,
        "identity": lambda: identity.main(sizes or (200_000,)),
        "clocks": lambda: clocks.main(*sizes[:1]),
        "marts": lambda: marts.main("--large" in sys.argv),
        "disclosure": lambda: disclosure.main(*sizes[:1]),
        "figures": lambda: figures.main(*sizes[:1]),
        "attack": lambda: attack.main(*sizes[:1]),
        "identity-seed": identity_seed.main,
        "identity-train": identity_train.main,
    }
    for name in chosen:
        mains[name]()
