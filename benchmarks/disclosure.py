"""How long disclosure control takes on a million cells: areas, breakdowns and quarters of random small counts."""

from __future__ import annotations

import time

import duckdb

from sendjc_pipeline.disclosure.cells import CELLS
from sendjc_pipeline.disclosure.profiles import Known, protect

COUNCILS, BREAKDOWNS = (
    4,
    {"age_band": 6, "sex": 3, "ethnicity": 6, "primary_need": 13, "sen_provision": 3, "district": 7},
)


def main(cells: int = 1_000_000) -> None:
    """Protect tables of so many cells and say how long it took."""
    for profile in ("partner", "open"):
        con = duckdb.connect()
        rows = _fill(con, cells)
        start = time.monotonic()
        protect(con, "source", "target", profile, known=Known("rollup", None, None, None))
        seconds = time.monotonic() - start
        told = con.execute(f"select count(*) from {CELLS}").fetchone()
        hidden = con.execute(
            "select count(*) filter (where suppression in ('primary', 'secondary')) / count(*) from target"
        ).fetchone()
        print(
            f"disclosure, {profile}: {told[0] if told else 0:,} cells in {rows:,} rows, {seconds:.1f} s,"
            f" {100 * (hidden[0] if hidden else 0):.0f} % of rows hidden"
        )
        con.close()


def _fill(con: duckdb.DuckDBPyConnection, cells: int) -> int:
    parts = " union all ".join(
        f"select '{topic}' as breakdown_topic, '{topic}' || i as breakdown from range({size}) as t(i)"
        for topic, size in BREAKDOWNS.items()
    )
    figures = cells // (COUNCILS + 1) // (sum(BREAKDOWNS.values()) + 1) // len(BREAKDOWNS) * len(BREAKDOWNS)
    con.execute(
        "create table rollup as select * from (values ('area0', 'qt1'), ('area1', 'qt1')) as t(area_id, rollup_id)"
    )
    con.execute("select setseed(0.5)")
    con.execute(f"""
        create table part as
        select 'm' || metric as metric_id, 'area' || area as area_id, breakdown_topic, breakdown, floor(-ln(random()) * 40) as value
        from range({figures}) as m(metric), range({COUNCILS}) as a(area), ({parts})
    """)
    # Every breakdown has the same total: its last value takes what is left of the largest.
    con.execute("""
        create table whole as
        select metric_id, area_id, max(value) as value from (
            select metric_id, area_id, breakdown_topic, sum(value) as value from part group by all
        ) group by all
    """)
    con.execute("""
        create table area_part as
        select part.metric_id, part.area_id, breakdown_topic, breakdown, part.value + case when row_number() over (
            partition by part.metric_id, part.area_id, breakdown_topic order by breakdown desc) = 1
            then whole.value - sum(part.value) over (partition by part.metric_id, part.area_id, breakdown_topic) else 0 end as value
        from part inner join whole on part.metric_id = whole.metric_id and part.area_id = whole.area_id
        union all
        select metric_id, area_id, 'Total', 'Total', value from whole
    """)
    con.execute("""
        create table source as
        select *, 'count' as unit, value as numerator, null::double as denominator, 'none' as suppression, '2024-25-Q4' as quarter, 'quarter' as time_window
        from (
            select * from area_part
            union all
            select metric_id, 'qt1', breakdown_topic, breakdown, sum(value) from area_part where area_id in ('area0', 'area1') group by all
        )
    """)
    found = con.execute("select count(*) from source").fetchone()
    return int(found[0]) if found else 0
