"""Two years of releases, attacked: `python -m benchmarks attack [PER CENT OF THE REAL VOLUMES]`.

Limit of issue 5: over eight successive releases no count of 1 to 7 is recovered from the open data. Eight quarters go through the real job one after the
other, and two of them again when a council has put its return right; a reader then has open_data/ of all ten, and a solver. Three readings:

- as published: to the nearest 5. A count found in a range narrower than from 1 to 7 is recovered, and breaks the limit.
- as if nothing were rounded: what hiding protects by itself, which is what decision 0014 asks of it. It breaks the limit too.
- as if nothing were hidden for another's sake: the same attacker must find counts then, or it proves nothing.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb

from benchmarks.attack_home import LACKS, QUARTERS, make, truth_of
from benchmarks.attack_open import Attack, Found
from benchmarks.attack_reading import Release, read
from benchmarks.attack_relations import Standing
from sendjc_pipeline.release import ledger
from sendjc_pipeline.settings import Settings

PER_CENT = 5


def main(per_cent: int = PER_CENT) -> None:
    """Make the releases, attack them and print; exit code 1 where a count is recovered, or where the attacker finds none in what is not protected."""
    with tempfile.TemporaryDirectory() as folder:
        settings = make(Path(folder), per_cent)
        releases = sorted(ledger.all_releases(settings), key=lambda release: release.manifest()["known_at"])
        print(f"{len(releases)} releases of {len(QUARTERS)} quarters, {per_cent} % of the real volumes")
        if not holds(releases, _areas(settings)):
            raise SystemExit(1)


def holds(releases: Sequence[ledger.Release], areas: dict[str, str]) -> bool:
    """Attack these releases, in the order in which they were published, and print what is found; whether nothing is that should not be."""
    standing = _standing(releases, areas)
    published, bare = (
        [_read(at, release, only_small) for at, release in enumerate(releases)] for only_small in (False, True)
    )
    found = [
        _attack("as published", published, standing),
        _attack("as if nothing were rounded", published, standing, is_exact=True),
        _attack("as if only small counts were hidden", bare, standing),
        _attack("as if only small counts were hidden and nothing rounded", bare, standing, is_exact=True),
    ]
    return not found[0] and not found[1] and bool(found[2]) and bool(found[3])


def _attack(
    reading: str, releases: Sequence[Release], standing: dict[int, Standing], is_exact: bool = False
) -> list[Found]:
    begun = time.monotonic()
    attack = Attack(releases, standing, is_exact)
    found = attack.narrowed()
    print(
        f"  {reading}: {len(attack.cells):,} counts, {len(attack.hidden):,} hidden, {len(attack.targets()):,} of these 1 to 7;"
        f" {len(attack.equal):,} equations, {len(attack.most):,} inequalities; recovered {len(found)}, {sum(one.is_told for one in found)}"
        f" of them to the number ({time.monotonic() - begun:.0f} s)",
        flush=True,
    )
    return found


def _read(at: int, release: ledger.Release, only_small: bool) -> Release:
    return read(at, release.release_id, release.quarter, release.folder / "open_data", truth_of(release), only_small)


def _standing(releases: Sequence[ledger.Release], areas: dict[str, str]) -> dict[int, Standing]:
    """Of each revision, the release before it and the areas of which nobody sent anything new: a reader may know that their figures stand."""
    found = {}
    for at, release in enumerate(releases):
        before = [n for n in range(at) if releases[n].quarter == release.quarter]
        if before:
            moved = {areas[partner] for partner, label in LACKS if label == release.quarter.label}
            found[at] = Standing(before[-1], frozenset(areas.values()) - moved)
    return found


def _areas(settings: Settings) -> dict[str, str]:
    newest = ledger.all_releases(settings)[-1]
    rows = duckdb.sql(f"select distinct area_id, area_code from read_parquet('{truth_of(newest)}')").fetchall()
    return dict(rows)
