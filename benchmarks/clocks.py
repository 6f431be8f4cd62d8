"""Every clock twice: the oracle and dbt on 1,000,000 random children, in chunks. `python -m benchmarks clocks [CHILDREN]`

Limit of issue 4: 0 differences. Each chunk has a seed of its own and one of four quarters, so `python -m assets_tests.oracle.shrink SEED
CHUNK YEAR QUARTER` finds the smallest child of a difference again.
"""

from __future__ import annotations

import time

from assets_tests.oracle.compare import children_of, compare
from assets_tests.oracle.records import setting_of

CHILDREN, CHUNK = 1_000_000, 50_000
QUARTERS = ((2023, 4), (2024, 4), (2024, 1), (2024, 3))


def main(count: int = CHILDREN) -> None:
    """Compare chunk by chunk and print; exit code 1 where the two differ."""
    start, cpu, done, clocks, wrong = time.monotonic(), time.process_time(), 0, 0, 0
    for seed in range(-(-count // CHUNK)):
        year, quarter = QUARTERS[seed % len(QUARTERS)]
        setting = setting_of(year, quarter)
        size = min(CHUNK, count - done)
        found = compare(children_of(setting, seed, size), setting)
        done, clocks, wrong = done + size, clocks + found.clocks, wrong + found.differences.height
        print(
            f"  {done:9,} children  {clocks:10,} clocks  {wrong} differences  {time.monotonic() - start:6.0f} s"
            f"  (seed {seed}, {setting.label})",
            flush=True,
        )
        if found.differences.height:
            print(found.differences.head(10))
    print(
        f"clocks: {done:,} children, {clocks:,} clocks, {wrong} differences (0); {time.monotonic() - start:.0f} s wall,"
        f" {time.process_time() - cpu:.0f} s processor  {'OVER' if wrong else 'ok'}"
    )
    if wrong:
        raise SystemExit(1)
