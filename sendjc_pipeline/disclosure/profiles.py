"""Protect tables in the metric shape by a profile: copy them with small numbers hidden, rounded or left, and nothing that gives one back.

Belongs here: the order of the steps and what of a figure is written. Does not belong here: what is hidden (hiding.py), or which profile a table
follows (the exposures).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from sendjc_pipeline.disclosure.audit import GIVEN, attack, refuse
from sendjc_pipeline.disclosure.cells import FIGURE, ROWS, make_cells, make_rows
from sendjc_pipeline.disclosure.hiding import TOLD, choose, widen
from sendjc_pipeline.disclosure.profile import Profile
from sendjc_pipeline.disclosure.profile import profile as profile_named
from sendjc_pipeline.disclosure.relations import make_relations

HIDDEN = (
    "numerator", "denominator", "value", "value_lower", "value_upper", "bounds_basis", "brag", "spc_variation", "spc_assurance", "direction",
)  # fmt: skip
_ROUNDS = 8
_BOUNDS = ("value_lower", "value_upper", "bounds_basis")


@dataclass(frozen=True)
class Known:
    """The tables that say how figures hang together; one that is not given says nothing."""

    areas: str | None = "main.area_rollup"
    nested: str | None = "main.metric_nested"
    definitions: str | None = "main.metric_definition"
    alike: str | None = "main.metric_alike"


def protect(
    con: duckdb.DuckDBPyConnection,
    source: str,
    target: str,
    profile: str,
    earlier: Sequence[str] = (),
    known: Known | None = None,
    keys: Sequence[str] = (),
) -> None:
    """Copy one table; see protect_all. Tables that tell of the same figures, as the quarterly and the monthly one, are protected together."""
    protect_all(con, {source: target}, profile, earlier, known, keys)


def protect_all(
    con: duckdb.DuckDBPyConnection,
    tables: Mapping[str, str],
    profile: str,
    earlier: Sequence[str] = (),
    known: Known | None = None,
    keys: Sequence[str] = (),
) -> None:
    """Copy each table to a temporary one of the same columns, as a profile has it, so that no subtraction within or between them gives a small count back.

    Args:
        con: the connection that holds the tables.
        tables: source -> target; sources in the metric shape, a figure that is not given being null.
        profile: open, partner or restricted.
        earlier: relations in the metric shape, each all that one earlier release showed under this profile: what was hidden there stays hidden.
        known: the tables that say how figures hang together.
        keys: columns that tell figures apart beside those of the metric shape.

    Raises:
        GivenAway: what would be published gives a small number back.
    """
    known, by = known or Known(), profile_named(profile)
    numbered = [_number(con, source, target, keys) for source, target in tables.items()]
    make_rows(con, numbered, earlier, keys, by)
    make_cells(con, by)
    make_relations(con, known.areas, known.nested, known.definitions, known.alike, by)
    choose(con, by)
    _harden(con, by)
    for at, (target, numbers) in enumerate(zip(tables.values(), numbered, strict=True)):
        _write(con, numbers, at, target, by)
        con.execute(f"drop table {numbers}")


def _harden(con: duckdb.DuckDBPyConnection, by: Profile) -> None:
    """Attack what was chosen, and hide more around what the attack finds, until it finds nothing; each round hides more, so it ends."""
    for _ in range(_ROUNDS if by.hidden_up_to else 0):
        count = attack(con, by)
        if not count:
            return
        widen(con, by, GIVEN)
    if by.hidden_up_to and (count := attack(con, by)):
        refuse(by, count)


def _number(con: duckdb.DuckDBPyConnection, source: str, target: str, keys: Sequence[str]) -> str:
    numbered = f"{target}_numbered"
    present = {name for (name,) in con.execute(f"select column_name from (describe {source})").fetchall()}
    order = ", ".join(name for name in (*FIGURE, *keys) if name in present)
    con.execute(
        f"create or replace temp table {numbered} as select *, row_number() over (order by {order}) as source_row from {source}"
    )
    return numbered


def _write(con: duckdb.DuckDBPyConnection, numbered: str, at: int, target: str, by: Profile) -> None:
    columns = [name for (name,) in con.execute(f"select column_name from (describe {numbered})").fetchall()]
    kept = [name for name in columns if name not in ("suppression", "source_row")]
    shown = {name: f"case when mark = 'none' then {name} end" for name in HIDDEN}
    if by.rounds and "unit" in columns:
        shown |= _rounded(by)
    listed = ", ".join(f"{shown[name]} as {name}" if name in shown else name for name in kept)
    shown_as = "'rounded'" if by.rounds else "'none'"
    con.execute(f"""
        create or replace temp table {target} as
        with judged as (
            select one.*, coalesce(told.mark, 'none') as mark
            from {numbered} as one
            left join {ROWS} as row on one.source_row = row.source_row and row.source = {at}
            left join {TOLD} as told on row.row_id = told.row_id
        )

        select {listed}, case when mark = 'none' then {shown_as} else mark end as suppression from judged order by source_row
    """)


def _rounded(by: Profile) -> dict[str, str]:
    """Every figure as it follows from rounded counts, so that it tells no more than they do; a mean to so many decimals, without what was added up for it."""
    near = f"(floor({{0}} / {by.rounded_to}.0 + 0.5) * {by.rounded_to})::double"
    numerator, denominator, value = (near.format(name) for name in ("numerator", "denominator", "value"))
    is_rate = "(unit like 'rate%' or unit like 'per%')"
    decimals = by.decimals if by.decimals is not None else 15
    figure = f"""case when unit = 'count' then {value}
        when unit = 'pct' and denominator is not null then round(100 * {numerator} / nullif({denominator}, 0), {decimals})
        when {is_rate} and denominator is not null then round(value * {numerator} / nullif(numerator, 0) * denominator / nullif({denominator}, 0), {decimals})
        else round(value, {decimals}) end"""
    told = {
        "numerator": f"case when mark = 'none' and (unit in ('count', 'pct') or {is_rate}) then {numerator} end",
        "denominator": f"case when mark = 'none' then {denominator} end",
        "value": f"case when mark = 'none' then {figure} end",
    }
    return told | {name: f"case when false then {name} end" for name in _BOUNDS}
