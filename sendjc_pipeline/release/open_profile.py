"""Metric tables as anybody may see them: the open profile of domain rule 7.4.

Belongs here: one function, `protect`, which is all that the open-data files ask of disclosure control.
"""

from __future__ import annotations

import duckdb

from sendjc_pipeline.disclosure.rounding import LEAST_WHOLE, SMALL, STEP


def protect(con: duckdb.DuckDBPyConnection, source: str, target: str, nested: str = "main.metric_nested") -> None:
    """Copy a metric table, withheld figures emptied and nothing suppressed, to temporary table `target` with `suppression` primary, secondary or rounded.

    A count of 1 to 7 is hidden, and a share of which numerator, rest or denominator is, or the denominator is below 20; the inner one of two nested
    figures that differ by 1 to 7; all other counts are rounded to the nearest 5. A share comes from the counts as they are, to one decimal: 51.85185185185185
    can only be 14 of 27.
    """
    few = f"between 1 and {SMALL}"
    con.execute(f"""
        create or replace temp table {target} as
        with judged as (
            select *,
                coalesce(numerator {few} and unit in ('count', 'pct'), false) or coalesce(denominator {few}, false)
                or coalesce(unit = 'count' and value {few}, false)
                or coalesce(unit = 'pct' and (denominator - numerator {few} or denominator < {LEAST_WHOLE}), false) as is_small
            from {source}
        ),
        compared as (
            select one.*, exists (
                select 1 from {nested} as pair
                inner join judged as other
                    on pair.within_metric_id = other.metric_id and pair.within_time_window = other.time_window
                where pair.metric_id = one.metric_id and pair.time_window = one.time_window
                    and one.area_id = other.area_id and one.breakdown_topic = other.breakdown_topic and one.breakdown = other.breakdown
                    and (other.numerator - one.numerator {few} or other.denominator - one.denominator {few}
                        or (other.denominator - other.numerator) - (one.denominator - one.numerator) {few})
            ) as is_told_apart
            from judged as one
        ),
        hidden as (
            select * exclude (is_small, is_told_apart),
                case when is_small then 'primary' when is_told_apart then 'secondary' else 'rounded' end as reason
            from compared
        )
        select * exclude (reason) replace (
            reason as suppression,
            case when reason = 'rounded' then round(numerator / {STEP}.0) * {STEP} end as numerator,
            case when reason = 'rounded' then round(denominator / {STEP}.0) * {STEP} end as denominator,
            case when reason <> 'rounded' then null when unit = 'count' then round(value / {STEP}.0) * {STEP} else round(value, 1) end as value
        )
        from hidden""")
