"""What stands beside a hidden figure, and what was worked out from several of which it is one."""

from __future__ import annotations

import duckdb

from sendjc_pipeline.disclosure.following import Following, follow

BESIDE = Following(follows="monthly", hides=("value", "cause"), group=("metric_id", "segment"), group_hides=("mean",))


def test_a_hidden_month_takes_its_verdict_and_the_mean_of_its_segment_with_it() -> None:
    con = duckdb.connect()
    con.execute(
        "create table chart as select 'm' as metric_id, month, segment, cast(month as double) as value, 'shift' as cause, 2.0 as mean, 'none' as suppression"
        " from (values (1, 1), (2, 1), (3, 1), (4, 2), (5, 2)) as t (month, segment)"
    )
    con.execute(
        "insert into chart values ('m', 6, 2, null, null, 2.0, 'none')"
    )  # a month that nobody sent hides nothing
    con.execute("create table monthly as select metric_id, month, case when month <> 2 then value end as value,"
        " case when month = 2 then 'primary' else 'none' end as suppression from chart")  # fmt: skip
    follow(con, "chart", "shown", "monthly", ["metric_id", "month"], BESIDE)
    assert con.execute("select month, value, cause, mean, suppression from shown order by month").fetchall() == [
        (1, 1, "shift", None, "secondary"),
        (2, None, None, None, "primary"),
        (3, 3, "shift", None, "secondary"),
        (4, 4, "shift", 2, "none"),
        (5, 5, "shift", 2, "none"),
        (6, None, None, 2, "none"),
    ]
