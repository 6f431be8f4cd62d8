"""One count under two names, as a share's numerator and the count of the group: what is hidden of the one is hidden of the other."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pandas as pd
import pytest

from sendjc_pipeline.disclosure.profiles import HIDDEN, Known, protect

ALIKE, NESTED = "seeds/reference/metric_alike.csv", "seeds/reference/metric_nested.csv"
BANDS = {"0-4": 4, "5-10": 12, "11-15": 30}
Row = tuple[str, str, str, str, str, str, float | None, float | None]


def marks(
    rows: Sequence[Row], profile: str, earlier: Sequence[Row] = (), hidden_before: str = "secondary"
) -> dict[tuple[str, str], str]:
    """The mark of each figure, by measure and group. A row is (measure, quarter, window, topic, group, unit, numerator, denominator)."""
    con = duckdb.connect()
    columns = [
        "metric_id",
        "quarter",
        "time_window",
        "breakdown_topic",
        "breakdown",
        "unit",
        "numerator",
        "denominator",
    ]
    for name, told in (("figure", rows), ("before", earlier)):
        frame = pd.DataFrame(told, columns=columns).assign(area_id="derby", service="ehc", suppression="none")
        frame = frame.astype({"numerator": float, "denominator": float}).assign(value=lambda f: f["numerator"])
        for column in set(HIDDEN) - set(frame.columns):
            frame[column] = "x"
        con.register("frame", frame)
        con.execute(f"create table {name} as select * from frame")
    con.execute(f"update before set suppression = '{hidden_before}'")
    con.execute(f"create table alike as select * from read_csv('{ALIKE}')")
    con.execute(f"create table nested as select * from read_csv('{NESTED}')")
    protect(con, "figure", "shown", profile, ["before"] if earlier else [], Known(None, "nested", None, "alike"))
    told = con.execute("select metric_id, breakdown, suppression from shown").fetchall()
    return {(metric, group): mark for metric, group, mark in told}


@pytest.mark.parametrize(("profile", "in_the_cohort"), [("open", 36), ("partner", 33)])
def test_shares_do_not_show_what_the_caseload_hides(profile: str, in_the_cohort: int) -> None:
    """0-4 is small. The caseload hides 11-15 beside it, near to the cohort's; its shares knew no cohort, hid 5-10, and showed 11-15: so both were told."""
    quarter, whole = "2024-25-Q1", sum(BANDS.values())
    rows: list[Row] = [
        ("ehcp_caseload", quarter, "snapshot", "Total", "Total", "count", whole, None),
        ("ehcp_age_share_pct", quarter, "snapshot", "Total", "Total", "pct", whole, whole),
        ("send_cohort_count", quarter, "snapshot", "age_band", "11-15", "count", in_the_cohort, None),
    ]
    for band, count in BANDS.items():
        rows.append(("ehcp_caseload", quarter, "snapshot", "age_band", band, "count", count, None))
        rows.append(("ehcp_age_share_pct", quarter, "snapshot", "age_band", band, "pct", count, whole))
    told = marks(rows, profile)
    hidden = {key for key, mark in told.items() if mark in ("primary", "secondary")}
    caseload, shares = (
        {group for (metric, group) in hidden if metric == wanted} for wanted in ("ehcp_caseload", "ehcp_age_share_pct")
    )
    assert {"0-4", "11-15"} <= caseload
    assert shares == caseload


@pytest.mark.parametrize(("profile", "shown"), [("open", "rounded"), ("partner", "none")])
def test_a_growth_does_not_tell_the_twelve_months_that_were_hidden_a_year_before(profile: str, shown: str) -> None:
    growth: Row = ("ehcp_growth_pct", "2024-25-Q1", "rolling_12m", "Total", "Total", "pct_change", 60, 40)
    year_before: Row = ("ehcp_new_count", "2023-24-Q1", "rolling_12m", "Total", "Total", "count", 40, None)
    key = ("ehcp_growth_pct", "Total")
    assert marks([growth], profile, [year_before])[key] == "secondary"
    assert marks([growth], profile, [year_before], hidden_before="none")[key] == shown
