"""dbt's own unit tests and the tests of our generic tests and macros, on a built file that still has schema `raw`; and how we ask its data tests."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import dagster as dg
import pytest

from integration.conftest import KNOWN_AT, QUARTER
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.warehouse import build, data_tests, project
from sendjc_pipeline.warehouse.connection import connect
from sendjc_pipeline.warehouse.gather import gather
from sendjc_pipeline.warehouse.inputs import create_raw


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("unit") / build.BUILDING_NAME


@pytest.fixture(scope="module")
def outcomes(published: tuple[Settings, dg.ExecuteInProcessResult], built: Path) -> dict[str, str]:
    """Status of every unit test and self test, by name."""
    settings = published[0]
    con = connect(built, settings=settings)
    create_raw(con, settings, gather(settings, QUARTER, KNOWN_AT))
    con.close()
    steps = [
        build.TABLES,
        ["test", "--resource-type", "unit_test"],
        ["test", "--select", f"tag:{project.SELF_TEST}"],
    ]
    return {result.unique_id: result.status for result in build.run_dbt(settings, built, steps)}


def test_every_unit_test_of_the_models_passes(outcomes: dict[str, str]) -> None:
    found = {name: status for name, status in outcomes.items() if name.startswith("unit_test.")}
    assert len(found) >= 56
    assert {name: status for name, status in found.items() if status != "pass"} == {}


def test_every_test_of_our_tests_and_macros_passes(outcomes: dict[str, str]) -> None:
    found = {name: status for name, status in outcomes.items() if name.startswith("test.")}
    assert len(found) >= 10
    assert {name: status for name, status in found.items() if status != "pass"} == {}


# Each date rule of the domain notes (7.1, 7.2, 7.12) by the name of its unit test: a rule that loses its test is missed here.
DATE_RULES = """
a_plan_on_day_140_is_in_time_and_on_day_141_is_not
a_tenth_missed_is_persistent_absence_and_one_session_less_is_not
a_short_break_is_not_being_looked_after_and_twelve_months_count_to_the_day
twelve_of_twelve_with_one_need_are_hidden_and_who_left_is_counted_with_their_exclusions
an_open_case_is_overdue_from_day_141
a_refusal_to_issue_on_day_112_is_in_time_and_on_day_113_is_not
day_126_of_a_speech_wait_is_not_over_18_weeks_and_day_127_is
day_91_of_an_occupational_therapy_wait_is_not_over_13_weeks_and_day_92_is
a_plan_issued_on_the_last_day_of_the_quarter_is_completed
including_exceptions_may_be_the_better_figure
five_days_after_closure_joins_the_spell_and_six_begin_another
not_brought_first_then_booked_again_keeps_the_clock_and_discharge_makes_it_void
two_open_referrals_are_one_child_at_the_longest_wait
a_clock_stopped_on_the_quarters_last_day_is_completed_and_the_day_after_is_open
a_transfer_to_another_provider_begins_another_spell
a_transfer_to_another_provider_ends_one_clock_and_the_other_starts_its_own
a_wait_is_in_its_band_on_both_sides_of_each_edge
on_29_february_a_wait_ends_in_february_and_the_day_after_in_march
a_wait_stopped_on_the_months_last_day_is_completed_and_the_day_after_is_waiting
a_child_who_moved_area_mid_pathway_counts_where_it_lives_and_once
a_treatment_recorded_late_counts_on_its_own_day
a_discharge_recorded_late_counts_on_its_own_day
the_newest_record_stands_and_one_no_longer_sent_was_closed
a_team_that_is_no_longer_named_was_closed_and_of_two_the_last_counts
an_overturned_refusal_keeps_its_first_outcome_and_gains_a_plan
h_on_the_assessment_counts_nowhere_and_h_on_the_request_only_not_in_6_weeks
days_are_calendar_days_over_29_february_and_a_clock_change
somebody_of_25_is_in_scope_and_of_26_is_not
a_local_wait_stops_with_what_was_asked_for
two_kinds_of_equipment_are_two_waits_and_two_of_one_kind_are_one
a_local_row_that_is_no_longer_sent_was_closed
ended_before_it_began_is_impossible_though_a_stop_is_still_to_come
the_year_to_date_begins_on_1_january_and_the_quarter_on_its_first_day
advice_on_day_42_is_in_time_and_on_day_43_is_not
a_final_plan_on_day_15_of_the_draft_is_in_time_and_on_day_14_is_too_soon
a_review_due_on_29_february_is_due_on_28_february
a_review_decision_on_day_28_is_in_time_and_on_day_29_is_not
an_amended_plan_on_day_84_is_in_time_and_on_day_85_is_not
an_amend_decision_without_a_final_plan_at_day_84_is_a_miss
phase_transfers_are_due_on_15_february_and_31_march
a_gap_of_28_days_is_smooth_and_of_29_is_delayed
a_transition_with_a_censored_90_day_window_is_provisional
smooth_delayed_bounced_lost_and_forced_discharge_are_counted_at_14_28_and_42_days
a_quarter_with_a_censored_90_day_window_is_provisional
a_referral_reopened_five_days_after_closure_is_the_same_stay_and_after_six_another
""".split()


def test_every_date_rule_has_its_unit_test(outcomes: dict[str, str]) -> None:
    names = {name.split(".")[-1] for name in outcomes}
    assert set(DATE_RULES) - names == set()


@pytest.mark.usefixtures("outcomes")
def test_a_spoilt_warehouse_is_judged_as_dbt_itself_judges_it(
    published: tuple[Settings, dg.ExecuteInProcessResult], built: Path, tmp_path: Path
) -> None:
    """Every data test, by status and by rows at fault: of sound tables, of spoilt ones, and of one that is not there."""
    settings, spoilt = published[0], Path(shutil.copy(built, tmp_path / build.BUILDING_NAME))
    con = connect(spoilt, settings=settings)
    for change in (
        "drop view fct_event", "insert into dim_person select * from dim_person limit 9", "delete from area",
        "update metric_quarterly set value = -1, numerator = 5, denominator = 4", "update int_pathway__spell set closed_date = received_date - 1",
    ):  # fmt: skip
        con.execute(change)
    ours = data_tests.run(con, project.compiled_tests())
    con.close()
    quarters_own = ["test", "--exclude-resource-type", "unit_test", "--exclude", f"tag:{project.SELF_TEST}"]
    dbts = build.run_dbt(settings, spoilt, [quarters_own])
    told = [{r.unique_id: (r.status, r.failures) for r in results} for results in (ours, dbts)]
    assert told[0] == told[1]
    assert Counter(status for status, _ in told[0].values()).keys() == {"pass", "warn", "fail", "error"}


def test_another_tools_parse_does_not_take_the_place_of_ours() -> None:
    assert project.prepare().parent != project.PROJECT / "target"
    databases = {node["database"] for node in project.manifest()["nodes"].values() if node["resource_type"] == "model"}
    assert databases == {"warehouse"}
