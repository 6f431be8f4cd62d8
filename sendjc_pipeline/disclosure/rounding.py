"""Counts of many overlapping groups, to be shown to anybody: the open profile of domain rule 7.4.

Belongs here: hiding counts of 1 to 7 and the next smallest where only one of a breakdown is hidden, rounding the others to the nearest 5, showing
a share only of 20 or more of whom none or 8 and more are in either part, and formulas worked out again from what is shown. Does not belong here:
which tables are such (the exposures), or figures that add up (hiding.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

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
    formulas: Mapping[str, str] | None = None,
    whole: str | None = None,
) -> None:
    """Copy `source` to temporary table `target` with every count rounded or hidden, and rows about 1 to 7 children emptied.

    `suppression` becomes primary where a count of the row is 1 to 7, secondary where one is hidden so that another cannot be had by subtraction,
    else rounded.

    Args:
        con: the connection that holds the tables.
        source: a table with a column `suppression` and those below.
        target: the temporary table to create, with the columns of `source` in their order.
        children: the count that says how many children a row is about.
        counts: every count, `children` among them; none of them null.
        shares: column -> (numerator, denominator), both of `counts`: a percentage of the rounded counts, to one decimal; one of the true counts tells them.
        estimates: other columns, to one decimal; shown where the row is about 8 children or more.
        formulas: column -> SQL over columns of the table: worked out again, one after the other, from what is shown, to one decimal.
        whole: the column whose values each name a breakdown of the same whole, such as breakdown_topic; without it no cell is hidden for another's sake:
            rounded parts do not give a hidden one back.
    """
    columns = [name for (name,) in con.execute(f"select column_name from (describe {source})").fetchall()]
    small = f"({children} between 1 and {SMALL})"
    marks, hidden = [], {}
    for name in counts:
        marks.append(f"({small} or {name} between 1 and {SMALL}) as small_{name}")
        hidden[name] = f"small_{name} or {_next(name, whole, columns) if whole else 'false'} as hidden_{name}"
    shown = {
        name: f"case when not hidden_{name} then (round({name} / {STEP}.0) * {STEP})::bigint end" for name in counts
    }
    shown |= {name: _share(*parts) for name, parts in shares.items()}
    shown |= {name: f"case when not {small} then round({name}, 1)::double end" for name in estimates}
    is_primary, is_hidden = (" or ".join(f"{mark}_{name}" for name in counts) for mark in ("small", "hidden"))
    shown["suppression"] = f"case when {is_primary} then 'primary' when {is_hidden} then 'secondary' else 'rounded' end"
    listed = ", ".join(f"{shown[name]} as {name}" if name in shown else name for name in columns)
    query = f"""
        with marked as (select *, {", ".join(marks)} from {source}),
        judged as (select *, {", ".join(hidden.values())} from marked)
        select {listed} from judged"""
    con.execute(f"create temp table {target} as {with_formulas(query, formulas or {})}")


def with_formulas(query: str, formulas: Mapping[str, str], decimals: int = 1) -> str:
    """The query with each column of `formulas` worked out anew; a formula sees those before it."""
    for name, formula in formulas.items():
        query = f"select * replace ({formula} as {name}) from ({query})"
    rounded = ", ".join(f"round({name}, {decimals}) as {name}" for name in formulas)
    return f"select * replace ({rounded}) from ({query})" if formulas else query


def _next(name: str, whole: str, columns: Sequence[str]) -> str:
    """Whether a cell is the smallest of those that stand in a breakdown where one alone is hidden."""
    alone = f"(count(*) filter (where small_{name}) over (partition by {whole})) = 1"
    first = f"row_number() over (partition by {whole}, small_{name} or {name} = 0 order by {name}, {', '.join(columns)}) = 1"
    return f"({alone} and {name} > 0 and {first})"


def _share(numerator: str, denominator: str) -> str:
    told = f"{numerator} not between 1 and {SMALL} and {denominator} - {numerator} not between 1 and {SMALL}"
    shown = f"not hidden_{numerator} and not hidden_{denominator} and {denominator} >= {LEAST_WHOLE} and {told}"
    rounded = [f"round({name} / {STEP}.0) * {STEP}" for name in (numerator, denominator)]
    return f"case when {shown} then round(100.0 * {rounded[0]} / ({rounded[1]}), 1)::double end"
