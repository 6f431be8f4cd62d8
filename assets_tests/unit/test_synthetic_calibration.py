"""At scale 1 the synthetic areas resemble the published ones (domain rules 8, sources 5.3 and 7.1)."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic import population, truth, waits
from sendjc_pipeline.synthetic.population import World
from sendjc_pipeline.synthetic.writers_sitrep import provider_counts

PUBLISHED = {  # plans issued in 2024, without exceptions, on time, on time without exceptions, over 52 weeks, active in January 2025
    "derby": (442, 377, 62, 62, 82, 3735),
    "newcastle": (476, 476, 42, 42, 34, 3095),
    "nottingham": (294, 294, 88, 88, 0, 1909),
    "nottinghamshire": (1259, 1259, 472, 472, 0, 5422),
}
LISTS = {  # October 2023: open, over 18 weeks, over 52 weeks
    ("RHA", "SLT"): (1632, 415, 2), ("RHA", "OT"): (120, 13, 0), ("RY8", "SLT"): (945, 301, 0), ("RXM", "OT"): (58, 5, 0),
    ("RTD", "SLT"): (785, 480, 66), ("RTD", "OT"): (900, 698, 401),
}  # fmt: skip


@pytest.fixture(scope="module")
def world() -> World:
    return population.build(20250331, 1.0)


@pytest.mark.parametrize("area", cal.AREAS)
def test_plans_of_2024_and_their_timing_are_the_published_ones(world: World, area: str) -> None:
    metrics = {(row[0], row[2]): row for row in truth.ehc_metrics(world, area, Quarter.parse("2024-25-Q3"))}
    issued, plain, timely, plain_timely, _, _ = PUBLISHED[area]
    assert metrics["ehcp_20w_pct_inc", "calendar_ytd"][4:6] == (timely, issued)
    assert metrics["ehcp_20w_pct_exc", "calendar_ytd"][4:6] == (plain_timely, plain)
    six_weeks = cal.area_row("ehc_year", area, year=2024)["six_week_pct"]
    assert metrics["ehc_decision_6w_pct", "calendar_ytd"][6] == pytest.approx(six_weeks, abs=2.0)


@pytest.mark.parametrize("area", cal.AREAS)
def test_caseload_requests_and_long_cases_are_close(world: World, area: str) -> None:
    cases = world.cases.filter(pl.col("area_id") == area)
    census = cal.day(cal.CENSUS_DAY)
    active = cases.filter(pl.col("outcome") == "Y", pl.col("closed") <= census, pl.col("ceased") > census).height
    assert active == pytest.approx(PUBLISHED[area][5], rel=0.015)
    own = cases.filter(~pl.col("kind").is_in(["stock", "transfer_in"]))
    year = pl.from_epoch("received", time_unit="d").dt.year()
    assert own.filter(year == 2024).height == cal.area_row("ehc_year", area, year=2024)["requests"]
    refused = own.filter(year == 2024, pl.col("decision") == "N").height
    assert refused == pytest.approx(cal.area_row("ehc_year", area, year=2024)["refused"], abs=3)
    long = own.filter(
        pl.from_epoch("closed", time_unit="d").dt.year() == 2024, pl.col("closed") - pl.col("received") > 364
    )
    assert long.filter(pl.col("outcome") == "Y").height == PUBLISHED[area][4]


def test_nottinghamshire_early_years_bottleneck(world: World) -> None:
    cases = world.cases.filter(pl.col("area_id") == "nottinghamshire", pl.col("kind").is_in(["plan", "overturned"]))
    cases = cases.filter(pl.from_epoch("closed", time_unit="d").dt.year() == 2024).join(
        world.persons.select("person", "dob"), on="person"
    )
    young = cases.filter(pl.col("received") - pl.col("dob") < 5 * 365.25)
    share = young.select((pl.col("closed") - pl.col("received") <= 140).mean()).item()
    assert share == pytest.approx(0.073, abs=0.02)


def test_sex_need_and_age_of_active_plans(world: World) -> None:
    census = cal.day(cal.CENSUS_DAY)
    active = world.cases.filter(pl.col("outcome") == "Y", pl.col("closed") <= census, pl.col("ceased") > census)
    people = active.join(world.persons.drop("area_id"), on="person")
    for area in cal.AREAS:
        mine = people.filter(pl.col("area_id") == area)
        assert mine.select((pl.col("sex") == "M").mean()).item() == pytest.approx(
            cal.area_row("ehc_area", area)["male"], abs=0.025
        )
        needs, share = cal.mix(area, "need_active")
        autism = mine.select((pl.col("need_1") == "ASD").fill_null(value=False).mean()).item()
        assert autism == pytest.approx(share[needs.index("ASD")] / 100, abs=0.05)
        school_age = mine.select((census - pl.col("dob")).is_between(5 * 365.25, 16 * 365.25).mean()).item()
        bands = cal.table("ehc_age").filter(pl.col("area_id") == area)["active_share"].to_list()
        assert school_age == pytest.approx((bands[1] + bands[2]) / 100, abs=0.05)


@pytest.mark.parametrize("when", [date(2023, 10, 31), date(2025, 3, 31)])
def test_waiting_lists_have_the_published_length_and_shape(world: World, when: date) -> None:
    counts = provider_counts(world, list(cal.AREAS), cal.day(when))
    for key, (total, over_18, over_52) in LISTS.items():
        mine = counts[key]
        assert mine[0] == pytest.approx(total, rel=0.15, abs=16), key
        assert (mine[6] + mine[7]) / mine[0] == pytest.approx(over_18 / total, abs=0.08), key
        assert mine[7] / mine[0] == pytest.approx(over_52 / total, abs=0.06), key
        assert sum(mine[1:]) == mine[0]


def test_lists_cohere_from_quarter_to_quarter(world: World) -> None:
    """Open at the end = open at the start + clocks started - clocks stopped or made void, for every list."""
    end, start = cal.day(date(2025, 3, 31)), cal.day(date(2024, 12, 31))
    areas = list(cal.AREAS)
    key = ["person", "provider", "service", "start"]
    before, after = waits.open_clocks(world, areas, start), waits.open_clocks(world, areas, end)
    arrived = after.join(before, on=key, how="anti")
    assert arrived.filter(pl.col("start") <= start).is_empty()
    gone = before.join(after, on=key, how="anti")
    closed = world.referrals.filter(pl.min_horizontal("treated", "discharged").is_between(start + 1, end))
    unexplained = gone.join(closed, on=["person", "provider", "service"], how="anti")
    assert unexplained.is_empty()
    assert after.height == before.height + arrived.height - gone.height
    assert gone.height > 0.8 * len(before.filter(pl.col("service") == "SLT")) / 3


def test_nobody_is_treated_before_referral_or_after_discharge(world: World) -> None:
    late = world.referrals.filter(pl.col("treated") < 1_000_000)
    assert late.filter(pl.col("treated") <= pl.col("received")).is_empty()
    assert late.filter(pl.col("discharged") < pl.col("treated")).is_empty()
    assert world.referrals.filter(pl.col("discharged") < pl.col("received")).is_empty()
    ages = (
        world.referrals.join(world.persons, on="person")
        .select((pl.col("received") - pl.col("dob")) / 365.25)
        .to_series()
    )
    assert ages.min() > 0 and ages.max() < 19  # type: ignore[operator]
