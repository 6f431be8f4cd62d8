"""How published cells add up: every additive relation between the figures of a release, as links between cells.

Belongs here: the relations. Does not belong here: what a row tells (cells.py), or what follows for what is shown (hiding.py).

Three kinds. A *split* (groups of a breakdown, months of a quarter) keeps its whole and hides a second part. A *sum* (areas, services, tiers, windows)
hides its whole: of two hidden parts of a total of 8 both would be 4. A *tie* is one number in two places.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from sendjc_pipeline.disclosure.cells import BEFORE, CELLS, KEY, ROWS
from sendjc_pipeline.disclosure.profile import Profile
from sendjc_pipeline.reporting import Quarter

SPLITS, SUMS, TIES, NESTS = "disclosure_split", "disclosure_sum", "disclosure_tie", "disclosure_nest"
REPEATS = "disclosure_repeat"
CALENDAR, MONTHS = "disclosure_quarter", "disclosure_month"


def make_relations(
    con: duckdb.DuckDBPyConnection,
    areas: str | None,
    nested: str | None,
    definitions: str | None,
    alike: str | None,
    by: Profile,
) -> None:
    """Make the temporary tables of links between cells.

    SPLITS (split_id, part_id, whole_id) and SUMS (sum_id, part_id, whole_id, is_all) hold a row for each part; `is_all` where the parts are all that the whole
    counts, or earlier releases show the rest. TIES (one_id, other_id) goes both ways. NESTS (inner_id, outer_id) is between rows. REPEATS (cell_id) are counts
    that an earlier release hid under another name.

    Args:
        con: the connection that holds the tables of cells.py.
        areas: a table (area_id, rollup_id): which area adds up into which.
        nested: a table (metric_id, time_window, within_metric_id, within_time_window): which figure counts some of the children of which other.
        definitions: a table (metric_id, numerator_description, denominator_description): two columns in the same words count the same children.
        alike: a table (metric_id, part, alike_metric_id, alike_part, quarters_before): n or d of one measure is n or d of another, of so many quarters before.
        by: the profile.
    """
    _make_calendar(con)
    _make_splits(con)
    _make_sums(con, areas)
    _make_ties(con, definitions, alike)
    _make_repeats(con, alike)
    _make_nests(con, nested)
    _take_room(con, by)


def _same(*differ: str, one: str = "part", other: str = "whole") -> str:
    return " and ".join(f"{one}.{c} = {other}.{c}" for c in KEY if c not in differ)


def _make_splits(con: duckdb.DuckDBPyConnection) -> None:
    groups = f"""
        select part.row_id as part_row, whole.row_id as whole_row, part.breakdown_topic as section
        from {ROWS} as part
        inner join {ROWS} as whole on {_same("breakdown_topic", "breakdown")} and whole.breakdown_topic = 'Total'
        where part.breakdown_topic <> 'Total'"""
    months = f"""
        select part.row_id as part_row, whole.row_id as whole_row, 'month' as section
        from {ROWS} as part
        inner join {MONTHS} as calendar on part.month = calendar.month
        inner join {ROWS} as whole on {_same("time_window", "quarter", "month")} and whole.quarter = calendar.quarter and whole.time_window = 'quarter'
        where part.time_window = 'month' and whole.month = ''"""
    con.execute(f"""
        create or replace temp table {SPLITS} as
        select hash(whole.cell_id, link.section) as split_id, part.cell_id as part_id, whole.cell_id as whole_id
        from ({groups} union all {months}) as link
        inner join {CELLS} as part on link.part_row = part.row_id
        inner join {CELLS} as whole on link.whole_row = whole.row_id and part.kind = whole.kind
    """)


def _make_sums(con: duckdb.DuckDBPyConnection, areas: str | None) -> None:
    links = [
        _sum("tier", ("tier",), "part.tier <> 'Total' and whole.tier = 'Total'"),
        _sum("service", ("service",), "part.service <> 'Total' and whole.service = 'Total'"),
        _sum("mean", ("time_window", "quarter", "month"), "part.time_window = 'snapshot' and whole.time_window = 'month_mean' and whole.month = ''"
             " and whole.quarter = calendar.quarter", f"inner join {MONTHS} as calendar on part.month = calendar.month"),
    ]  # fmt: skip
    for window in ("calendar_ytd", "rolling_12m"):
        links.append(_sum(window, ("time_window",), f"part.time_window = 'quarter' and whole.time_window = '{window}'"))
    if areas:
        join = f"inner join {areas} as area on part.area_id = area.area_id"
        links.append(_sum("area", ("area_id",), "whole.area_id = area.rollup_id", join))
    # A year to date is this quarter and the one that an earlier release showed.
    same = " and ".join(f"whole.{c} = before.{c}" for c in KEY if c != "quarter")
    con.execute(f"""
        create or replace temp table {SUMS} as
        with shown_before as (
            select distinct whole.row_id
            from {ROWS} as whole
            inner join {CALENDAR} as calendar on whole.quarter = calendar.quarter and calendar.back = 1
            inner join {BEFORE} as before on {same} and before.quarter = calendar.before and before.was_shown and not before.was_hidden
            where whole.time_window in ('calendar_ytd', 'rolling_12m')
        ),

        linked as (
            select hash(whole.cell_id, link.section) as sum_id, part.cell_id as part_id, whole.cell_id as whole_id, part.count,
                whole.count as whole_count, whole.row_id in (select row_id from shown_before) and link.section in ('calendar_ytd', 'rolling_12m') as is_chained
            from ({" union all ".join(links)}) as link
            inner join {CELLS} as part on link.part_row = part.row_id
            inner join {CELLS} as whole on link.whole_row = whole.row_id and part.kind = whole.kind
        )

        select sum_id, part_id, whole_id, is_chained or sum(count) over (partition by sum_id) = whole_count as is_all from linked
    """)


def _sum(section: str, differ: tuple[str, ...], where: str, join: str = "") -> str:
    return (
        f"select part.row_id as part_row, whole.row_id as whole_row, '{section}' as section from {ROWS} as part {join}"
        f" inner join {ROWS} as whole on {_same(*differ)} and {where}"
    )


def _make_ties(con: duckdb.DuckDBPyConnection, definitions: str | None, alike: str | None) -> None:
    """The snapshot of a quarter is that of its last month; and cells that count the same children by their definitions, and do."""
    ties = [
        f"""
        select one.cell_id as one_id, other.cell_id as other_id
        from {ROWS} as part
        inner join {MONTHS} as calendar on part.month = calendar.month and calendar.is_last
        inner join {ROWS} as whole on {_same("quarter", "month")} and whole.quarter = calendar.quarter and whole.month = ''
        inner join {CELLS} as one on part.row_id = one.row_id
        inner join {CELLS} as other on whole.row_id = other.row_id and one.kind = other.kind
        where part.time_window = 'snapshot'""",
    ]
    cells = f"select cell.cell_id, cell.kind, cell.count, row.* from {CELLS} as cell inner join {ROWS} as row on cell.row_id = row.row_id"
    same = f"one.count = other.count and {_same('metric_id', one='one', other='other')}"
    if definitions:
        said = f"""
            select distinct metric_id, 'n' as kind, numerator_description as words from {definitions} where numerator_description <> ''
            union
            select distinct metric_id, 'd' as kind, denominator_description as words from {definitions} where denominator_description <> ''"""
        told = f"select cell.*, said.words from ({cells}) as cell inner join ({said}) as said on cell.metric_id = said.metric_id and cell.kind = said.kind"
        ties.append(f"""
            select one.cell_id as one_id, other.cell_id as other_id
            from ({told}) as one
            inner join ({told}) as other on one.words = other.words and one.cell_id < other.cell_id and {same}""")
    if alike:
        ties.append(f"""
            select one.cell_id as one_id, other.cell_id as other_id
            from ({cells}) as one
            inner join {alike} as pair on one.metric_id = pair.metric_id and one.kind = pair.part and pair.quarters_before = 0
            inner join ({cells}) as other on pair.alike_metric_id = other.metric_id and pair.alike_part = other.kind and {same}""")
    con.execute(f"""
        create or replace temp table {TIES} as
        with tie as ({" union all ".join(ties)})
        select one_id, other_id from tie union all select other_id, one_id from tie
    """)


def _make_repeats(con: duckdb.DuckDBPyConnection, alike: str | None) -> None:
    """What this release would tell again of a figure that an earlier one hid, as a growth tells of the twelve months a year before."""
    same = " and ".join(f"row.{c} = before.{c}" for c in KEY if c not in ("metric_id", "quarter"))
    found = f"""
        select cell.cell_id
        from {CELLS} as cell
        inner join {ROWS} as row on cell.row_id = row.row_id
        inner join {alike} as pair on row.metric_id = pair.metric_id and cell.kind = pair.part
        inner join {CALENDAR} as calendar on row.quarter = calendar.quarter and calendar.back = pair.quarters_before
        inner join {BEFORE} as before on {same} and before.metric_id = pair.alike_metric_id and before.quarter = calendar.before and before.was_hidden"""
    none = f"select cell_id from {CELLS} limit 0"
    con.execute(f"create or replace temp table {REPEATS} as {found if alike else none}")


def _make_nests(con: duckdb.DuckDBPyConnection, nested: str | None) -> None:
    """A window in a longer one; and the figures that lie in others. Such a one may be of one service and what it lies in of all, or of none that is named."""
    selects = [
        f"""
        select one.row_id as inner_id, other.row_id as outer_id
        from {ROWS} as one
        inner join {ROWS} as other on {_same("time_window", one="one", other="other")}
            and (one.time_window, other.time_window) in (('quarter', 'calendar_ytd'), ('quarter', 'rolling_12m'), ('calendar_ytd', 'rolling_12m'))"""
    ]
    if nested:
        same = _same("metric_id", "time_window", "service", "tier", one="one", other="other")
        # Of one measure, a service lies in the same service's figure; of two, the services may bear different names.
        served = "(one.metric_id <> other.metric_id or (one.service = other.service and one.tier = other.tier))"
        selects.append(f"""
            select one.row_id as inner_id, other.row_id as outer_id
            from {ROWS} as one
            inner join {nested} as pair on one.metric_id = pair.metric_id and one.time_window = pair.time_window
            inner join {ROWS} as other on pair.within_metric_id = other.metric_id and pair.within_time_window = other.time_window and {same} and {served}
            where one.row_id <> other.row_id""")
    con.execute(f"create or replace temp table {NESTS} as {' union '.join(selects)}")


def _take_room(con: duckdb.DuckDBPyConnection, by: Profile) -> None:
    """A cell that nearly fills what it lies in, or is nearly filled, has no room for another behind it."""
    con.execute(f"""
        update {CELLS} set is_roomy = false
        from (
            select unnest([one.cell_id, other.cell_id]) as cell_id
            from {NESTS} as pair
            inner join {CELLS} as one on pair.inner_id = one.row_id
            inner join {CELLS} as other on pair.outer_id = other.row_id and one.kind = other.kind
            where abs(other.count - one.count) between 1 and {by.hidden_up_to - 2}
        ) as tight
        where {CELLS}.cell_id = tight.cell_id
    """)


def _make_calendar(con: duckdb.DuckDBPyConnection) -> None:
    """The quarters that the rows name, each with the four before it; and their months."""
    found = con.execute(
        f"select distinct quarter from {ROWS} where regexp_full_match(quarter, '[0-9]{{4}}-[0-9]{{2}}-Q[1-4]')"
    ).fetchall()
    con.execute(
        f"create or replace temp table {CALENDAR} (quarter varchar, before varchar, back int, is_same_year boolean)"
    )
    con.execute(f"create or replace temp table {MONTHS} (quarter varchar, month varchar, is_last boolean)")
    for quarter in sorted(Quarter.parse(label) for (label,) in found):
        _tell_of(con, quarter)


def _tell_of(con: duckdb.DuckDBPyConnection, quarter: Quarter) -> None:
    for back in (1, 2, 3, 4):
        before = quarter.shift(-back)
        told: Sequence[object] = [quarter.label, before.label, back, before.start.year == quarter.start.year]
        con.execute(f"insert into {CALENDAR} values (?, ?, ?, ?)", told)
    for number in range(3):  # quarters begin in January, April, July or October
        month = f"{quarter.start.year:04d}-{quarter.start.month + number:02d}"
        con.execute(f"insert into {MONTHS} values (?, ?, ?)", [quarter.label, month, number == 2])
