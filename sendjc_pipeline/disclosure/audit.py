"""The attack on what is about to be published: a release that gives a small number back is refused.

Belongs here: working out the range of every hidden cell from what would be shown, and refusing. Does not belong here: hiding more (hiding.py). It shares
the relations with hiding.py and nothing of its reasoning; the attacker of the tests shares nothing.
"""

from __future__ import annotations

import duckdb

from sendjc_pipeline.disclosure.cells import CELLS
from sendjc_pipeline.disclosure.hiding import TOLD
from sendjc_pipeline.disclosure.profile import Profile
from sendjc_pipeline.disclosure.relations import SPLITS, SUMS, TIES
from sendjc_pipeline.settings import SendjcError

RANGES, TERMS, GIVEN = "disclosure_range", "disclosure_term", "disclosure_given"
_PASSES = 12


class GivenAway(SendjcError):
    """What would be published gives a small number back."""


def attack(con: duckdb.DuckDBPyConnection, by: Profile) -> int:
    """Work out the range of every hidden cell from all that would be shown, into GIVEN (cell_id) those that are told; return how many these are."""
    _make_ranges(con, by)
    _make_terms(con)
    for _ in range(_PASSES):
        if not _narrow(con):
            break
    con.execute(f"""
        create or replace temp table {GIVEN} as
        select cell_id from {RANGES}
        where count between 1 and {by.hidden_up_to} and (
            least = most or (least >= 1 and most <= {by.hidden_up_to} and most - least < {by.hidden_up_to - 1}))
    """)
    found = con.execute(f"select count(*) from {GIVEN}").fetchone()
    return int(found[0]) if found else 0


def refuse(by: Profile, count: int) -> None:
    """Raise GivenAway, without the numbers."""
    raise GivenAway(
        f"Profile {by.name}: {count} hidden count{'s' if count > 1 else ''} could be worked out from what would be shown; nothing was published."
        " Report it as a fault of sendjc_pipeline/disclosure."
    )


def _make_ranges(con: duckdb.DuckDBPyConnection, by: Profile) -> None:
    """The hidden cells with the range that marks leave them."""
    marked = f"told.mark = 'primary' and cell.count between 1 and {by.hidden_up_to}"
    con.execute(f"""
        create or replace temp table {RANGES} as
        select cell.cell_id, cell.count, case when {marked} then 1 else 0 end::double as least,
            case when {marked} then {by.hidden_up_to} else 'inf'::double end::double as most
        from {CELLS} as cell
        inner join {TOLD} as told on cell.row_id = told.row_id and told.mark <> 'none'
    """)


def _make_terms(con: duckdb.DuckDBPyConnection) -> None:
    """The hidden terms of each relation, and what the shown ones leave of it: sum of sign * cell = left."""
    links = f"""
        select split_id as equation, part_id, whole_id from {SPLITS}
        union all
        select sum_id as equation, part_id, whole_id from {SUMS} where is_all
        union all
        select hash(one_id, other_id) as equation, one_id as part_id, other_id as whole_id from {TIES} where one_id < other_id
    """
    con.execute(f"""
        create or replace temp table {TERMS} as
        with link as ({links}),
        term as (
            select equation, part_id as cell_id, 1 as sign from link
            union all
            select equation, any_value(whole_id) as cell_id, -1 as sign from link group by equation
        ),

        hidden as (
            select term.*, cell.count from term
            semi join {RANGES} as one on term.cell_id = one.cell_id
            inner join {CELLS} as cell on term.cell_id = cell.cell_id
        )

        select *, sum(sign * count) over (partition by equation) as left_over from hidden
    """)


def _narrow(con: duckdb.DuckDBPyConnection) -> bool:
    """Use every relation once on every hidden cell; whether any range became narrower. What is in no group of a breakdown counts as known."""
    con.execute(f"""
        create or replace temp table disclosure_narrower as
        with term as (
            select term.*, case when sign > 0 then least else -most end as low, case when sign > 0 then most else -least end as high
            from {TERMS} as term inner join {RANGES} as one on term.cell_id = one.cell_id
        ),

        rest as (
            select equation, sign, cell_id, left_over,
                case when isinf(low) then 0 else low end as own_low, case when isinf(high) then 0 else high end as own_high,
                sum(case when isinf(low) then 0 else low end) over eq as lows, sum(case when isinf(high) then 0 else high end) over eq as highs,
                count(*) filter (isinf(low)) over eq - isinf(low)::int as endless_low, count(*) filter (isinf(high)) over eq - isinf(high)::int as endless_high
            from term window eq as (partition by equation)
        ),

        own as (
            select cell_id, sign, case when endless_high > 0 then '-inf'::double else left_over - (highs - own_high) end as low,
                case when endless_low > 0 then 'inf'::double else left_over - (lows - own_low) end as high
            from rest
        ),

        told as (
            select cell_id, max(case when sign > 0 then low else -high end) as least, min(case when sign > 0 then high else -low end) as most
            from own group by cell_id
        )

        select one.cell_id, greatest(one.least, told.least) as least, least(one.most, told.most) as most
        from told inner join {RANGES} as one on told.cell_id = one.cell_id
        where told.least > one.least or told.most < one.most
    """)
    changed = con.execute(
        f"update {RANGES} set least = narrower.least, most = narrower.most from disclosure_narrower as narrower"
        f" where {RANGES}.cell_id = narrower.cell_id"
    ).fetchone()
    return bool(changed and changed[0])
