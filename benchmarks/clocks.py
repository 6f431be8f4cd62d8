"""Every clock twice: the oracle and dbt on 1,000,000 random children, in chunks. `python -m benchmarks clocks [CHILDREN]`

Limit of issue 4: 0 differences. Each chunk has a seed of its own and one of four quarters, so `python -m assets_tests.oracle.shrink SEED
CHUNK YEAR QUARTER` finds the smallest child of a difference again. A chunk that was found right is noted in `.benchmarks/clocks.jsonl` with
the code that it was found with: stopped, and started again with the same code, the run goes on with the chunks that are missing.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from assets_tests import oracle
from assets_tests.oracle.compare import children_of, compare
from assets_tests.oracle.records import setting_of
from sendjc_pipeline.warehouse.project import sources_fingerprint

CHILDREN, CHUNK = 1_000_000, 50_000
QUARTERS = ((2023, 4), (2024, 4), (2024, 1), (2024, 3))
NOTES = Path(__file__).parents[1] / ".benchmarks" / "clocks.jsonl"


class Chunk(NamedTuple):
    """A chunk that was compared: its seed and size, its clocks, how many differed and how long it took."""

    code: str
    seed: int
    children: int
    clocks: int
    differences: int
    seconds: float


def main(count: int = CHILDREN, *, notes: Path = NOTES) -> None:
    """Compare chunk by chunk and print; exit code 1 where the two differ."""
    code = fingerprint()
    before = {(chunk.seed, chunk.children): chunk for chunk in noted(notes, code) if not chunk.differences}
    found: list[Chunk] = []
    for seed in range(-(-count // CHUNK)):
        size = min(CHUNK, count - seed * CHUNK)
        chunk = before.get((seed, size))
        told = "noted" if chunk else "compared"
        if chunk is None:
            chunk = _compare(code, seed, size)
            _note(notes, chunk)
        found.append(chunk)
        print(f"  {sum(c.children for c in found):9,} children  {chunk.clocks:9,} clocks  {chunk.differences} differences"
              f"  {chunk.seconds:5.0f} s  (seed {seed}, {told})", flush=True)  # fmt: skip
    children, clocks, wrong = (sum(c[field] for c in found) for field in (2, 3, 4))
    seconds = sum(c.seconds for c in found)
    print(
        f"clocks: {children:,} children, {clocks:,} clocks, {wrong} differences (0); {seconds:.0f} s,"
        f" {children / max(seconds, 0.001):,.0f} children a second  {'OVER' if wrong else 'ok'}"
    )
    if wrong:
        raise SystemExit(1)


def fingerprint() -> str:
    """Hash of all that an answer rests on: the models and seeds, and the oracle with its children."""
    digest = hashlib.sha256(sources_fingerprint().encode())
    folder = Path(str(oracle.__file__)).parent
    for path in sorted(path for path in folder.glob("*.py") if not path.name.startswith("test_")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def noted(notes: Path, code: str) -> Iterator[Chunk]:
    """The chunks that were compared with this code; a line that was cut off is none."""
    for line in notes.read_text(encoding="utf-8").splitlines() if notes.is_file() else ():
        try:
            chunk = Chunk(**json.loads(line))
        except (ValueError, TypeError):
            continue
        if chunk.code == code:
            yield chunk


def _note(notes: Path, chunk: Chunk) -> None:
    notes.parent.mkdir(exist_ok=True)
    with notes.open("a", encoding="utf-8") as file:
        file.write("\n" + json.dumps(chunk._asdict()))  # on a line of its own, also after one that was cut off


def _compare(code: str, seed: int, size: int) -> Chunk:
    start = time.monotonic()
    found = compare(children_of(setting := setting_of(*QUARTERS[seed % len(QUARTERS)]), seed, size), setting)
    if found.differences.height:
        print(found.differences.head(10))
    return Chunk(code, seed, size, found.clocks, found.differences.height, time.monotonic() - start)
