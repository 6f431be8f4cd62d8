"""Bounds from doubtful links against every way to settle them: nothing possible lies outside, and in one area nothing is lost."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from jinja2 import Environment, StrictUndefined

from unit.bound_worlds import Unit, World, as_it_stands, figures, random_world, standing_plans

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
MODELS, MACROS = PROJECT / "models" / "intermediate" / "doubt", PROJECT / "macros"
METRICS = ("count", "pct", "weeks", "plans")
WORLDS = 600
Bounds = dict[str, tuple[float | None, float | None, float | None]]  # metric -> value, lower, upper


def run_model(con: duckdb.DuckDBPyConnection, name: str) -> None:
    text = (MACROS / "sql" / "keys.sql").read_text() + (MODELS / f"{name}.sql").read_text()
    sql = Environment(undefined=StrictUndefined).from_string(text).render(ref=lambda model: model)
    con.execute(f"create table {name} as {sql}")


def bounds_of(worlds: dict[int, World], con: duckdb.DuckDBPyConnection | None = None) -> dict[int, Bounds]:
    """Run the models once over every world: `service` tells them apart."""
    con = con or duckdb.connect()
    con.execute("create table stg_identity__person_doubt (person_key_a varchar, person_key_b varchar)")
    con.execute(
        "create table stg_identity__person_link (person_key varchar, partner_id varchar, feed varchar, source_person_id varchar, is_in_doubt boolean)"
    )
    con.execute("create table dim_person (person_key varchar, residence_area_id varchar)")
    con.execute("create table int_reference__area_member as select 'here' as member_area_id, 'here' as area_id")
    con.execute(
        "create table all_unit (service varchar, person_key varchar, unit_id varchar, area_id varchar, is_over_limit boolean, wait_days integer,"
        " council varchar, is_standing boolean)"
    )
    con.execute(
        "create table int_doubt__figure (metric_id varchar, time_window varchar, service varchar, area_id varchar, unit varchar,"
        " numerator double, denominator double, value double)"
    )
    pairs, links, people, units, measured = [], [], [], [], []
    for number, world in worlds.items():
        key = [f"{number:05d}-{child}" for child in range(len(world.homes))]
        pairs += [(key[a], key[b]) for a, b in world.pairs]
        links += [
            (key[c], "p", "mhsds" if n % 2 else "csds", f"{c}-{n}", n > 0)
            for c, many in enumerate(world.doubtful)
            for n in range(many + 1)
        ]
        people += list(zip(key, world.homes, strict=True))
        standing = standing_plans(world)
        units += [
            (
                str(number),
                key[u.child],
                f"{number}-{place}",
                world.homes[u.child],
                u.over,
                u.days,
                u.council,
                u in standing,
            )
            for place, u in enumerate(world.units)
        ]
        over, counted, days, waits = as_it_stands(world)
        plans = sum(unit.council == "here" for unit in standing)
        measured += [
            ("count", "w", str(number), "here", "count", counted, None, counted),
            ("plans", "w", str(number), "here", "count", plans, None, plans),
            ("pct", "w", str(number), "here", "pct", over, counted, 100 * over / counted if counted else None),
            ("weeks", "w", str(number), "here", "weeks", days / 7, waits, days / 7 / waits if waits else None),
        ]
    for table, rows in (
        ("stg_identity__person_doubt", pairs), ("stg_identity__person_link", links), ("dim_person", people),
        ("all_unit", units), ("int_doubt__figure", measured),
    ):  # fmt: skip
        if rows:
            con.executemany(f"insert into {table} values ({', '.join('?' * len(rows[0]))})", rows)
    run_model(con, "int_doubt__person")
    con.execute(
        "create table int_doubt__unit as select metric_id, 'w' as time_window, service, group_key, person_key, unit_id,"
        " case when metric_id = 'plans' then council else area_id end as area_id, metric_id = 'plans' as is_area_fixed,"
        " metric_id <> 'plans' or is_standing as is_counted, is_over_limit, wait_days"
        f" from all_unit inner join int_doubt__person using (person_key) cross join (select unnest({list(METRICS)}) as metric_id)"
    )
    run_model(con, "int_doubt__group")
    run_model(con, "int_doubt__bound")
    found: dict[int, Bounds] = {number: {} for number in worlds}
    for number, metric, value, lower, upper in con.execute(
        "select figure.service::int, figure.metric_id, figure.value, coalesce(bound.value_lower, figure.value), coalesce(bound.value_upper, figure.value)"
        " from int_doubt__figure as figure left join int_doubt__bound as bound using (metric_id, time_window, service, area_id)"
    ).fetchall():
        found[number][metric] = (value, lower, upper)
    return found


@pytest.fixture(scope="module")
def tried() -> list[tuple[World, Bounds, dict[str, list[float]]]]:
    worlds = {number: random_world(number) for number in range(WORLDS)}
    found = bounds_of(worlds)
    return [(world, found[number], figures(world)) for number, world in worlds.items()]


def test_the_worlds_are_not_trivial(tried: list[tuple[World, Bounds, dict[str, list[float]]]]) -> None:
    assert max(len(world.pairs) for world, _, _ in tried) == 8
    assert sum(len(possible["count"]) > 1 for _, _, possible in tried) > WORLDS / 4
    assert sum(any(world.doubtful) for world, _, _ in tried) > WORLDS / 4


@pytest.mark.parametrize("metric", METRICS)
def test_no_way_to_settle_the_doubt_leads_outside_the_bounds(
    metric: str, tried: list[tuple[World, Bounds, dict[str, list[float]]]]
) -> None:
    outside = []
    for world, bounds, possible in tried:
        value, lower, upper = bounds[metric]
        if value is None or not possible[metric]:
            continue
        assert lower is not None and upper is not None
        if possible[metric][0] < lower - 1e-9 or possible[metric][-1] > upper + 1e-9:
            outside.append((world, lower, upper, possible[metric]))
    assert outside == []


def test_in_one_area_the_bounds_of_a_count_are_reached(
    tried: list[tuple[World, Bounds, dict[str, list[float]]]],
) -> None:
    """With certain records only; where a doubtful one may bear no unit, the highest is not always reached."""
    loose = []
    for world, bounds, possible in tried:
        if set(world.homes) != {"here"} or any(world.doubtful):
            continue
        _, lower, upper = bounds["count"]
        if (lower, upper) != (possible["count"][0], possible["count"][-1]):
            loose.append((world, lower, upper, possible["count"]))
    assert loose == []


def test_who_is_certain_widens_nothing() -> None:
    """A doubtful child elsewhere leaves the area without a bound of its own; beside a doubtful one here, a certain child adds nothing to the width."""
    of_whom = ((0, 0), (1, 0), (2, 0), (2, 1))  # child and record; the last one's link is in doubt
    units = tuple(Unit(child, record, over=False, days=7, council="here") for child, record in of_whom)
    elsewhere = World(("here", "here", "there"), (0, 0, 1), units, ())
    beside = World(("here", "here", "here"), (0, 0, 1), units, ())
    con = duckdb.connect()
    found = bounds_of({0: elsewhere, 1: beside}, con)
    rows = con.execute(
        "select service, value_lower, value_upper from int_doubt__bound where metric_id = 'count' and area_id = 'here'"
    ).fetchall()
    assert {service: bounds for service, *bounds in rows} == {"1": [3, 4]}
    assert found[0]["count"] == (2, 2, 2)
