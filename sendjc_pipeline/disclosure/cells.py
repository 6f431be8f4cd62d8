"""Published figures as cells: one cell for each count of children that a row tells, or would tell by subtracting within the row.

Belongs here: which counts a row tells. Does not belong here: how cells of different rows add up (relations.py), or what is hidden (hiding.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

# What tells one figure from another; a table without a column has its default throughout.
FIGURE = {
    "metric_id": "'count'", "area_id": "'all'", "time_window": "''", "service": "'Total'", "tier": "'Total'",
    "breakdown_topic": "'Total'", "breakdown": "'Total'", "quarter": "''", "month": "''",
}  # fmt: skip
MEASURES = {
    "unit": "'count'", "numerator": "null::double", "denominator": "null::double", "value": "null::double", "suppression": "'none'",
}  # fmt: skip

ROWS, CELLS = "disclosure_row", "disclosure_cell"


def make_rows(
    con: duckdb.DuckDBPyConnection, sources: Sequence[str], earlier: Sequence[str] = (), keys: Sequence[str] = ()
) -> None:
    """Bring tables in the metric shape into one temporary table of rows; `release` is 0 for those to be protected and n for the nth earlier one.

    A source has a column `source_row` that numbers its rows. `keys` are further columns that tell figures apart, such as the kind of a count.
    """
    parts = [
        _rows_of(con, relation, release=0, source=at, number="source_row", keys=keys)
        for at, relation in enumerate(sources)
    ]
    parts += [
        _rows_of(con, relation, release=at, source=0, number="0", keys=keys)
        for at, relation in enumerate(earlier, start=1)
    ]
    con.execute(
        f"create or replace temp table {ROWS} as select row_number() over"
        f" (order by release, source, source_row, {', '.join(FIGURE)}, other) - 1 as row_id, * from ({' union all '.join(parts)})"
    )


def make_cells(con: duckdb.DuckDBPyConnection) -> None:
    """Make the temporary table of cells: (cell_id, row_id, kind, count), the count null where an earlier release hid it.

    Kinds are n, what is counted; d, what it is counted of (or how many children are behind a mean); c, those of d who are not in n. Nobody publishes c.
    """
    con.execute(f"""
        create or replace temp table {CELLS} as
        with told as (
            select row_id, 'n' as kind, coalesce(numerator, case when unit = 'count' then value end) as count
            from {ROWS} where {_IS_TOLD} and (unit in ('count', 'pct') or unit like 'rate%' or unit like 'per%')
            union all
            select row_id, 'd' as kind, denominator as count from {ROWS} where {_IS_TOLD} and unit <> 'count'
            union all
            select row_id, 'c' as kind, denominator - numerator as count from {ROWS} where {_IS_TOLD} and unit = 'pct'
        )

        select row_number() over (order by row_id, kind) - 1 as cell_id, row_id, kind, count::double as count
        from told
        where (count >= 0 and count = floor(count)) or row_id in (select row_id from {ROWS} where suppression in ('primary', 'secondary'))
    """)


_IS_TOLD = (
    "(numerator is not null or denominator is not null or value is not null or suppression in ('primary', 'secondary'))"
)


def _rows_of(
    con: duckdb.DuckDBPyConnection, relation: str, release: int, source: int, number: str, keys: Sequence[str]
) -> str:
    present = {name for (name,) in con.execute(f"select column_name from (describe {relation})").fetchall()}
    listed = [f"{_or_default(name, present, FIGURE)}::varchar as {name}" for name in FIGURE if name != "quarter"]
    # A month is the same month in whatever quarter's release it stands.
    quarter, month = (_or_default(name, present, FIGURE) for name in ("quarter", "month"))
    listed.append(f"case when {month} = '' then {quarter} else '' end::varchar as quarter")
    measures = [f"{_or_default(name, present, MEASURES)} as {name}" for name in MEASURES]
    other = " || '|' || ".join(f"coalesce({key}::varchar, '')" for key in keys if key not in FIGURE) or "''"
    return f"select {release} as release, {source} as source, {number} as source_row, {', '.join([*listed, *measures])}, {other} as other from {relation}"


def _or_default(name: str, present: set[str], defaults: Mapping[str, str]) -> str:
    return (
        f"coalesce({name}, {defaults[name]})"
        if name in present and name in FIGURE
        else name
        if name in present
        else defaults[name]
    )
