"""How long disclosure control takes on a million cells: areas, services, breakdowns, windows, and a quarter that was published before.

Limit of issue 5, on 2 cores: 60 s. Every kind of relation is there: parts of a breakdown, services and areas that add up, a quarter in its year to date,
figures that lie in others, one count under two names, and what the release before hid.
"""

from __future__ import annotations

import time

import duckdb

from sendjc_pipeline.disclosure.cells import CELLS
from sendjc_pipeline.disclosure.profiles import Known, protect

COUNCILS = 4
BREAKDOWNS = {"age_band": 6, "sex": 3, "ethnicity": 6, "primary_need": 13, "sen_provision": 3, "district": 7}
SERVICES = ("slt", "ot")
SECONDS = 60
_EARLIER, _NOW = "2024-25-Q3", "2024-25-Q4"
KNOWN = Known("rollup", "nested", "definition", "alike")


def main(cells: int = 1_000_000) -> None:
    """Protect tables of so many cells and say how long it took; exit code 1 where the limit is broken."""
    slowest = 0.0
    for profile in ("partner", "open"):
        con = duckdb.connect()
        rows = _fill(con, cells)
        protect(con, "earlier_source", "earlier", profile, known=KNOWN)
        start = time.monotonic()
        protect(con, "source", "target", profile, ["earlier"], KNOWN)
        seconds = time.monotonic() - start
        slowest = max(slowest, seconds)
        told = con.execute(f"select count(*) from {CELLS}").fetchone()
        hidden = con.execute(
            "select count(*) filter (where suppression in ('primary', 'secondary')) / count(*) from target"
        ).fetchone()
        print(
            f"disclosure, {profile}: {told[0] if told else 0:,} cells in {rows:,} rows, {seconds:.1f} s (<= {SECONDS}),"
            f" {100 * (hidden[0] if hidden else 0):.0f} % of rows hidden"
        )
        con.close()
    if slowest > SECONDS:
        raise SystemExit(1)


def _fill(con: duckdb.DuckDBPyConnection, cells: int) -> int:
    """Tables `source` and `earlier_source` of random counts that add up, and those that say how; how many rows the first has."""
    parts = " union all ".join(
        f"select '{topic}' as breakdown_topic, '{topic}' || i as breakdown from range({size}) as t(i)"
        for topic, size in BREAKDOWNS.items()
    )
    groups = sum(BREAKDOWNS.values()) + 1
    figures = max(cells // ((COUNCILS + 1) * (len(SERVICES) + 1) * 2 * groups), 2)
    con.execute("select setseed(0.5)")
    con.execute(f"""
        create table rollup as select * from (values ('area0', 'qt1'), ('area1', 'qt1')) as t(area_id, rollup_id);
        create table nested as
        select 'm' || i as metric_id, 'quarter' as time_window, 'm' || i as within_metric_id, 'calendar_ytd' as within_time_window
        from range({figures}) as t(i);
        create table definition as
        select 'm' || i as metric_id, case when i % 7 = 0 then 'children ' || i // 14 else '' end as numerator_description, '' as denominator_description
        from range({figures}) as t(i);
        create table alike as
        select 'm' || i as metric_id, 'n' as part, 'm' || i + 1 as alike_metric_id, 'n' as alike_part, 0 as quarters_before
        from range(0, {figures} - 1, 5) as t(i)
    """)
    # Every breakdown has the same total: its last value takes what is left of the largest.
    con.execute(f"""
        create table drawn as
        select quarter, 'm' || metric as metric_id, 'area' || area as area_id, service, breakdown_topic, breakdown, floor(-ln(random()) * 40) as value
        from (values ('{_EARLIER}'), ('{_NOW}')) as q(quarter), range({figures}) as m(metric), range({COUNCILS}) as a(area),
            (select unnest({list(SERVICES)}) as service), ({parts});
        create table whole as
        select quarter, metric_id, area_id, service, max(value) as value
        from (select * exclude (breakdown, value), sum(value) as value from drawn group by all) group by all;
        create table one as
        select drawn.* exclude (value), drawn.value + case when row_number() over topic = 1 then whole.value - sum(drawn.value) over (
            partition by quarter, metric_id, area_id, service, breakdown_topic) else 0 end as value
        from drawn inner join whole using (quarter, metric_id, area_id, service)
        window topic as (partition by quarter, metric_id, area_id, service, breakdown_topic order by breakdown desc)
        union all by name
        select *, 'Total' as breakdown_topic, 'Total' as breakdown from whole
    """)
    con.execute("""
        create table served as
        select * from one
        union all by name
        select * exclude (service, value), 'Total' as service, sum(value) as value from one group by all;
        create table placed as
        select * from served
        union all by name
        select * exclude (area_id, value), 'qt1' as area_id, sum(value) as value from served where area_id in ('area0', 'area1') group by all
    """)
    shape = "'count' as unit, value as numerator, null::double as denominator, 'none' as suppression"
    con.execute(f"""
        create table earlier_source as select *, {shape}, 'quarter' as time_window from placed where quarter = '{_EARLIER}';
        create table source as
        select *, {shape}, 'quarter' as time_window from placed where quarter = '{_NOW}'
        union all by name
        select * exclude (quarter, value), sum(placed.value) as value, '{_NOW}' as quarter, {shape.replace("value as", "sum(placed.value) as")},
            'calendar_ytd' as time_window
        from placed group by metric_id, area_id, service, breakdown_topic, breakdown
    """)
    found = con.execute("select count(*) from source").fetchone()
    return int(found[0]) if found else 0
