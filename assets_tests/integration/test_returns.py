"""The partners' returns, from the generator through the real job: what they add up to, what is published, and what a missing one says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from integration.conftest import QUARTER, RECEIVED, new_home, run_job, without_pages
from sendjc_pipeline.commands.synth import land_written
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.synthetic.calibration import AREAS
from sendjc_pipeline.synthetic.generate import generate
from sendjc_pipeline.warehouse.build import warehouse_path
from sendjc_pipeline.warehouse.connection import connect

# All returns but tribunal_return, which nobody sends here.
SENT = (
    "survey_return", "complaints_return", "spend_return", "prescribing_return", "workforce_return", "mhst_return", "service_activity_return",
)  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The demo, with the returns of every partner beside it."""
    folder = tmp_path_factory.mktemp("returns")
    settings = new_home(folder / "home")
    land_written(settings, generate(folder / "returns", 7, 0.3, AREAS, [QUARTER], feeds=list(SENT)), RECEIVED)
    population = generate(folder / "ons", 7, 0.3, AREAS, [QUARTER.parse("2024-25-Q2")], feeds=["population"])
    land_written(settings, population, RECEIVED)
    with without_pages():
        assert run_job(settings).success
    return settings


@pytest.fixture(scope="module")
def warehouse(home: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    con = connect(warehouse_path(home, QUARTER), read_only=True)
    yield con
    con.close()


def _figure(con: duckdb.DuckDBPyConnection, metric: str, area: str, breakdown: str = "Total") -> tuple[object, ...]:
    found = con.execute(
        "select numerator, denominator, value, value_status from metric_quarterly where metric_id = ? and area_id = ? and breakdown = ?",
        [metric, area, breakdown],
    ).fetchall()
    assert len(found) == 1, found
    return found[0]


def test_a_return_that_nobody_sends_is_a_row_that_says_so(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute(
        "select value, value_status, dq_reason from metric_quarterly where metric_id = 'tribunal_appeal_rate' and area_id = 'derby'"
    ).fetchall()
    assert rows == [(None, "not_supplied", "tribunal_return from derby for 2024-25-Q4 has not arrived")]


def test_sums_are_those_of_the_rows_as_sent(warehouse: duckdb.DuckDBPyConnection) -> None:
    sent = warehouse.execute(
        "select sum(positive), sum(valid) from stg_survey_return__response where question = 'feedback' and service = 'slt' and area = 'derby'"
    ).fetchone()
    assert sent is not None and sent[1] > 0
    found = warehouse.execute(
        "select numerator, denominator, value from metric_quarterly where metric_id = 'feedback_positive_pct' and area_id = 'derby'"
        " and service = 'slt' and breakdown = 'Total'"
    ).fetchone()
    assert found == (sent[0], sent[1], pytest.approx(100 * sent[0] / sent[1]))


def test_respondents_and_payers_stand_apart_and_add_up(warehouse: duckdb.DuckDBPyConnection) -> None:
    for metric, topic, parts in (
        ("feedback_positive_pct", "respondent", {"cyp", "family"}),
        ("sensory_individual_spend_gbp", "payer", {"nottingham", "QT1"}),
    ):
        rows = warehouse.execute(
            "select breakdown_topic, breakdown, numerator from metric_quarterly where metric_id = ? and area_id = 'nottingham'"
            " and service in ('slt', 'sensory') and value is not null",
            [metric],
        ).fetchall()
        apart = {breakdown: numerator for found, breakdown, numerator in rows if found == topic}
        whole = [numerator for found, _, numerator in rows if found == "Total"]
        assert set(apart) == parts
        assert whole == [pytest.approx(sum(apart.values()))]


def test_two_areas_add_up_to_their_board(warehouse: duckdb.DuckDBPyConnection) -> None:
    city, county, both = (
        _figure(warehouse, "mhst_school_coverage_pct", area) for area in ("nottingham", "nottinghamshire", "qt1")
    )
    assert both[0] == city[0] + county[0] and both[1] == city[1] + county[1]  # type: ignore[operator]
    assert both[2] == pytest.approx(100 * both[0] / both[1])  # type: ignore[operator]


def test_a_board_of_which_we_hold_a_part_is_never_given(warehouse: duckdb.DuckDBPyConnection) -> None:
    sent = warehouse.execute("select distinct icb from stg_prescribing_return__prescribed").fetchall()
    assert {icb for (icb,) in sent} == {"QT1", "QJ2", "QHM"}
    given = warehouse.execute(
        "select distinct area_id from metric_quarterly where metric_id like 'melatonin%'"
    ).fetchall()
    assert given == [("qt1",)]
    assert _figure(warehouse, "melatonin_items", "qt1")[0] > 0  # type: ignore[operator]


def test_a_register_counts_a_shared_service_once_and_says_what_it_does_not_state(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    joint = {area: _figure(warehouse, "joint_commissioned_count", area) for area in ("nottingham", "qt1", "derby")}
    assert {area: figure[2] for area, figure in joint.items()} == {"nottingham": 3, "qt1": 3, "derby": 6}
    assert _figure(warehouse, "joint_commissioned_count", "newcastle")[3] == "not_supplied"
    assert _figure(warehouse, "provider_quality_pct", "derby")[3] == "not_supplied"


def test_population_has_every_area_once_and_the_roll_up_is_their_sum(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = dict(
        warehouse.execute(
            "select area_id, sum(people) from int_returns__population where district = 'Total' and age <= 25"
            " and year = (select max(year) from int_returns__population) group by 1"
        ).fetchall()
    )
    assert set(rows) == {*AREAS, "qt1"}
    assert rows["qt1"] == rows["nottingham"] + rows["nottinghamshire"]


def test_what_is_published_is_there_for_every_metric_of_the_catalogue(home: Settings) -> None:
    published = Path(home.published / "current" / "metric_quarterly.parquet")
    con = duckdb.connect()
    rows = con.execute(f"select count(distinct metric_id) from '{published}'").fetchone()
    assert rows is not None and rows[0] >= 60


def test_every_action_of_the_delivery_plans_is_published_by_its_own_key(home: Settings) -> None:
    plan = duckdb.connect().read_parquet(str(home.published / "current" / "tables" / "mart_delivery_plan.parquet"))
    counts = dict(plan.query("plan", "select seed_document, count(*) from plan group by 1").fetchall())
    assert counts == {"S0": 18, "S2": 29, "S3": 36, "S4": 10}
    twice = plan.query("plan", "select priority_no from plan where plan_id = 'nottinghamshire_pap' and ref = '1.1.1'")
    assert sorted(twice.fetchall()) == [("1",), ("2",)]


def test_published_dates_that_contradict_each_other_are_flagged_and_kept(warehouse: duckdb.DuckDBPyConnection) -> None:
    flagged = warehouse.execute(
        "select ref, due_date::varchar, last_milestone_date::varchar, is_kpi_after_due_date from mart_delivery_plan"
        " where dq_flag is not null and priority_no = '1' and seed_document = 'S2' order by ref"
    ).fetchall()
    assert flagged == [
        ("1.1.1", "2023-10-31", "2025-09-30", True),
        ("1.2.1", "2023-10-31", "2023-07-31", True),
        ("2.1.1", "2024-05-31", "2024-05-31", True),
        ("2.2.1", "2024-01-31", "2024-08-31", False),
        ("2.3.1", "2023-10-31", "2023-07-31", True),
    ]


def test_every_rating_says_that_it_is_synthetic(warehouse: duckdb.DuckDBPyConnection) -> None:
    rated = warehouse.execute(
        "select distinct is_brag_synthetic, starts_with(brag_rationale, 'Synthetic example') from mart_delivery_plan where brag <> 'not_stated'"
    ).fetchall()
    assert rated == [(True, True)]
    assert warehouse.execute("select count(*) from mart_delivery_plan_history where not is_synthetic").fetchone() == (
        0,
    )
