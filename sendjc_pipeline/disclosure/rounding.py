"""Counts of many overlapping groups, to be shown to anybody: the open profile of domain rule 7.4.

Belongs here: hiding counts of 1 to 7, rounding the others to the nearest 5, showing a share only of 20 or more of whom none or 8 and more are in
either part, and formulas worked out again from what is shown. Does not belong here: what is hidden for another's sake (company.py), which tables are
such (the exposures), or the figures of the metric tables (hiding.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from sendjc_pipeline.disclosure.company import hide_in_company
from sendjc_pipeline.disclosure.profile import profile

_OPEN = profile("open")
SMALL, STEP, LEAST_WHOLE = _OPEN.hidden_up_to, _OPEN.rounded_to, _OPEN.least_whole


def round_counts(
    con: duckdb.DuckDBPyConnection,
    source: str,
    target: str,
    children: str,
    counts: Sequence[str],
    shares: Mapping[str, Sequence[str]],
    estimates: Sequence[str],
    keys: Sequence[str],
    formulas: Mapping[str, str] | None = None,
    shape: Mapping[str, str] | None = None,
    areas: str = "",
) -> None:
    """Copy `source` to temporary table `target` with every count rounded or hidden, and rows about 1 to 7 children emptied.

    `suppression` becomes secondary where a count of the row is hidden, else rounded: a mark on the small ones would bound them, and so the others.

    Args:
        con: the connection that holds the tables.
        source: a table with a column `suppression` and those below.
        target: the temporary table to create, with the columns of `source` in their order.
        children: the count that says how many children a row is about.
        counts: every count, `children` among them; none of them null.
        shares: column -> (numerator, denominator), both of `counts`: a percentage of the rounded counts, to one decimal; one of the true counts tells them.
        estimates: other columns, to one decimal; shown where the row is about 8 children or more.
        keys: what tells the rows apart.
        formulas: column -> SQL over columns of the table: worked out again, one after the other, from what is shown, to one decimal.
        shape: how the rows add up, so that no count is hidden alone (company.py).
        areas: a table (area_id, rollup_id): which area adds up into which; empty where the table knows no areas.
    """
    columns = [name for (name,) in con.execute(f"select column_name from (describe {source})").fetchall()]
    small = f"({children} between 1 and {SMALL})"
    marked = f"{target}_marked"
    con.execute(f"create temp table {marked} as select * from {source}")
    hide_in_company(con, marked, counts, keys, shape or {}, areas)
    emptied = ", ".join(f"hidden_{name} or {small} as hidden_{name}" for name in counts)
    con.execute(f"create or replace temp table {marked} as select * replace ({emptied}) from {marked}")
    shown = {
        name: f"case when not hidden_{name} then (round({name} / {STEP}.0) * {STEP})::bigint end" for name in counts
    }
    shown |= {name: _share(*of) for name, of in shares.items()}
    shown |= {name: f"case when not {small} then round({name}, 1)::double end" for name in estimates}
    shown["suppression"] = (
        f"case when {' or '.join(f'hidden_{name}' for name in counts)} then 'secondary' else 'rounded' end"
    )
    listed = ", ".join(f"{shown[name]} as {name}" if name in shown else name for name in columns)
    query = f"select {listed} from {marked}"
    con.execute(f"create temp table {target} as {with_formulas(query, formulas or {})}")
    con.execute(f"drop table {marked}")


def with_formulas(query: str, formulas: Mapping[str, str], decimals: int = 1) -> str:
    """The query with each column of `formulas` worked out anew; a formula sees those before it."""
    for name, formula in formulas.items():
        query = f"select * replace ({formula} as {name}) from ({query})"
    rounded = ", ".join(f"round({name}, {decimals}) as {name}" for name in formulas)
    return f"select * replace ({rounded}) from ({query})" if formulas else query


def _share(numerator: str, denominator: str) -> str:
    told = f"{numerator} not between 1 and {SMALL} and {denominator} - {numerator} not between 1 and {SMALL}"
    shown = f"not hidden_{numerator} and not hidden_{denominator} and {denominator} >= {LEAST_WHOLE} and {told}"
    rounded = [f"round({name} / {STEP}.0) * {STEP}" for name in (numerator, denominator)]
    return f"case when {shown} then round(100.0 * {rounded[0]} / ({rounded[1]}), 1)::double end"
