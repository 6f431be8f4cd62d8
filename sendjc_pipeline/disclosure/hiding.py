"""Which figures are hidden: the small ones, and those that would give one back, pass after pass over all relations until nothing more is.

Belongs here: the choice. Does not belong here: the relations (relations.py), what a reader can work out (audit.py), or what is written (profiles.py).

The invariant that makes it safe: a cell that must be free is never alone. In a split whose whole is shown it has a roomy cell beside it, which loses what
it gains, or every part of the split is hidden and none is marked small; a sum moves with its parts; a tie moves with its other end. So for each hidden
small count there is, for each number from 1 to the threshold, a table that fits all that is shown.
"""

from __future__ import annotations

import duckdb

from sendjc_pipeline.disclosure.cells import BEFORE, CELLS, KEY, ROWS
from sendjc_pipeline.disclosure.profile import Profile
from sendjc_pipeline.disclosure.relations import CALENDAR, NESTS, REPEATS, SPLITS, SUMS, TIES

FREE, TOLD, UNTOLD = "disclosure_free", "disclosure_told", "disclosure_untold"
_WINDOWS = "('calendar_ytd', 'rolling_12m')"


def choose(con: duckdb.DuckDBPyConnection, by: Profile) -> None:
    """Make the temporary table TOLD (row_id, mark): primary, secondary or none for each row."""
    con.execute(f"create or replace temp table {FREE} as {_small(by)}")
    con.execute(f"create or replace temp table {UNTOLD} (row_id bigint)")
    if by.hidden_up_to:
        spread(con, by)
    _mark(con)


def widen(con: duckdb.DuckDBPyConnection, by: Profile, given_away: str) -> None:
    """Hide all that stands in a relation with the cells of table `given_away`, and call none of it small: for what the rules above leave too narrow."""
    near = f"""
        with beside as (
            select part_id, whole_id, split_id as relation from {SPLITS}
            union all select part_id, whole_id, sum_id from {SUMS}
            union all select one_id, other_id, hash(one_id, other_id) from {TIES}
        ),

        touched as (
            select distinct relation from beside inner join {given_away} as cell on beside.part_id = cell.cell_id or beside.whole_id = cell.cell_id
        )

        select distinct unnest([part_id, whole_id]) as cell_id from beside semi join touched on beside.relation = touched.relation"""
    con.execute(
        f"create or replace temp table disclosure_near as select cell_id from ({near}) union select cell_id from {given_away}"
    )
    con.execute(f"insert into {UNTOLD} select distinct cell_id // 2 from disclosure_near")
    con.execute(
        f"insert into {FREE} select cell_id from disclosure_near where cell_id not in (select cell_id from {FREE})"
    )
    spread(con, by)
    _mark(con)


def spread(con: duckdb.DuckDBPyConnection, by: Profile) -> None:
    """Free more cells until every relation leaves each free cell its freedom."""
    rules = " union ".join(f"select * from ({rule})" for rule in (_tied(), _summed(), _parts(), _nested(), _split(by)))
    query = f"insert into {FREE} select cell_id from ({rules}) where cell_id not in (select cell_id from {FREE})"
    while True:
        added = con.execute(query).fetchone()
        if not added or not added[0]:
            return


def _small(by: Profile) -> str:
    """Small cells; the inner ones of two nested figures that differ by few; wholes of which few are in no part; windows of a quarter hidden before; repeats."""
    few = f"between 1 and {by.hidden_up_to}"
    before = " and ".join(f"row.{c} = before.{c}" for c in KEY if c not in ("quarter", "time_window"))
    return f"""
        select cell_id from {CELLS} where is_small
        union
        select cell_id from {REPEATS}
        union
        select pair.inner_id * 2 + unnest(
            case when not coalesce(abs(two.d - one.d) {few}, false) then [0] when coalesce(abs(two.n - one.n) {few}, false) then [0, 1] else [1] end
        ) as cell_id
        from {NESTS} as pair
        inner join {ROWS} as one on pair.inner_id = one.row_id
        inner join {ROWS} as two on pair.outer_id = two.row_id
        where abs(two.n - one.n) {few} or abs(two.d - one.d) {few} or abs(two.c - one.c) {few}
        union
        select whole.cell_id
        from {SUMS} as link
        inner join {CELLS} as part on link.part_id = part.cell_id
        inner join {CELLS} as whole on link.whole_id = whole.cell_id
        inner join {ROWS} as row on whole.row_id = row.row_id
        where row.time_window not in {_WINDOWS}
        group by link.sum_id, whole.cell_id, whole.count
        having abs(whole.count - sum(part.count)) {few}
        union
        select cell.cell_id
        from {CELLS} as cell
        inner join {ROWS} as row on cell.row_id = row.row_id and row.time_window in {_WINDOWS}
        inner join {CALENDAR} as calendar on row.quarter = calendar.quarter and calendar.back < 4
            and (row.time_window = 'rolling_12m' or calendar.is_same_year)
        inner join {BEFORE} as before on {before} and before.quarter = calendar.before and before.was_hidden
            and (before.time_window = 'quarter' or (before.time_window = row.time_window and row.time_window = 'calendar_ytd'))
    """


def _tied() -> str:
    return f"select tie.other_id as cell_id from {TIES} as tie inner join {FREE} as free on tie.one_id = free.cell_id"


def _summed() -> str:
    return (
        f"select link.whole_id as cell_id from {SUMS} as link inner join {FREE} as free on link.part_id = free.cell_id"
    )


def _parts() -> str:
    """Of a hidden sum of which every part is shown, the largest part."""
    return f"""
        select max_by(link.part_id, (cell.count, -link.part_id)) as cell_id
        from {SUMS} as link
        inner join {FREE} as whole on link.whole_id = whole.cell_id
        inner join {CELLS} as cell on link.part_id = cell.cell_id
        left join {FREE} as part on link.part_id = part.cell_id
        where link.is_all
        group by link.sum_id
        having count(part.cell_id) = 0"""


def _nested() -> str:
    """A cell that others are hidden behind needs room inside what it lies in: where they are the same children, the other figure moves with it."""
    sides = []
    for free, other in (("inner", "outer"), ("outer", "inner")):
        sides.append(f"""
            select other.cell_id
            from {NESTS} as pair
            inner join {CELLS} as one on pair.{free}_id = one.row_id and not one.is_small
            inner join {FREE} as free on one.cell_id = free.cell_id
            inner join {CELLS} as other on pair.{other}_id = other.row_id and one.kind = other.kind
                and other.count = one.count""")
    return " union all ".join(sides)


def _split(by: Profile) -> str:
    """Of a split in which a part is free, the smallest roomy part; every part where none is roomy. Of one whose whole is free, one part.

    A split is short where few of its whole are in no part: these are one more that must not be worked out.
    """
    return f"""
        with short as (
            select link.split_id
            from {SPLITS} as link
            inner join {CELLS} as part on link.part_id = part.cell_id
            inner join {CELLS} as whole on link.whole_id = whole.cell_id
            group by link.split_id
            having abs(any_value(whole.count) - sum(part.count)) between 1 and {by.hidden_up_to}
        ),

        touched as (
            select link.split_id from {SPLITS} as link inner join {FREE} as free on link.part_id = free.cell_id
            union
            select link.split_id from {SPLITS} as link inner join {FREE} as free on link.whole_id = free.cell_id
            union
            select split_id from short
        ),

        member as (
            select link.split_id, link.part_id, cell.count, cell.is_roomy, free.cell_id is not null as is_free, whole.cell_id is not null as is_whole_free,
                (link.split_id in (select split_id from short))::int as unseen
            from {SPLITS} as link
            semi join touched on link.split_id = touched.split_id
            inner join {CELLS} as cell on link.part_id = cell.cell_id
            left join {FREE} as free on link.part_id = free.cell_id
            left join {FREE} as whole on link.whole_id = whole.cell_id
        ),

        wanting as (
            select *, bool_or(is_roomy) over split as has_roomy,
                row_number() over (partition by split_id order by is_free, count = 0, not is_roomy, count, part_id) as place
            from member
            window split as (partition by split_id)
            qualify case
                when is_whole_free then not bool_or(is_free) over split
                else not bool_or(is_free and is_roomy) over split or count(*) filter (is_free) over split + unseen < 2
            end
        )

        select part_id as cell_id from wanting
        where not is_free and case when has_roomy or is_whole_free then place = 1 else count > 0 end"""


def _mark(con: duckdb.DuckDBPyConnection) -> None:
    """A mark says of a figure that it is small, and with that of others: where it would say too much, it says secondary.

    Four marked parts of a marked 4 are 1 each, so a sum of hidden parts, and the parts of a split that has no roomy one or a small whole, are not marked.
    """
    same = " and ".join(f"row.{c} = before.{c}" for c in KEY)
    con.execute(f"""
        create or replace temp table {TOLD} as
        with free_row as (
            select distinct cell_id // 2 as row_id from {FREE}
        ),

        tight as (
            select link.split_id
            from {SPLITS} as link
            inner join {CELLS} as cell on link.part_id = cell.cell_id
            inner join {CELLS} as whole on link.whole_id = whole.cell_id
            left join {FREE} as free on link.part_id = free.cell_id
            group by link.split_id
            having count(free.cell_id) > 0
                and (bool_or(whole.is_small) or not bool_or(free.cell_id is not null and cell.is_roomy))
        ),

        unmarked as (
            select link.part_id // 2 as row_id from {SPLITS} as link semi join tight on link.split_id = tight.split_id
            union
            select link.whole_id // 2 as row_id from {SUMS} as link inner join {FREE} as free on link.part_id = free.cell_id
            union
            select row_id from {UNTOLD}
        )

        select row.row_id,
            case
                when (row.is_few or row.is_few_of or row.tells_of_all or row.is_of_few) and unmarked.row_id is null then 'primary'
                when row.tells_of_all or row.is_of_few or row.is_few or row.is_few_of or free_row.row_id is not null or before.was_hidden then 'secondary'
                else 'none'
            end as mark
        from {ROWS} as row
        left join free_row on row.row_id = free_row.row_id
        left join unmarked on row.row_id = unmarked.row_id
        left join {BEFORE} as before on {same}
    """)
