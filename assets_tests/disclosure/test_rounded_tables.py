"""Tables of rounded counts, attacked by a solver: bands, providers and areas of invented lists of waits, with every sum that a reader knows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import duckdb
import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import lil_matrix

from sendjc_pipeline.disclosure.rounding import round_counts
from sendjc_pipeline.release.tables import published_tables
from sendjc_pipeline.warehouse import project

SMALL = 7
AREAS = ["derby", "nottingham", "nottinghamshire"]
BANDS = ["0-7", "8-14", "15-28", "29-84", "85-126", "127-364", "365+"]
PROVIDERS = ["RX1", "RX2"]
Place = tuple[str, str, str]
Table = dict[Place, int]


def invented(seed: int) -> Table:
    """How many wait: from lists of a few to lists of some dozens in each band."""
    rng = np.random.default_rng(seed)
    counts = {
        place: int(rng.poisson(rng.exponential([3, 10, 30][seed % 3]))) for place in product(AREAS, BANDS, PROVIDERS)
    }
    for whole, parts in sums():
        counts[whole] = sum(counts[part] for part in parts)
    return counts


def sums() -> Iterator[tuple[Place, list[Place]]]:
    """What adds up to what."""
    for area, band in product(AREAS, BANDS):
        yield (area, band, "Total"), [(area, band, provider) for provider in PROVIDERS]
    for area, provider in product(AREAS, [*PROVIDERS, "Total"]):
        yield (area, "total", provider), [(area, band, provider) for band in BANDS]
    for band, provider in product([*BANDS, "total"], [*PROVIDERS, "Total"]):
        yield ("qt1", band, provider), [("nottingham", band, provider), ("nottinghamshire", band, provider)]


def shape_of_the_waiting_list() -> dict[str, str]:
    (table,) = (table for table in published_tables(project.manifest(), ()) if table.name == "mart_waiting_list")
    return dict(table.small_numbers["shape"])


def released(counts: Table, shape: dict[str, str], areas: str) -> dict[Place, int | None]:
    con = duckdb.connect()
    con.execute(
        "create table area_rollup as select unnest(['nottingham', 'nottinghamshire']) as area_id, 'qt1' as rollup_id"
    )
    con.execute("create table list (area_id varchar, band varchar, provider_id varchar, n bigint, suppression varchar)")
    con.executemany("insert into list values (?, ?, ?, ?, 'none')", [(*place, n) for place, n in counts.items()])
    round_counts(con, "list", "shown", "n", ["n"], {}, [], ["area_id", "band", "provider_id"], shape=shape, areas=areas)
    return {
        (area, band, provider): n
        for area, band, provider, n in con.execute("select * exclude (suppression) from shown").fetchall()
    }


def narrowed(counts: Table, shown: dict[Place, int | None]) -> list[Place]:
    """The hidden counts of 1 to 7 whose range is narrower than from 1 to 7, for somebody who knows every sum."""
    at = {place: number for number, place in enumerate(counts)}
    bounds = [
        (0, None) if n is None else (0, 0) if n == 0 else (max(SMALL + 1, n - 2), n + 2) for n in map(shown.get, counts)
    ]
    known = list(sums())
    matrix = lil_matrix((len(known), len(at)))
    for row, (whole, parts) in enumerate(known):
        matrix[row, at[whole]] = -1
        for part in parts:
            matrix[row, at[part]] = 1
    found = []
    for place, count in counts.items():
        if shown[place] is None and 1 <= count <= SMALL:
            least, most = (_end(matrix.tocsr(), bounds, at[place], sign) for sign in (1, -1))
            if most - max(least, 1) < SMALL - 1 - 1e-6:
                found.append(place)
    return found


def _end(matrix: object, bounds: list[tuple[int, int | None]], number: int, sign: int) -> float:
    cost = np.zeros(len(bounds))
    cost[number] = sign
    solved = linprog(cost, A_eq=matrix, b_eq=np.zeros(matrix.shape[0]), bounds=bounds, method="highs")  # type: ignore[attr-defined]
    assert solved.status in (0, 3)  # the truth fits; 3: without end
    return float(sign * solved.fun) if solved.status == 0 else float("inf")


@pytest.mark.parametrize("seed", range(6))
def test_no_small_count_is_recovered_from_the_bands_providers_and_areas_of_a_list(seed: int) -> None:
    counts = invented(seed)
    shown = released(counts, shape_of_the_waiting_list(), "area_rollup")
    assert all(shown[place] is None for place, n in counts.items() if 1 <= n <= SMALL)
    assert narrowed(counts, shown) == []
    assert sum(n is not None and n > 0 for n in shown.values()) > len(shown) // 10  # not by hiding all


def test_the_same_attacker_recovers_counts_where_each_is_rounded_by_itself() -> None:
    assert sum(len(narrowed(invented(seed), released(invented(seed), {}, ""))) for seed in range(3)) > 10
