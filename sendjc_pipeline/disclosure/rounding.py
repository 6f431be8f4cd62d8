"""Counts of many overlapping groups: rounded each by itself, so that no subtraction gives a small one back.

Belongs here: the open profile of domain rule 7.4, as NHS England has it: counts of 1 to 7 children hidden, the others to the nearest 5, shares and formulas
worked out again from what is shown. Does not belong here: which tables are such (the exposures), or the partner profile (suppress.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

SMALL, STEP = 7, 5


def round_counts(
    con: duckdb.DuckDBPyConnection,
    source: str,
    target: str,
    children: str,
    counts: Sequence[str],
    shares: Mapping[str, Sequence[str]],
    estimates: Sequence[str],
    formulas: Mapping[str, str] | None = None,
) -> None:
    """Copy `source` to temporary table `target` with every count rounded, and rows about 1 to 7 children emptied.

    Args:
        con: the connection that holds the tables.
        source: a table with a column `suppression` and those below.
        target: the temporary table to create, with the columns of `source` in their order.
        children: the count that says how many children a row is about.
        counts: every count, `children` among them.
        shares: column -> (numerator, denominator), both of `counts`: a percentage, worked out again from the rounded ones; at most 100.
        estimates: other columns, shown to one decimal.
        formulas: column -> SQL over columns of the table: worked out again, one after the other, from what is shown, to one decimal.
    """
    columns = [name for (name,) in con.execute(f"select column_name from (describe {source})").fetchall()]
    small = f"({children} between 1 and {SMALL})"
    shown = {name: f"case when not {small} then {_rounded(name)} end" for name in counts}
    for name, (numerator, denominator) in shares.items():
        share = f"round(least(100.0, 100.0 * {_rounded(numerator)} / {_rounded(denominator)}), 1)::double"
        shown[name] = f"case when not {small} and {_rounded(denominator)} > 0 then {share} end"
    shown |= {name: f"case when not {small} then round({name}, 1)::double end" for name in estimates}
    shown["suppression"] = f"case when {small} then 'primary' else 'rounded' end"
    listed = ", ".join(f"{shown[name]} as {name}" if name in shown else name for name in columns)
    con.execute(f"create temp table {target} as {with_formulas(f'select {listed} from {source}', formulas or {})}")


def with_formulas(query: str, formulas: Mapping[str, str], decimals: int = 1) -> str:
    """The query with each column of `formulas` worked out anew; a formula sees those before it."""
    for name, formula in formulas.items():
        query = f"select * replace ({formula} as {name}) from ({query})"
    rounded = ", ".join(f"round({name}, {decimals}) as {name}" for name in formulas)
    return f"select * replace ({rounded}) from ({query})" if formulas else query


def _rounded(column: str) -> str:
    return f"(round({column} / {STEP}.0) * {STEP})::bigint"
