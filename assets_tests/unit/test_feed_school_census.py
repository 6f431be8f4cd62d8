"""School census: the layout by term and year, and what the synthetic councils send of it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from sendjc_pipeline import feeds
from sendjc_pipeline.feeds.codes import codes
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions import intake
from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic import population
from sendjc_pipeline.synthetic.partner_feeds import school_census
from sendjc_pipeline.synthetic.scene import Scene

FEED = feeds.load("school_census")


@pytest.fixture(scope="module")
def world() -> population.World:
    return population.build(11, 0.05)


def scene(world: population.World, quarter: str) -> Scene:
    return Scene(world, pl.DataFrame(), cal.AREAS, Quarter.parse(quarter))


def test_tables_follow_the_term() -> None:
    has = {spec: {t.name for t in FEED.tables.values() if FEED.has_table(t, spec)} for spec in FEED.specs}
    assert "senneeds" in has["2025-spring"] - has["2025-summer"] - has["2025-autumn"]
    assert "summerhalfterm2sessiondetailsonroll" in has["2025-autumn"] - has["2025-spring"] - has["2025-summer"]


def test_columns_follow_the_year() -> None:
    roll = FEED.tables["pupilonroll"]
    assert FEED.header(roll.column("sex"), "2023-summer") == "gender"
    assert FEED.header(roll.column("sex"), "2023-autumn") == "sex"
    keys = {spec: {c.key for c in FEED.columns(roll, spec)} for spec in FEED.specs}
    assert "termlysessionsauthorised" in keys["2024-autumn"] - keys["2025-spring"]
    assert "youngcarer" in keys["2023-spring"] - keys["2023-summer"]
    assert "ethnicity" not in keys["2025-autumn"]


def test_attendance_codes_changed_in_autumn_2024() -> None:
    before, after = (set(codes(FEED, "school_attendance", spec)) for spec in ("2024-summer", "2025-spring"))
    # H, J and Y ended then; they stay listed, so that a row with one of them counts and is warned of.
    assert {"/", "\\", "#", "H", "J", "Y"} <= before & after
    for name in ("termlysessiondetailsonroll", "termlysessiondetailsoffroll"):
        rule = next(r for r in FEED.tables[name].rules if r.code.endswith(".old_code"))
        assert (rule.outcome, rule.since, rule.when) == ("warn", "2024-autumn", "attendancereason in ('H', 'J', 'Y')")
    assert {"C2", "K", "Q", "Y1", "Y7"} <= after - before


def test_a_pupil_who_left_gets_no_key_and_no_name() -> None:
    gone = FEED.tables["pupilnolongeronroll"]
    assert {c.privacy for c in gone.columns} == {"none", "record_id", "identifier", "birth_date"}
    assert {"surname", "forename"} <= set(gone.ignored)


@pytest.mark.parametrize(
    ("quarter", "spec"),
    [
        ("2022-23-Q1", "2022-summer"),
        ("2023-24-Q4", "2024-spring"),
        ("2024-25-Q3", "2024-autumn"),
        ("2024-25-Q4", "2025-spring"),
    ],
)
def test_synthetic_censuses_bring_no_message(world: population.World, quarter: str, spec: str, tmp_path: Path) -> None:
    where = scene(world, quarter)
    assert school_census.spec(where) == spec
    tables = school_census.extract(where, "derby")
    assert tables
    tables.pop("_person")
    school_census.write(where, "derby", tables, tmp_path / "files")
    files = sorted((tmp_path / "files").iterdir())
    receipt = intake.check("school_census", spec, files, Settings(home=tmp_path / "home"), period=quarter)
    assert receipt.status == "accepted"
    assert receipt.file_messages == []
    assert [(total.rule, total.count) for total in receipt.messages_total] == []


def test_no_census_in_summer_holidays_and_none_declared_for_2027(world: population.World) -> None:
    assert school_census.extract(scene(world, "2024-25-Q2"), "derby") is None
    assert school_census.spec(scene(world, "2026-27-Q4")) == "2026-spring"


def test_pupils_are_the_world_s_children_and_provision_follows_their_plans(world: population.World) -> None:
    tables = school_census.extract(scene(world, "2024-25-Q4"), "nottinghamshire")
    assert tables
    roll = tables["pupilonroll"].join(tables["_person"], left_on="pupilonrolltableid", right_on="source_person_id")
    both = roll.join(world.persons.select("person", known="upn"), on="person")
    assert both.height > 300
    assert (both["upn"] == both["known"]).all()
    day = cal.day(cal.CENSUS_DAY)
    planned = world.cases.filter(pl.col("outcome") == "Y", pl.col("closed") <= day, pl.col("ceased") > day)["person"]
    told = both.filter(pl.col("person").is_in(planned.implode()))["senprovision"]
    agreeing = int((told == "E").sum())
    assert 0.9 * len(told) < agreeing < len(told)  # a few schools disagree
    assert roll["upn"].n_unique() == roll.height
