"""Published figures as cells: one for each count of children that a row tells.

Belongs here: which counts a row tells, which are small, and which are large enough to hide another behind. Does not belong here: how cells of different
rows add up (relations.py), or what is hidden (hiding.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from sendjc_pipeline.disclosure.profile import Profile

# What tells one figure from another; a table without a column has its default throughout.
FIGURE = {
    "metric_id": "'count'", "area_id": "'all'", "time_window": "''", "service": "'Total'", "tier": "'Total'",
    "breakdown_topic": "'Total'", "breakdown": "'Total'", "quarter": "''", "month": "''",
}  # fmt: skip
_MEASURES = {"unit": "'count'", "numerator": "null::double", "denominator": "null::double", "value": "null::double"}

ROWS, CELLS, BEFORE = "disclosure_row", "disclosure_cell", "disclosure_before"
KEY = (*FIGURE, "other")


def make_rows(
    con: duckdb.DuckDBPyConnection, sources: Sequence[str], earlier: Sequence[str], keys: Sequence[str], by: Profile
) -> None:
    """Bring tables in the metric shape into one temporary table of rows, and what earlier releases hid into another.

    A source has a column `source_row` that numbers its rows from 1. `keys` are further columns that tell figures apart, such as the kind of a count.
    A row tells a count n, what n is of (d), and the rest (c); `is_primary` where the figure may not be shown for its own sake.
    """
    parts = [_rows_of(con, relation, at, "source_row", keys) for at, relation in enumerate(sources)]
    few = f"between 1 and {by.hidden_up_to}"
    sensitive = ", ".join(f"'{topic}'" for topic in by.sensitive) or "''"
    con.execute(f"""
        create or replace temp table {ROWS} as
        with told as (
            select *,
                case when unit = 'count' then coalesce(numerator, value) when {_IS_SHARE} then numerator end as n,
                case when unit <> 'count' then denominator end as d,
                case when {_IS_SHARE} then denominator - numerator end as c
            from ({" union all by name ".join(parts)})
        )

        select row_number() over () as row_id, * exclude (numerator, denominator, value),
            coalesce(n {few} or c {few}, false) as is_few, coalesce(d {few}, false) as is_few_of,
            coalesce(unit = 'pct' and breakdown_topic in ({sensitive}) and n in (0, d) and d between 1 and {by.extremes_from} - 1, false) as tells_of_all,
            coalesce(unit = 'pct' and d between 1 and {by.least_whole} - 1, false) as is_of_few
        from told
        where n is not null or d is not null or value is not null
        order by source, source_row
    """)
    hidden = [f"select * from ({_rows_of(con, relation, 0, '0', keys)})" for relation in earlier]
    told = f"select {', '.join(KEY)}, bool_or(suppression in ('primary', 'secondary')) as was_hidden, bool_or(suppression = 'none') as was_shown"
    con.execute(
        f"create or replace temp table {BEFORE} as {told} from ({' union all by name '.join(hidden)}) group by all"
        if hidden
        else f"create or replace temp table {BEFORE} as select {', '.join(KEY)}, false as was_hidden, false as was_shown from {ROWS} limit 0"
    )


def make_cells(con: duckdb.DuckDBPyConnection, by: Profile) -> None:
    """Make the temporary table of cells: (cell_id, row_id, kind, count, is_small, is_roomy).

    A cell is small where it must be free to be anything from 1 to the threshold. It is roomy where its row can hide another: what the other gains it
    loses, and it stays above nothing. A share is free in n while d is known, so n is roomy only where c is.
    """
    top = by.hidden_up_to
    con.execute(f"""
        create or replace temp table {CELLS} as
        select row_id * 2 as cell_id, row_id, 'n' as kind, n as count, is_few or tells_of_all as is_small,
            n > {top} and coalesce(c > {top}, true) as is_roomy
        from {ROWS} where n is not null
        union all
        select row_id * 2 + 1 as cell_id, row_id, 'd' as kind, d as count, is_few_of as is_small,
            d > {top} and coalesce(n > {top} and c > {top}, true) as is_roomy
        from {ROWS} where d is not null
    """)


_IS_SHARE = "(unit in ('pct', 'pct_change') or unit like 'rate%' or unit like 'per%')"


def _rows_of(con: duckdb.DuckDBPyConnection, relation: str, source: int, number: str, keys: Sequence[str]) -> str:
    present = {name for (name,) in con.execute(f"select column_name from (describe {relation})").fetchall()}
    filled = {name: f"coalesce({name}, {default})" if name in present else default for name, default in FIGURE.items()}
    # A month is the same month in whatever quarter's release it stands.
    listed = [f"{filled[name]}::varchar as {name}" for name in FIGURE if name != "quarter"]
    listed.append(f"case when {filled['month']} = '' then {filled['quarter']} else '' end::varchar as quarter")
    measures = [f"{name if name in present else default} as {name}" for name, default in _MEASURES.items()]
    other = " || '|' || ".join(f"coalesce({key}::varchar, '')" for key in keys if key not in FIGURE) or "''"
    mark = "suppression" if "suppression" in present else "'none'"
    return f"select {source} as source, {number} as source_row, {', '.join([*listed, *measures])}, {other} as other, {mark} as suppression from {relation}"
