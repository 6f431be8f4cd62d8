"""Small numbers: what may not be shown, and what would give it back by subtraction.

Belongs here: primary suppression of counts 1 to 4, and the relations between figures of one release: Nottingham + Nottinghamshire = QT1, exactly, by
residence since July 2022; plans without exceptions among all plans; a quarter within its year. Not here: rounding, profiles, and differences
between releases.
"""

from __future__ import annotations

import duckdb

THRESHOLD = 4  # partner profile, domain rule 7.4: counts of 1 to 4 are not shown

HIDDEN = (
    "numerator", "denominator", "value", "value_lower", "value_upper", "bounds_basis", "brag", "spc_variation", "spc_assurance", "direction",
)  # fmt: skip

_SMALL_COUNT = f"coalesce({{0}}, 0) > 0 and {{0}} <= {THRESHOLD}"


def suppress(
    con: duckdb.DuckDBPyConnection, source: str, target: str, areas: str, nested: str, keys: list[str]
) -> None:
    """Copy table `source` to `target` with `suppression` set to none, primary or secondary, and the hidden columns null.

    Args:
        con: the connection that holds the tables; `source` has area_id, metric_id, time_window, unit, numerator, denominator, value, suppression and `keys`.
        source: a table in the metric shape.
        target: the temporary table to create.
        areas: a table (area_id, rollup_id): which area adds up into which.
        nested: a table (metric_id, time_window, within_metric_id, within_time_window): which figure counts some of the children of which other.
        keys: what tells one published figure from another apart from its area.

    A count is small when it is 1 to 4; a percentage, rate or change when its numerator, its complement or its denominator is; any other statistic when the
    number of children behind it is. Two figures of which one is nested in the other are told apart by their difference: where that is small, the nested
    one is hidden. A total is hidden whenever a part of it is: shown, it would give the part back, and two hidden parts of a total of 8 would both be 4.
    """
    columns = [name for (name,) in con.execute(f"select column_name from (describe {source})").fetchall()]
    kept = [c for c in columns if c != "suppression"]
    shown = ", ".join(f"case when reason = 'none' then {c} end as {c}" if c in HIDDEN else c for c in kept)
    same_figure = " and ".join(f"part.{key} is not distinct from whole.{key}" for key in keys)
    others = [key for key in ("area_id", *keys) if key not in ("metric_id", "time_window", "service", "tier")]
    same_rest = " and ".join(f"inner_one.{key} is not distinct from outer_one.{key}" for key in others)
    con.execute(f"""
        create temp table {target} as
        with marked as (
            select *, {_is_small()} as is_small from {source}
        ),
        told_apart as (
            select inner_one.*,
                exists (
                    select 1 from {nested} as pair
                    inner join marked as outer_one
                        on pair.within_metric_id = outer_one.metric_id and pair.within_time_window = outer_one.time_window
                    where pair.metric_id = inner_one.metric_id and pair.time_window = inner_one.time_window
                        and {same_rest} and ({_differ_by_few()})
                ) as differs_by_few
            from marked as inner_one
        ),
        judged as (
            select whole.* exclude (suppression, is_small, differs_by_few),
                case
                    when whole.is_small then 'primary'
                    when whole.differs_by_few then 'secondary'
                    when exists (
                        select 1 from told_apart as part
                        inner join {areas} as area on part.area_id = area.area_id and area.rollup_id = whole.area_id
                        where (part.is_small or part.differs_by_few) and {same_figure}
                    ) then 'secondary'
                    else 'none'
                end as reason
            from told_apart as whole
        )
        select {shown}, reason as suppression from judged
        order by {", ".join([*keys, "area_id"])}
    """)


def _differ_by_few() -> str:
    """SQL that is true where two figures, taken from each other, would tell of 1 to 4 children."""
    terms = []
    for of in ("{0}.numerator", "{0}.denominator", "({0}.denominator - {0}.numerator)"):
        terms.append(f"abs({of.format('inner_one')} - {of.format('outer_one')}) between 1 and {THRESHOLD}")
    return " or ".join(terms)


def _is_small() -> str:
    """SQL that is true for a row whose figure, shown, would tell of 1 to 4 children."""
    numerator, denominator = _SMALL_COUNT.format("numerator"), _SMALL_COUNT.format("denominator")
    complement = _SMALL_COUNT.format("(denominator - numerator)")
    count = _SMALL_COUNT.format("coalesce(numerator, value)")
    return f"""case
        when value is null and numerator is null and denominator is null then false
        when unit = 'count' then {count}
        when unit in ('pct', 'rate', 'pct_change') then ({numerator}) or ({denominator}) or ({complement})
        else {denominator}
    end"""
