"""How published cells add up: every additive relation between the figures of a release, and between releases, as one table of equations.

Belongs here: the relations. Each equation says: the parts, and a rest that nobody publishes, make the whole. Does not belong here: what a row tells
(cells.py), what is hidden (hiding.py).
"""

from __future__ import annotations

import duckdb

from sendjc_pipeline.disclosure.cells import CELLS, FIGURE, ROWS
from sendjc_pipeline.reporting import Quarter

LINKS, PARTS, REST, TERMS = "disclosure_link", "disclosure_part", "disclosure_rest", "disclosure_term"
CALENDAR, MONTHS = "disclosure_quarter", "disclosure_month"

_SAME = (*FIGURE, "other", "release")


def make_equations(
    con: duckdb.DuckDBPyConnection, areas: str | None = None, nested: str | None = None, definitions: str | None = None
) -> None:
    """Make the temporary table of terms (equation_id, cell_id, coefficient, prefer, is_assumed): the terms of an equation add up to 0.

    An equation between releases is assumed: it holds unless the figures were restated. `prefer` is 1 for the term that is hidden first where
    something of an equation must be, else 0. A rest gets a cell of its own, after those of CELLS.

    Args:
        con: the connection that holds the tables of cells.py.
        areas: a table (area_id, rollup_id): which area adds up into which.
        nested: a table (metric_id, time_window, within_metric_id, within_time_window): which figure counts some of the children of which other.
        definitions: a table (metric_id, numerator_description, denominator_description): two columns in the same words count the same children.
    """
    selects = [_breakdowns(), _tiers(), _services(), _windows(), _months()]
    selects += [_areas(areas)] if areas else []
    selects += [_nested(nested)] if nested else []
    _make_calendar(con)
    con.execute(
        f"create or replace temp table {LINKS} as {' union all by name '.join(f'({select})' for select in selects)}"
    )
    others = [_complements(), _releases(), _year_to_date(), _rolling()] + (
        [_shared(definitions)] if definitions else []
    )
    con.execute(f"""
        create or replace temp table {PARTS} as
        with part as (
            select
                link.relation || '|' || whole.cell_id || '|' || link.section as equation,
                whole.cell_id as whole_id, part.cell_id as part_id, 1 as coefficient, link.prefer, link.release, false as crosses
            from {LINKS} as link
            inner join {CELLS} as part on link.part_row = part.row_id
            inner join {CELLS} as whole on link.whole_row = whole.row_id and part.kind = whole.kind
            where (part.kind <> 'c' or link.relation = 'nested') and (link.release = 0 or link.relation in ('area', 'breakdown', 'tier'))
            {" ".join(f"union all by name ({other})" for other in others)}
        )

        select part.*, dense_rank() over (order by part.equation) - 1 as equation_id from part
    """)
    # What the parts leave of the whole, where this release knows it: children of no known need, those earlier in the year, those counted twice.
    con.execute(f"""
        create or replace temp table {REST} as
        with summed as (
            select part.equation_id, max(whole.count) - sum(part.coefficient * cell.count) as rest
            from {PARTS} as part
            inner join {CELLS} as cell on part.part_id = cell.cell_id
            inner join {CELLS} as whole on part.whole_id = whole.cell_id
            where part.release = 0 and not part.crosses
            group by part.equation_id
        )

        select (select count(*) from {CELLS}) + row_number() over (order by equation_id) - 1 as cell_id, equation_id, abs(rest) as count,
            sign(rest)::int as coefficient
        from summed where rest <> 0
    """)
    con.execute(f"""
        create or replace temp table {TERMS} as
        select equation_id, part_id as cell_id, coefficient, (prefer = 'part')::int as prefer, crosses or release > 0 as is_assumed from {PARTS}
        union all
        select distinct equation_id, whole_id as cell_id, -1 as coefficient, (prefer = 'whole')::int as prefer, crosses or release > 0 as is_assumed
        from {PARTS}
        union all
        select equation_id, cell_id, coefficient, 0 as prefer, false as is_assumed from {REST}
        order by equation_id, cell_id
    """)


def _link(relation: str, section: str, differs: tuple[str, ...], where: str, prefer: str = "", join: str = "") -> str:
    same = " and ".join(f"part.{c} = whole.{c}" for c in _SAME if c not in differs)
    return (
        f"select '{relation}' as relation, {section} as section, whole.row_id as whole_row, part.row_id as part_row, '{prefer}' as prefer, part.release"
        f" from {ROWS} as part {join} inner join {ROWS} as whole on {same} and {where}"
    )


def _breakdowns() -> str:
    where = "part.breakdown_topic <> 'Total' and whole.breakdown_topic = 'Total'"
    return _link("breakdown", "part.breakdown_topic", ("breakdown_topic", "breakdown"), where)


def _tiers() -> str:
    return _link("tier", "''", ("tier",), "part.tier <> 'Total' and whole.tier = 'Total'")


def _services() -> str:
    return _link("service", "''", ("service",), "part.service <> 'Total' and whole.service = 'Total'")


def _areas(areas: str) -> str:
    # A total over areas is hidden before the other area: partners know their own figures, and each wants its own shown.
    join = f"inner join {areas} as area on part.area_id = area.area_id"
    return _link("area", "''", ("area_id",), "whole.area_id = area.rollup_id", "whole", join)


def _windows() -> str:
    where = "part.time_window = 'quarter' and whole.time_window in ('calendar_ytd', 'rolling_12m')"
    return _link("window", "whole.time_window", ("time_window",), where, "part")


def _months() -> str:
    """A snapshot is that of its last month; months add up to their quarter."""
    where = (
        "part.month <> '' and whole.month = '' and whole.quarter = calendar.quarter and (case when part.time_window = 'snapshot'"
        " then whole.time_window = 'snapshot' and calendar.is_last else whole.time_window in ('quarter', 'month_mean') end)"
    )
    join = f"inner join {MONTHS} as calendar on part.month = calendar.month"
    return _link("month", "whole.time_window", ("time_window", "quarter", "month"), where, "", join)


def _nested(nested: str) -> str:
    where = "pair.within_metric_id = whole.metric_id and pair.within_time_window = whole.time_window and part.row_id <> whole.row_id"
    join = f"inner join {nested} as pair on part.metric_id = pair.metric_id and part.time_window = pair.time_window"
    # A nested figure may be of one service and what it lies in of all.
    differs = ("metric_id", "time_window", "service", "tier")
    return _link("nested", "part.row_id::varchar", differs, where, "part", join)


def _complements() -> str:
    return f"""
        select 'complement|' || whole.cell_id as equation, whole.cell_id as whole_id, part.cell_id as part_id, 1 as coefficient, '' as prefer,
            row.release, false as crosses
        from {CELLS} as part
        inner join {CELLS} as whole on part.row_id = whole.row_id and part.kind in ('n', 'c') and whole.kind = 'd'
        inner join {ROWS} as row on part.row_id = row.row_id and row.unit = 'pct'"""


def _shared(definitions: str) -> str:
    """Cells that count the same children by the words of their definitions, and do."""
    same = " and ".join(f"one.{c} = two.{c}" for c in _SAME if c != "metric_id")
    return f"""
        with told as (
            select row.*, cell.cell_id, cell.count,
                case cell.kind when 'n' then definition.numerator_description else definition.denominator_description end as words
            from {CELLS} as cell
            inner join {ROWS} as row on cell.row_id = row.row_id
            inner join (
                select metric_id, any_value(numerator_description) as numerator_description, any_value(denominator_description) as denominator_description
                from {definitions} group by metric_id
            ) as definition on row.metric_id = definition.metric_id
            where cell.kind <> 'c'
        )

        select 'shared|' || two.cell_id || '|' || one.cell_id as equation, two.cell_id as whole_id, one.cell_id as part_id, 1 as coefficient,
            '' as prefer, one.release, false as crosses
        from told as one
        inner join told as two on one.words = two.words and one.words <> '' and one.row_id < two.row_id and {same}
            and (one.count = two.count or (one.release > 0 and (one.count is null or two.count is null)))"""


def _releases() -> str:
    """The same figure of two releases."""
    same = " and ".join(f"part.{c} = whole.{c}" for c in _SAME if c != "release")
    return f"""
        select 'release|' || whole_cell.cell_id || '|' || part_cell.cell_id as equation, whole_cell.cell_id as whole_id, part_cell.cell_id as part_id,
            1 as coefficient, '' as prefer, 0 as release, true as crosses
        from {ROWS} as part
        inner join {ROWS} as whole on {same} and whole.release < part.release
        inner join {CELLS} as part_cell on part.row_id = part_cell.row_id
        inner join {CELLS} as whole_cell on whole.row_id = whole_cell.row_id and part_cell.kind = whole_cell.kind"""


def _year_to_date() -> str:
    """A year to date is that of the quarter before and this quarter."""
    return _chain(
        "year_to_date", "calendar_ytd", "calendar.same_year",
        {"now": ("quarter", "whole.quarter", 1, True), "before": ("calendar_ytd", "calendar.before", 1, False)},
    )  # fmt: skip


def _rolling() -> str:
    """Twelve months are those of the quarter before and this quarter, without the quarter that fell out."""
    return _chain(
        "rolling", "rolling_12m", "true",
        {"now": ("quarter", "whole.quarter", 1, True), "before": ("rolling_12m", "calendar.before", 1, False),
         "out": ("quarter", "calendar.year_before", -1, False)},
    )  # fmt: skip


def _chain(relation: str, window: str, where: str, parts: dict[str, tuple[str, str, int, bool]]) -> str:
    """Equations over windows of several releases; a part is (window, quarter, coefficient, whether it stands in the same release)."""
    joins, ids = [], []
    for name, (part_window, quarter, _, is_same_release) in parts.items():
        same = " and ".join(f"{name}.{c} = whole.{c}" for c in _SAME if c not in ("time_window", "quarter", "release"))
        release = "=" if is_same_release else "<>"
        joins.append(
            f"inner join {ROWS} as {name} on {same} and {name}.time_window = '{part_window}' and {name}.quarter = {quarter}"
            f" and {name}.release {release} whole.release"
            f" inner join {CELLS} as {name}_cell on {name}.row_id = {name}_cell.row_id and {name}_cell.kind = whole_cell.kind"
        )
        ids.append(f"{name}_cell.cell_id")
    key = " || '|' || ".join([f"'{relation}'", "whole_cell.cell_id", *ids])
    listed = ", ".join(f"{{'part_id': {name}_cell.cell_id, 'coefficient': {part[2]}}}" for name, part in parts.items())
    return f"""
        select equation, whole_id, unnest(terms).part_id as part_id, unnest(terms).coefficient as coefficient, '' as prefer, 0 as release, true as crosses
        from (
            select {key} as equation, whole_cell.cell_id as whole_id, [{listed}] as terms
            from {ROWS} as whole
            inner join {CALENDAR} as calendar on whole.quarter = calendar.quarter and {where}
            inner join {CELLS} as whole_cell on whole.row_id = whole_cell.row_id and whole_cell.kind in ('n', 'd')
            {" ".join(joins)}
            where whole.time_window = '{window}' and (select max(release) from {ROWS}) > 0
        )"""


def _make_calendar(con: duckdb.DuckDBPyConnection) -> None:
    """The quarters that the rows name, each with those before it; and their months."""
    found = con.execute(
        f"select distinct quarter from {ROWS} where regexp_full_match(quarter, '[0-9]{{4}}-[0-9]{{2}}-Q[1-4]')"
    ).fetchall()
    quarters = sorted(Quarter.parse(label) for (label,) in found)
    con.execute(
        f"create or replace temp table {CALENDAR} (quarter varchar, before varchar, year_before varchar, same_year boolean)"
    )
    con.execute(f"create or replace temp table {MONTHS} (quarter varchar, month varchar, is_last boolean)")
    for quarter in quarters:
        before = quarter.shift(-1)
        chained = [quarter.label, before.label, quarter.shift(-4).label, before.start.year == quarter.start.year]
        con.execute(f"insert into {CALENDAR} values (?, ?, ?, ?)", chained)
        for number in range(3):  # quarters begin in January, April, July or October
            month = f"{quarter.start.year:04d}-{quarter.start.month + number:02d}"
            con.execute(f"insert into {MONTHS} values (?, ?, ?)", [quarter.label, month, number == 2])
