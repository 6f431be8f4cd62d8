"""Protect tables in the metric shape by a profile: copy them with small numbers hidden, rounded or left, and nothing that gives one back.

Belongs here: the order of the steps and what of a figure is written. Does not belong here: what is hidden (hiding.py), or which profile a table
follows (the exposures).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np

from sendjc_pipeline.disclosure.audit import attack
from sendjc_pipeline.disclosure.cells import FIGURE, ROWS, make_cells, make_rows
from sendjc_pipeline.disclosure.hiding import Board, Choice, choose, read_board, shows_share
from sendjc_pipeline.disclosure.profile import Profile
from sendjc_pipeline.disclosure.profile import profile as profile_named
from sendjc_pipeline.disclosure.relations import make_equations

HIDDEN = (
    "numerator", "denominator", "value", "value_lower", "value_upper", "bounds_basis", "brag", "spc_variation", "spc_assurance", "direction",
)  # fmt: skip
_BESIDE = tuple(column for column in HIDDEN if column not in ("numerator", "denominator", "value"))
_BOUNDS = ("value_lower", "value_upper", "bounds_basis")
_TOLD = "disclosure_told"


@dataclass(frozen=True)
class Known:
    """The tables that say how figures hang together; one that is not given says nothing."""

    areas: str | None = "main.area_rollup"
    nested: str | None = "main.metric_nested"
    definitions: str | None = "main.metric_definition"


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
    make_rows(con, numbered, earlier, keys)
    make_cells(con)
    make_equations(con, known.areas, known.nested, known.definitions)
    board = read_board(con, by)
    choice = choose(board)
    attack(board, choice)
    _tell(con, board, choice)
    for at, (target, numbers) in enumerate(zip(tables.values(), numbered, strict=True)):
        _write(con, numbers, at, target, by)
        con.execute(f"drop table {numbers}")


def _number(con: duckdb.DuckDBPyConnection, source: str, target: str, keys: Sequence[str]) -> str:
    numbered = f"{target}_numbered"
    present = {name for (name,) in con.execute(f"select column_name from (describe {source})").fetchall()}
    order = ", ".join(name for name in (*FIGURE, *keys) if name in present)
    con.execute(
        f"create or replace temp table {numbered} as select *, row_number() over (order by {order}) as source_row from {source}"
    )
    return numbered


def _tell(con: duckdb.DuckDBPyConnection, board: Board, choice: Choice) -> None:
    """What becomes of each row, as a table."""
    told = {
        "row_id": np.arange(len(board.is_now)),
        "is_primary": choice.primary,
        "is_hidden": choice.hidden,
        "has_share": shows_share(board, choice),
    }
    con.register("disclosure_choice", told)
    con.execute(
        f"create or replace temp table {_TOLD} as select source, source_row, is_primary, is_hidden, has_share"
        f" from {ROWS} inner join disclosure_choice using (row_id) where release = 0"
    )
    con.unregister("disclosure_choice")


def _write(con: duckdb.DuckDBPyConnection, numbered: str, at: int, target: str, by: Profile) -> None:
    columns = [name for (name,) in con.execute(f"select column_name from (describe {numbered})").fetchall()]
    kept = [name for name in columns if name not in ("suppression", "source_row")]
    shown = {name: f"case when not is_hidden then {name} end" for name in HIDDEN}
    mark = "case when is_primary then 'primary' when is_hidden then 'secondary' else 'none' end"
    if by.rounds:
        shown |= _rounded(by, columns)
        mark = "case when is_primary then 'primary' when is_hidden then 'secondary' when is_told then 'rounded' else 'none' end"
    listed = ", ".join(f"{shown[name]} as {name}" if name in shown else name for name in kept)
    order = ", ".join(name for name in FIGURE if name in columns)
    con.execute(f"""
        create or replace temp table {target} as
        with judged as (
            select row.*, told.is_primary, told.is_hidden, told.has_share, row.value is not null or row.numerator is not null as is_told
            from {numbered} as row
            inner join {_TOLD} as told on row.source_row = told.source_row and told.source = {at}
        )

        select {listed}, {mark} as suppression from judged order by {order}, source_row
    """)


def _rounded(by: Profile, columns: Sequence[str]) -> dict[str, str]:
    """A count and a rate are worked out from rounded counts; a percentage and a mean from the counts as they are, to so many decimals."""
    if "unit" not in columns:
        return {}
    near = "(floor({0} / {1}.0 + 0.5) * {1})::double"
    rounded = {name: near.format(name, by.rounded_to) for name in ("numerator", "denominator", "value")}
    is_rate = "(unit like 'rate%' or unit like 'per%')"
    decimals = by.decimals if by.decimals is not None else 15
    shown = {
        # What is added up for a mean, and the mean, would give back how many are behind it.
        "numerator": f"case when not is_hidden and (unit in ('count', 'pct') or {is_rate}) then {rounded['numerator']} end",
        "denominator": f"case when not is_hidden then {rounded['denominator']} end",
        "value": f"""case when is_hidden then null when unit = 'count' then {rounded["value"]}
            when unit = 'pct' then case when has_share then round(value, {decimals}) end
            when {is_rate} then round(value * {rounded["numerator"]} / nullif(numerator, 0) * denominator / nullif({rounded["denominator"]}, 0), {decimals})
            else round(value, {decimals}) end""",
    }
    is_shown = f"({shown['value']}) is not null"
    beside = {name: f"case when {is_shown} then {name} end" for name in _BESIDE}
    return shown | beside | {name: f"case when false then {name} end" for name in _BOUNDS}
