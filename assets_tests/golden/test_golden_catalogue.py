"""What sections 1 and 2 of the domain rules say in numbers, days and windows, written down here a second time: the seeds say the same, no more and no less.

Belongs here: what a person reads off the rules. Does not belong here: how a figure is reckoned or judged (the other golden tests).
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path

import pytest

from sendjc_pipeline.warehouse.project import ROOT, SEEDS

DOCUMENTS = ROOT.parent / "shared" / "seeds"

# Metric, area, comparator, value, unit, window, holds from, due, document; a month without a day is its last day.
ABSOLUTE = {
    ("ehcp_20w_pct_inc", "nottinghamshire", ">=", "15", "pct", "calendar_ytd", "2023-01-01", "2023-09-30", "S2"),
    ("ehcp_20w_pct_exc", "nottinghamshire", ">=", "15", "pct", "calendar_ytd", "2023-01-01", "2023-09-30", "S2"),
    ("ehcp_20w_pct_inc", "nottinghamshire", ">=", "40", "pct", "calendar_ytd", "2024-01-01", "2024-07-31", "S2"),
    ("ehcp_20w_pct_exc", "nottinghamshire", ">=", "40", "pct", "calendar_ytd", "2024-01-01", "2024-07-31", "S2"),
    ("ep_assessments_month", "nottinghamshire", ">=", "90", "count", "month_mean", "2023-01-01", "2023-10-31", "S2"),
    ("structured_conversation_pct", "nottinghamshire", ">=", "50", "pct", "quarter", "2023-01-01", "2023-12-31", "S2"),
    ("structured_conversation_pct", "nottinghamshire", ">=", "95", "pct", "quarter", "2024-01-01", "2024-07-31", "S2"),
    ("annual_review_12m_pct", "nottinghamshire", ">=", "80", "pct", "quarter", "2023-01-01", "2024-07-31", "S2"),
    ("amended_plan_12w_pct", "nottinghamshire", ">=", "85", "pct", "quarter", "2023-01-01", "2024-07-31", "S2"),
    ("ep_establishment_fte", "nottinghamshire", ">=", "9", "fte", "snapshot", "2023-01-01", "2025-09-30", "S2"),
    ("ehcp_coordinator_added", "nottinghamshire", ">=", "6", "posts", "snapshot", "2023-01-01", "2023-07-31", "S2"),
    ("service_organiser_added", "nottinghamshire", ">=", "1", "posts", "snapshot", "2023-01-01", "2023-07-31", "S2"),
    ("nd_posts_added", "nottinghamshire", ">=", "4", "posts", "snapshot", "2023-01-01", "2023-07-31", "S2"),
    ("nd_practitioner_added", "nottinghamshire", ">=", "1", "posts", "snapshot", "2023-01-01", "2023-07-31", "S2"),
    ("mhst_school_coverage_pct", "qt1", ">=", "45", "pct", "snapshot", "2024-04-01", "2025-01-31", "S0"),
    ("mhst_cyp_coverage_count", "qt1", ">=", "72000", "count", "snapshot", "2024-04-01", "2025-01-31", "S0"),
}
# A direction with a day: metric, area, window, due.
DATED_DIRECTIONS = {
    ("nd_referral_to_diagnosis_weeks", "nottinghamshire", "quarter", "2024-03-31"),
    ("nd_referral_to_diagnosis_weeks", "nottinghamshire", "rolling_12m", "2024-03-31"),
    ("nbs_wait_weeks", "nottinghamshire", "quarter", "2024-03-31"),
    ("compaed_wait_weeks", "nottinghamshire", "quarter", "2024-03-31"),
    ("therapy_wait_weeks", "nottinghamshire", "quarter", "2024-03-31"),
    ("ap_framework_use_pct", "newcastle", "snapshot", "2024-12-31"),
    ("short_break_access_count", "newcastle", "quarter", "2025-04-01"),
    ("short_break_access_count", "newcastle", "rolling_12m", "2025-04-01"),
    ("isp_capacity_count", "newcastle", "snapshot", "2028-09-30"),
}
# A figure that a document gives for where things stood: metric, area, window, value, last day, document. A year means its last day, and 2019/20 is the
# financial year. What fits no measure is not here; docs/verdicts.md says what and why.
BASELINES = {
    ("ehcp_20w_pct_inc", "nottinghamshire", "calendar_ytd", "3.4", "2023-02-28", "S2"),
    ("ehcp_20w_pct_exc", "nottinghamshire", "calendar_ytd", "3.4", "2023-02-28", "S2"),
    ("ehcp_20w_pct_inc", "nottinghamshire", "calendar_ytd", "7.8", "2023-03-31", "S2"),
    ("ehcp_20w_pct_exc", "nottinghamshire", "calendar_ytd", "7.8", "2023-03-31", "S2"),
    ("ehcp_20w_pct_inc", "nottinghamshire", "quarter", "7.8", "2023-03-31", "S2"),
    ("ehcp_20w_pct_exc", "nottinghamshire", "quarter", "7.8", "2023-03-31", "S2"),
    ("ep_unallocated_count", "nottinghamshire", "snapshot", "323", "2023-05-31", "S2"),
    ("mhst_team_count", "qt1", "snapshot", "12", "2023-12-31", "S0"),
    ("ehcp_prevalence_pct", "derby", "snapshot", "3", "2016-12-31", "S3"),
    ("ehcp_prevalence_pct", "derby", "snapshot", "3.7", "2020-03-31", "S3"),
    ("sen_support_pct", "derby", "snapshot", "13.6", "2016-12-31", "S3"),
    ("sen_support_pct", "derby", "snapshot", "13.1", "2020-03-31", "S3"),
    ("send_pupil_pct", "derby", "snapshot", "16.8", "2020-03-31", "S3"),
    ("ehcp_cin_count", "derby", "snapshot", "168", "2020-03-31", "S3"),
    ("ehcp_pfa_count", "derby", "snapshot", "165", "2020-03-31", "S3"),
    ("ehcp_new_communities_count", "derby", "snapshot", "80", "2020-03-31", "S3"),
    ("ehcp_caseload", "newcastle", "snapshot", "1292", "2017-12-31", "S4"),
    ("ehcp_caseload", "newcastle", "snapshot", "2611", "2023-07-31", "S4"),
    ("specialist_places_count", "newcastle", "snapshot", "821", "2020-12-31", "S4"),
    ("specialist_places_count", "newcastle", "snapshot", "981", "2023-12-31", "S4"),
    ("autism_pupil_count", "newcastle", "snapshot", "1224", "2023-12-31", "S4"),
    ("autism_pupil_pct", "newcastle", "snapshot", "2.9", "2023-12-31", "S4"),
    ("nd_referral_count", "newcastle", "rolling_12m", "834", "2020-03-31", "S4"),
    ("nd_referral_count", "newcastle", "rolling_12m", "1771", "2023-03-31", "S4"),
    ("nd_wait_over_18w_pct", "newcastle", "snapshot", "75", "2023-12-31", "S4"),
}
# A limit in days that the name of a measure holds; none of them has a percentage to reach.
LIMITS = {"slt_wait_over_18w_pct": "126", "ot_wait_over_13w_pct": "91", "nd_wait_over_18w_pct": "126"}

# The window of each measure of 1.1 and 1.2: the column `window`, or the words "at quarter end", "in quarter", "in 12 months". A survey wave, a term
# and a milestone are read in the quarter in which they end.
WINDOWS = {
    "snapshot": """pathway_service_count slt_wait_over_18w_pct ot_wait_over_13w_pct send_cohort_count send_prevalence_pct mhst_team_count
        mhst_school_coverage_pct mhst_cyp_coverage_count dsr_open_count keyworker_allocated_count ep_unallocated_count ep_wait_max_weeks
        joint_commissioned_count sen_support_variation ep_establishment_fte ehcp_coordinator_added service_organiser_added nd_posts_added
        nd_practitioner_added ehc_open_over_20w_count annual_review_overdue_count ehcp_caseload personal_budget_count nd_waiting_count
        nd_wait_over_18w_pct waiting_list_count""",
    "quarter": """cyp_accessing_count cyp_accessing_rate feedback_positive_pct smooth_transition_pct slt_wait_mean_weeks ot_wait_mean_weeks
        specialist_wait_median_weeks sub_threshold_support_count sleep_wait_median_weeks sensory_individual_spend_gbp sleep_training_spend_gbp
        melatonin_items melatonin_cost_gbp training_places_count absence_rate persistent_absence_pct suspension_rate perm_exclusion_rate
        iass_contacts_count comm_aids_count structured_conversation_pct annual_review_12m_pct amended_plan_12w_pct partner_contribution_good_pct
        complaints_count complaints_review_timescale_count mediation_count tribunal_appeal_rate ehc_timely_pct views_considered_pct
        ehc_experience_pct review_value_pct review_listened_pct review_effective_pct graduated_clear_pct nbs_wait_weeks compaed_wait_weeks
        therapy_wait_weeks equipment_wait_weeks dq_consistency ehc_decision_6w_pct ehc_weeks_median review_decision_4w_pct""",
    "month_mean": "ep_assessments_month",
    "rolling_12m": "ot_joint_assessment_pct professionals_per_cyp_mean assessments_per_cyp_mean mainstream_sen_funding_uplift_pct",
    # A year beside the quarter, where a quarter of one small area is few children: ours.
    "quarter rolling_12m": "specialist_demand_rate nd_referral_to_diagnosis_weeks nd_referral_count short_break_access_count sensory_assessment_count",
    # The calendar year of the DfE's return beside the quarter: ours.
    "calendar_ytd quarter": "ehc_no_issue_16w_pct phase_transfer_on_time_pct",
    "calendar_ytd quarter rolling_12m": "ehcp_20w_pct_inc ehcp_20w_pct_exc",
}
# The rules say quarter; twelve months, because its numerator looks back twelve months (docs/measures.md).
OTHER_THAN_THE_RULES = {"sensory_need_met_pct": "rolling_12m"}

# The letters of the column `grain`. +s: by which services; +m: a monthly series is kept; +t: by tier; +n and +l: by need and district.
SERVICES = {
    "cyp_accessing_count": "slt ot sleep hearing vision multi_sensory sensory_processing_ot",
    "cyp_accessing_rate": "slt ot sleep hearing vision multi_sensory sensory_processing_ot",
    "pathway_service_count": "sensory sleep",
    "feedback_positive_pct": "slt ot sensory sleep",
    "smooth_transition_pct": "slcn ot sensory sleep mental_health",
    "specialist_wait_median_weeks": "slt ot physio hearing vision nd_assessment community_paediatrics camhs",
    "sub_threshold_support_count": "sleep school_nursing mhst",
    "specialist_demand_rate": "slt ot physio hearing vision nd_assessment community_paediatrics camhs",
    "training_places_count": "slt sleep",
    "assessments_per_cyp_mean": "slt ot physio",
    "waiting_list_count": "slt ot camhs mhst",
}
MONTHLY = """slt_wait_over_18w_pct slt_wait_mean_weeks ot_wait_over_13w_pct ot_wait_mean_weeks specialist_wait_median_weeks ep_assessments_month
    nd_referral_to_diagnosis_weeks nbs_wait_weeks compaed_wait_weeks therapy_wait_weeks""".split()
BY_TIER = """cyp_accessing_count smooth_transition_pct slt_wait_over_18w_pct slt_wait_mean_weeks ot_wait_over_13w_pct ot_wait_mean_weeks
    sleep_wait_median_weeks""".split()
BREAKDOWNS = {
    "send_cohort_count": {"primary_need", "district"},  # +n+l
    "primary_need_share_pct": {"primary_need"},
    "ehcp_ethnicity_share_pct": {"ethnicity_major"},
    "ehcp_sex_share_pct": {"sex"},
    "ehcp_age_share_pct": {"age_band"},
    **{m: {"sen_provision"} for m in ("absence_rate", "persistent_absence_pct", "suspension_rate", "perm_exclusion_rate")},
}  # fmt: skip
BY_PAYER = {"sensory_individual_spend_gbp", "sleep_training_spend_gbp"}


def _seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _series(*, grain: str, column: str) -> dict[str, set[str]]:
    found = defaultdict(set)
    for row in _seed("metric_series"):
        if row["grain"] == grain:
            found[row["metric_id"]].add(row[column])
    return found


def test_the_absolute_targets_are_those_of_the_documents_and_no_other() -> None:
    columns = ("metric_id", "area_id", "comparator", "target_value", "unit", "time_window", "effective_from", "target_due_date", "seed_document")  # fmt: skip
    rows = [tuple(row[c] for c in columns) for row in _seed("metric_target") if row["target_type"] == "absolute"]
    assert set(rows) == ABSOLUTE
    assert len(rows) == len(ABSOLUTE)


def test_the_directions_that_have_a_day_have_the_documents_own() -> None:
    rows = [
        (row["metric_id"], row["area_id"], row["time_window"], row["target_due_date"])
        for row in _seed("metric_target")
        if row["target_type"] == "directional" and row["target_due_date"]
    ]
    assert set(rows) == DATED_DIRECTIONS
    assert len(rows) == len(DATED_DIRECTIONS)


def test_the_baselines_are_those_of_the_documents_and_no_other() -> None:
    columns = ("metric_id", "area_id", "time_window", "baseline_value", "baseline_date", "seed_document")
    rows = [tuple(row[c] for c in columns) for row in _seed("metric_baseline")]
    assert set(rows) == BASELINES
    assert len(rows) == len(BASELINES)


def test_a_baseline_is_of_an_area_and_a_window_in_which_its_measure_is_given() -> None:
    areas = {row["metric_id"]: row["areas"] for row in _seed("metric_definition")}
    given = _series(grain="quarterly", column="time_window")
    for row in _seed("metric_baseline"):
        assert areas[row["metric_id"]] in ("all", row["area_id"]), row
        assert row["time_window"] in given[row["metric_id"]], row


def test_a_baseline_tells_of_one_series() -> None:
    """It is read by measure, area and window: of a measure by service it would be set against each of them."""
    services = _series(grain="quarterly", column="service")
    assert [row["metric_id"] for row in _seed("metric_baseline") if len(services[row["metric_id"]]) > 1] == []


def test_a_waiting_standard_is_a_limit_in_days_and_never_a_percentage_to_reach() -> None:
    limit = {row["metric_id"]: row["threshold_days"] for row in _seed("metric_definition")}
    assert {metric_id: limit[metric_id] for metric_id in LIMITS} == LIMITS
    targets = [row for row in _seed("metric_target") if row["metric_id"] in LIMITS]
    assert {row["target_type"] for row in targets} == {"directional"}


def test_a_target_is_in_the_unit_of_its_measure_and_of_a_window_that_is_given() -> None:
    unit = {row["metric_id"]: row["unit"] for row in _seed("metric_definition")}
    given = _series(grain="quarterly", column="time_window")
    for row in _seed("metric_target"):
        assert row["unit"] == unit[row["metric_id"]], row
        assert row["time_window"] in given[row["metric_id"]], row


def test_each_measure_is_given_over_the_window_that_the_rules_name() -> None:
    wanted = {metric_id: set(windows.split()) for windows, ids in WINDOWS.items() for metric_id in ids.split()}
    wanted |= {metric_id: {window} for metric_id, window in OTHER_THAN_THE_RULES.items()}
    given = _series(grain="quarterly", column="time_window")
    assert {metric_id: given[metric_id] for metric_id in wanted} == wanted


def test_each_measure_is_given_by_the_services_that_the_rules_name() -> None:
    given = _series(grain="quarterly", column="service")
    assert {m: given[m] for m in SERVICES} == {m: set(services.split()) for m, services in SERVICES.items()}


def test_a_monthly_series_is_kept_where_the_rules_keep_one() -> None:
    assert sorted(set(MONTHLY) - _series(grain="monthly", column="service").keys()) == []


def test_each_measure_is_cut_as_the_rules_cut_it() -> None:
    given = defaultdict(set)
    for row in _seed("metric_breakdown"):
        given[row["metric_id"]].add(row["breakdown_topic"])
    assert {m: topics - given[m] for m, topics in BREAKDOWNS.items() if topics - given[m]} == {}
    assert {m for m in BREAKDOWNS if m.endswith("_share_pct") and given[m] != BREAKDOWNS[m]} == set()
    assert {row["metric_id"] for row in _seed("return_measure") if row["breakdown_topic"] == "payer"} >= BY_PAYER


def test_where_the_rules_cut_by_tier_each_row_is_of_one_tier() -> None:
    """A service of one tier is told from another tier's by its own row; a pathway of several is cut by tier."""
    tiers = defaultdict(set)
    for row in _seed("service"):
        tiers[row["service"]].add(row["tier"])
        tiers[row["pathway"]].add(row["tier"])
    given = defaultdict(set)
    for row in _seed("metric_series"):
        given[row["metric_id"], row["service"]].add(row["tier"])
    for metric_id, service in given:
        if metric_id in BY_TIER:
            several = tiers[service] if len(tiers[service]) > 1 else set()
            assert given[metric_id, service] == {"Total", *several}, (metric_id, service)


@pytest.mark.parametrize("seed", ["metric_definition", "metric_target", "metric_baseline"])
def test_every_quote_stands_in_its_document(seed: str) -> None:
    if not DOCUMENTS.is_dir():
        pytest.skip("needs the documents in ../shared/seeds, which are not part of the project")
    said = {f"S{place}": _words(path) for place, path in enumerate(sorted(DOCUMENTS.glob("*.txt")))}
    rows = _seed(seed)
    assert [row for row in rows if _plain(row["quote"]) not in said[row["seed_document"]]] == []


def _words(path: Path) -> str:
    return _plain(path.read_text(encoding="utf-8"))


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().lower()
