"""A provider's extract in, these clocks and figures out: how NHS waits are counted (domain rules 7.2, decision 0005), case by case.

Every number here was worked out by hand with a calendar; none is computed by the project. The quarter is 1 January to 31 March 2025.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from golden.delivery import (
    POSTCODE,
    Contact,
    Referral,
    Results,
    approximately,
    csds_tables,
    land,
    land_csds,
    new_home,
    run_job,
    write_tables,
)
from sendjc_pipeline.disclosure.rounding import with_formulas
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions import intake
from sendjc_pipeline.submissions.manifest import Submission
from sendjc_pipeline.warehouse import project

COUNTY = POSTCODE["nottinghamshire"]
TREATED = ("5", "03")  # attended, clinical intervention

RHA = (
    # The limit day is within; the day after is over.
    Referral("slt_126", "2024-11-25"),
    Referral("slt_127", "2024-11-24"),
    Referral("ot_91", "2024-12-30", "OT"),
    Referral("ot_92", "2024-12-29", "OT"),
    # Treated about the quarter's edges. Status 6 arrived late and was seen.
    Referral("treated_on_the_last_day", "2024-12-02", contacts=(Contact("2025-03-31", *TREATED),)),
    Referral("treated_on_the_first_day", "2024-10-02", contacts=(Contact("2025-01-01", "6", "03"),)),
    Referral("treated_on_the_day_before", "2024-10-02", contacts=(Contact("2024-12-31", *TREATED),)),
    Referral("treated_on_the_day_after", "2024-12-02", contacts=(Contact("2025-04-01", *TREATED),)),
    Referral("discharged_on_the_day_after", "2024-12-02", discharged="2025-04-01"),
    # Not brought: a discharge after the first appointment voids the wait, a new booking keeps it.
    Referral(
        "first_missed_then_discharged", "2024-11-04", contacts=(Contact("2025-01-15", "3"),), discharged="2025-01-20"
    ),
    Referral(
        "first_missed_then_treated",
        "2024-09-02",
        contacts=(Contact("2025-01-15", "3"), Contact("2025-02-26", *TREATED)),
    ),
    Referral(
        "first_missed_then_rebooked", "2024-09-02", contacts=(Contact("2025-01-15", "7"), Contact("2025-04-10", ""))
    ),
    Referral(
        "missed_twice_then_discharged",
        "2024-09-02",
        contacts=(Contact("2025-01-10", "3"), Contact("2025-02-10", "3")),
        discharged="2025-02-12",
    ),
    # Cancelled: neither a missed appointment nor a treatment nor a pause.
    Referral(
        "cancelled_then_discharged", "2024-11-04", contacts=(Contact("2025-01-15", "2"),), discharged="2025-01-20"
    ),
    Referral("cancelled_by_the_provider", "2024-11-04", contacts=(Contact("2025-01-15", "4", "03"),)),
    # Referred again.
    Referral("closed_before_5_days", "2024-07-01", discharged="2025-01-10"),
    Referral("back_after_5_days", "2025-01-15", child="closed_before_5_days"),
    Referral("closed_before_6_days", "2024-07-01", discharged="2025-01-10"),
    Referral("back_after_6_days", "2025-01-16", child="closed_before_6_days"),
    Referral("referred_twice", "2024-10-01"),
    Referral("referred_twice_again", "2025-02-01", child="referred_twice"),
    Referral("two_providers", "2025-01-20"),
    # Ended without treatment.
    Referral("rejected_at_triage", "2025-01-06", rejected="2025-01-20"),
    Referral("discharged_untreated", "2024-10-07", discharged="2025-02-14"),
    Referral("rtt_decided_not_to_treat", "2024-11-18", rtt=("2024-11-18 2025-02-10 34",)),
    # Seen, which is not treated.
    Referral("assessed_only", "2024-10-07", contacts=(Contact("2025-01-13", "5", "02"),)),
    Referral("advised_only", "2024-10-07", contacts=(Contact("2025-01-13", "5", "04"),)),
    Referral("seen_for_nothing_named", "2024-10-07", contacts=(Contact("2025-01-13", "5"),)),
    Referral("rtt_goes_on", "2024-11-18", rtt=("2024-11-18 - 20",)),
    # Treated otherwise.
    Referral("rtt_treated", "2024-11-18", rtt=("2024-11-18 2025-02-10 30",)),
    Referral("by_telephone", "2024-11-18", contacts=(Contact("2025-02-10", *TREATED, mechanism="02"),)),
    Referral("slt_and_ot", "2024-10-21", "SLT OT", contacts=(Contact("2025-01-27", *TREATED, service="OT"),)),
    Referral(
        "slt_and_physiotherapy", "2024-10-21", "SLT PT", contacts=(Contact("2025-01-27", *TREATED, service="PT"),)
    ),
    # The team stood as speech and language therapy in the extract before.
    Referral("team_recoded", "2024-12-02", "OT", contacts=(Contact("2025-02-10", *TREATED),)),
    # Impossible.
    Referral("rtt_before_the_referral", "2025-01-13", rtt=("2024-12-02 2024-12-16 30",)),
    Referral("seen_before_the_referral", "2025-01-13", contacts=(Contact("2024-12-16", *TREATED),)),
    # Who is counted.
    Referral("waits_at_25", "2025-01-13", born="1999-04-01"),
    Referral("waits_at_26", "2025-01-13", born="1999-03-31"),
    Referral("lives_elsewhere", "2025-01-13", postcode="LE1 5AA"),
    Referral("no_fixed_abode", "2025-01-13", postcode="ZZ99 3VZ"),
    Referral("address_in_the_patient_list", "2025-01-13", postcode="ZZ99 3VZ", patient_postcode=POSTCODE["nottingham"]),
    Referral("died_in_the_quarter", "2025-01-13", died="2025-02-20"),
    Referral("died_after_the_quarter", "2025-01-13", died="2025-04-02"),
    Referral("county_127", "2024-11-24", postcode=COUNTY),
    Referral("county_treated", "2024-11-18", postcode=COUNTY, contacts=(Contact("2025-02-10", *TREATED),)),
)
PLACE = {case.name: place for place, case in enumerate(RHA)}
# The other provider of the child with two providers: the same NHS number and name.
NR3 = (Referral("two_providers", "2024-10-01"),)
# Sent for the quarter before and never again: taken as closed on its last day.
BEFORE = (Referral("no_longer_sent", "2024-08-05", contacts=(Contact("2024-10-07", "3"),)),)


class Wait(NamedTuple):
    """status, whole days, over the limit, and whether the clock enters any measure that its status allows."""

    status: str
    days: int | None
    over: bool
    counted: bool = True


SLT = {
    "slt_126": Wait("open", 126, False),
    "slt_127": Wait("open", 127, True),
    "treated_on_the_last_day": Wait("stopped", 119, False),
    "treated_on_the_first_day": Wait("stopped", 91, False),
    "treated_on_the_day_before": Wait("stopped", 90, False),
    "treated_on_the_day_after": Wait("open", 119, False),
    "discharged_on_the_day_after": Wait("open", 119, False),
    "first_missed_then_discharged": Wait("nullified", None, False, counted=False),
    "first_missed_then_treated": Wait("stopped", 177, True),
    "first_missed_then_rebooked": Wait("open", 210, True),
    "missed_twice_then_discharged": Wait("ended", 163, True),
    "cancelled_then_discharged": Wait("ended", 77, False),
    "cancelled_by_the_provider": Wait("open", 147, True),
    "closed_before_5_days": Wait("open", 273, True),
    "back_after_5_days": Wait("ended", 0, False, counted=False),
    "closed_before_6_days": Wait("ended", 193, True),
    "back_after_6_days": Wait("open", 74, False),
    "referred_twice": Wait("open", 181, True),
    "referred_twice_again": Wait("ended", 0, False, counted=False),
    "two_providers": Wait("open", 70, False),
    "rejected_at_triage": Wait("ended", 14, False, counted=False),
    "discharged_untreated": Wait("ended", 130, True),
    "rtt_decided_not_to_treat": Wait("ended", 84, False),
    "assessed_only": Wait("open", 175, True),
    "advised_only": Wait("open", 175, True),
    "seen_for_nothing_named": Wait("open", 175, True),
    "rtt_goes_on": Wait("open", 133, True),
    "rtt_treated": Wait("stopped", 84, False),
    "by_telephone": Wait("stopped", 84, False),
    "slt_and_ot": Wait("open", 161, True),
    "slt_and_physiotherapy": Wait("open", 161, True),
    "seen_before_the_referral": Wait("open", 77, False, counted=False),
    "waits_at_25": Wait("open", 77, False),
    "waits_at_26": Wait("open", 77, False, counted=False),
    "lives_elsewhere": Wait("open", 77, False, counted=False),
    "no_fixed_abode": Wait("open", 77, False, counted=False),
    "address_in_the_patient_list": Wait("open", 77, False),
    "died_in_the_quarter": Wait("open", 77, False, counted=False),
    "died_after_the_quarter": Wait("open", 77, False),
    "county_127": Wait("open", 127, True),
    "county_treated": Wait("stopped", 84, False),
}
OT = {
    "ot_91": Wait("open", 91, False),
    "ot_92": Wait("open", 92, True),
    "slt_and_ot": Wait("stopped", 98, True),
    "team_recoded": Wait("stopped", 70, False),
}

Sent = tuple[Results, dict[str, Submission]]


def land_quarter_before(settings: Settings, folder: Path) -> Submission:
    tables = csds_tables("RHA", BEFORE, first=len(RHA))
    again = csds_tables("RHA", [RHA[PLACE["team_recoded"]]], first=PLACE["team_recoded"])
    for name in ("CYP001MPI", "CYP101Referral", "CYP102ServiceTypeReferredTo"):
        tables[name] += again[name]
    tables["CYP102ServiceTypeReferredTo"][-1]["TeamType"] = "33"
    tables["CYP000Header"][0] |= {"RP_StartDate": "2024-10-01", "RP_EndDate": "2024-12-31"}
    del tables["demographics_for_linkage"]
    return land(settings, "RHA", "csds", write_tables(folder / "before", tables).values(), period="2024-25-Q3")


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    folder = tmp_path_factory.mktemp("golden_therapy")
    settings = new_home(folder / "home")
    submissions = {
        "RHA": land_csds(settings, folder, "RHA", RHA),
        "before": land_quarter_before(settings, folder),
        "NR3": land_csds(settings, folder, "NR3", NR3, first=PLACE["two_providers"]),
    }
    return Results(settings, run_job(settings)), submissions


@pytest.fixture(scope="module")
def results(sent: Sent) -> Results:
    return sent[0]


def clock(sent: Sent, case: str, clock_id: str = "slt_treatment_18w") -> dict[str, object]:
    return sent[0].clock(case, PLACE[case] + 2, sent[1]["RHA"], clock_id)


def wait(sent: Sent, case: str, clock_id: str) -> Wait:
    found = clock(sent, case, clock_id)
    return Wait(*(found[key] for key in ("status", "wait_days", "is_over_limit", "is_counted")))  # type: ignore[arg-type]


def test_the_quarter_is_published(results: Results) -> None:
    assert results.exit_code == 0
    assert results.rows("select check_id from audit_check where not passed and severity = 'error'") == []


def test_every_case_is_expected() -> None:
    assert {*SLT, *OT, "rtt_before_the_referral"} == set(PLACE)


@pytest.mark.parametrize("case", SLT)
def test_the_speech_and_language_clock(sent: Sent, case: str) -> None:
    assert wait(sent, case, "slt_treatment_18w") == SLT[case]


@pytest.mark.parametrize("case", OT)
def test_the_occupational_therapy_clock(sent: Sent, case: str) -> None:
    assert wait(sent, case, "ot_treatment_13w") == OT[case]


@pytest.mark.parametrize(
    ("case", "flag"),
    [
        ("rejected_at_triage", "is_rejected"),
        ("first_missed_then_discharged", "nullified"),
        ("back_after_5_days", "is_duplicate_in_spell"),
        ("referred_twice_again", "is_duplicate_in_spell"),
        ("rtt_before_the_referral", "is_incomplete"),
        ("seen_before_the_referral", "is_incomplete"),
        ("waits_at_26", "is_aged_out"),
        ("lives_elsewhere", "is_not_resident"),
        ("no_fixed_abode", "is_not_resident"),
        ("died_in_the_quarter", "is_deceased"),
    ],
)
def test_what_is_left_out_is_kept_and_says_why(sent: Sent, case: str, flag: str) -> None:
    found = clock(sent, case)
    assert found["is_counted"] is False
    flags = [
        "is_rejected",
        "nullified",
        "is_duplicate_in_spell",
        "is_impossible",
        "is_aged_out",
        "is_not_resident",
        "is_deceased",
        "is_historical",
        "is_excepted",
        "is_incomplete",
    ]
    assert [name for name in flags if found[name]] == [flag]


def test_where_each_child_lives(sent: Sent) -> None:
    found = {
        case: clock(sent, case)["area_id"]
        for case in ("lives_elsewhere", "no_fixed_abode", "address_in_the_patient_list", "county_127")
    }
    assert found == {
        "lives_elsewhere": "elsewhere",
        "no_fixed_abode": "unknown",
        "address_in_the_patient_list": "nottingham",
        "county_127": "nottinghamshire",
    }


def test_a_child_at_two_providers_is_one_child_with_the_longest_wait(sent: Sent) -> None:
    results, submissions = sent
    here = clock(sent, "two_providers")
    there = results.clock("two_providers", 2, submissions["NR3"], "slt_treatment_18w")
    assert (there["wait_days"], there["is_over_limit"], there["is_counted"]) == (181, True, True)
    assert here["person_key"] == there["person_key"]


def test_a_referral_that_is_no_longer_sent_closed_with_its_last_period_and_was_not_void(sent: Sent) -> None:
    found = sent[0].clock("no_longer_sent", 2, sent[1]["before"], "slt_treatment_18w")
    assert (found["status"], found["wait_days"], str(found["end_date"])) == ("ended", 148, "2024-12-31")
    assert found["nullified"] is False


def test_a_team_that_was_recoded_leaves_no_second_wait(sent: Sent) -> None:
    person = clock(sent, "team_recoded", "ot_treatment_13w")["person_key"]
    assert sent[0].rows("select distinct service from fct_clock where person_key = ?", person) == [("ot",)]


def test_what_cannot_be_is_quarantined_and_counted(sent: Sent) -> None:
    results, submissions = sent
    receipt = intake.accept(results.settings, submissions["RHA"])
    serious = {t.rule: t.count for t in receipt.messages_total if t.outcome != "warn"}
    assert serious == {
        "CSDS.cyp201carecontact.attended_before_received": 1,  # seen_before_the_referral
        "CSDS.cyp202careactivity.parent.orphan": 1,  # the activity of that contact
        "CSDS.cyp104rtt.end_before_referral": 1,  # rtt_before_the_referral
    }
    warned = {t.rule: t.count for t in receipt.messages_total if t.outcome == "warn"}
    assert warned["CSDS.cyp202careactivity.not_attended"] == 1  # cancelled_by_the_provider
    assert warned["CSDS.cyp104rtt.start_before_received"] == 1  # rtt_before_the_referral
    assert warned["CSDS.cyp101referral.discharge_after_period"] == 1
    assert (
        warned["CSDS.cyp201carecontact.attended_after_period"] == 1
    )  # treated_on_the_day_after, who waited on the last day
    accounts = results.rows(
        "select layer, received_count - accepted_count, quarantined_count, is_balanced from mart_row_accounting"
        " where partner_id = 'RHA' and feed = 'csds' and period = '2024-25-Q4' order by layer"
    )
    assert accounts == [("intake", 3, 3, True), ("raw", 0, 0, True), ("staging", 0, 0, True)]


# Waiting for speech and language therapy in Nottingham on 31 March: 19 children, of whom more than 18 weeks: slt_127,
# first_missed_then_rebooked, cancelled_by_the_provider, closed_before_5_days, referred_twice, two_providers (181 days at
# the other provider), assessed_only, advised_only, seen_for_nothing_named, rtt_goes_on, slt_and_ot,
# slt_and_physiotherapy: 12. Not more: slt_126, the two of the day after, back_after_6_days, waits_at_25,
# address_in_the_patient_list, died_after_the_quarter: 7.
# Treated in the quarter: 119 + 91 + 177 + 84 + 84 = 555 days. Seen in the quarter: treated on the last and first day,
# first missed then treated, assessed, advised, seen for nothing named, by telephone: 7.
# Treated in occupational therapy: 98 + 70 days.
FIGURES = [
    ("slt_wait_over_18w_pct", "nottingham", "snapshot", "slt", 12, 19, 1200 / 19),
    ("slt_wait_over_18w_pct", "nottinghamshire", "snapshot", "slt", 1, 1, 100),
    ("slt_wait_over_18w_pct", "qt1", "snapshot", "slt", 13, 20, 65),
    ("slt_wait_mean_weeks", "nottingham", "quarter", "slt", 555 / 7, 5, 111 / 7),
    ("slt_wait_mean_weeks", "nottinghamshire", "quarter", "slt", 12, 1, 12),
    ("slt_wait_mean_weeks", "qt1", "quarter", "slt", 639 / 7, 6, 213 / 14),
    ("ot_wait_over_13w_pct", "nottingham", "snapshot", "ot", 1, 2, 50),
    ("ot_wait_over_13w_pct", "nottinghamshire", "snapshot", "ot", 0, 0, None),
    ("ot_wait_over_13w_pct", "qt1", "snapshot", "ot", 1, 2, 50),
    ("ot_wait_mean_weeks", "nottingham", "quarter", "ot", 24, 2, 12),
    ("cyp_accessing_count", "nottingham", "quarter", "slt", 7, None, 7),
    ("cyp_accessing_count", "nottinghamshire", "quarter", "slt", 1, None, 1),
    ("cyp_accessing_count", "qt1", "quarter", "slt", 8, None, 8),
    ("cyp_accessing_count", "nottingham", "quarter", "ot", 2, None, 2),
    ("cyp_accessing_count", "nottinghamshire", "quarter", "ot", 0, None, 0),
]


@pytest.mark.parametrize(("metric", "area", "window", "service", "numerator", "denominator", "value"), FIGURES)
def test_the_figures(
    results: Results,
    metric: str,
    area: str,
    window: str,
    service: str,
    numerator: float,
    denominator: float | None,
    value: float | None,
) -> None:
    found = results.figure(metric, area, window, service)
    assert found[0] == approximately(numerator)
    assert found[1] == denominator
    assert found[2] == approximately(value)


def test_the_months_of_occupational_therapy(results: Results) -> None:
    # On 31 January ot_91 and ot_92 had waited 32 and 33 days, and slt_and_ot had been treated on the 27th;
    # team_recoded had waited 60 days, and was treated in February.
    assert results.rows(
        "select month, numerator, denominator from metric_monthly where metric_id = 'ot_wait_over_13w_pct'"
        " and area_id = 'nottingham' and month >= '2025-01' order by month"
    ) == [("2025-01", 0, 3), ("2025-02", 0, 2), ("2025-03", 1, 2)]
    assert results.rows(
        "select distinct value_status from metric_monthly where metric_id = 'ot_wait_over_13w_pct'"
        " and area_id = 'nottingham' and month < '2024-10'"
    ) == [("not_supplied",)]


def test_the_cohort_takes_open_referrals_of_children_under_26(sent: Sent) -> None:
    cohort = {key for (key,) in sent[0].rows("select person_key from mart_send_cohort")}
    cases = (
        "slt_126",
        "treated_on_the_last_day",
        "rejected_at_triage",
        "discharged_untreated",
        "waits_at_25",
        "waits_at_26",
        "died_in_the_quarter",
    )
    assert {case: clock(sent, case)["person_key"] in cohort for case in cases} == {
        "slt_126": True,
        "treated_on_the_last_day": True,  # treated, and the referral goes on
        "rejected_at_triage": False,
        "discharged_untreated": False,
        "waits_at_25": True,
        "waits_at_26": False,
        "died_in_the_quarter": False,
    }


def test_the_release_hides_what_would_tell_of_one_child(results: Results) -> None:
    shown = results.released(
        "select area_id, numerator, denominator, suppression from RELEASED"
        " where metric_id = 'slt_wait_over_18w_pct' and breakdown_topic = 'Total' and area_id in ('nottingham', 'nottinghamshire', 'qt1') order by 1"
    )
    assert shown == [
        ("nottingham", 12, 19, "none"),
        ("nottinghamshire", None, None, "primary"),
        ("qt1", None, None, "secondary"),
    ]
    assert results.released(
        "select distinct value_status, dq_reason from RELEASED where area_id = 'derby' and metric_id = 'slt_wait_over_18w_pct'"
    ) == [("not_supplied", "csds from RY8 for 2024-25-Q4 has not arrived")]


# The 20 pathways of those 19 children; two_providers has 70 days at RHA besides, and counts once, at 181.
# Completed: 119, 91, 177, 84 and 84 days. Left: missed_twice 163, closed_before_6_days 193, discharged_untreated 130, cancelled 77,
# rtt_decided_not_to_treat 84. Arrived: back_after_6_days, two_providers at RHA, waits_at_25, address_in_the_patient_list, died_after.
LISTS = [
    ("waiting", {"29-84": (4, 5), "85-126": (3, 3), "127-364": (12, 12), "total": (19, 20)}),
    ("completed", {"29-84": (2, 2), "85-126": (2, 2), "127-364": (1, 1), "total": (5, 5)}),
    ("left", {"29-84": (2, 2), "127-364": (3, 3), "total": (5, 5)}),
    ("arrived", {"total": (5, 5)}),
]


@pytest.mark.parametrize(("state", "counts"), LISTS)
def test_the_waiting_list_in_its_bands(results: Results, state: str, counts: dict[str, tuple[int, int]]) -> None:
    asked = (
        "select band, child_count, pathway_count from mart_waiting_list where period = ? and state = ? and area_id = 'nottingham'"
        " and clock_id = 'slt_treatment_18w' and provider_id = 'Total' and pathway_count > 0"
    )
    for period in ("2024-25-Q4", "2025-03") if state == "waiting" else ("2024-25-Q4",):
        assert {band: (children, pathways) for band, children, pathways in results.rows(asked, period, state)} == counts


def test_waits_of_the_list_are_those_of_children_and_percentiles_need_ten(results: Results) -> None:
    asked = (
        "select state, mean_weeks, median_weeks from mart_waiting_list where period = '2024-25-Q4' and area_id = 'nottingham'"
        " and clock_id = 'slt_treatment_18w' and provider_id = 'Total' and band = 'total' and state in ('waiting', 'completed') order by 1"
    )
    assert results.rows(asked) == [
        ("completed", approximately(111 / 7), None),
        ("waiting", approximately(2768 / 19 / 7), approximately(21)),
    ]


def test_months_before_the_first_extract_tell_nothing(results: Results) -> None:
    assert results.rows(
        "select distinct child_count, value_status, dq_reason from mart_waiting_list where period = '2024-09' and provider_id = 'RHA'"
    ) == [(None, "not_supplied", "no csds from RHA covers 2024-09")]


def test_the_queue_of_speech_and_language_therapy(results: Results) -> None:
    # 90 days are 12.857 weeks: 5 arrivals are 0.3889 a week, and 4.5 weeks of them 1.75. 18.25 too many, over 365 days, are 0.35 a week.
    assert results.rows(
        "select arrivals_count, completed_count, waiting_count, load_ratio, pressure, target_list_size, weeks_to_clear,"
        " needed_weekly_capacity, extra_weekly_capacity from mart_queue"
        " where clock_id = 'slt_treatment_18w' and area_id = 'nottingham' and provider_id = 'Total'"
    ) == [
        tuple(map(approximately, (5, 5, 20, 1, 2 * 2768 / 133 / 18, 1.75, 360 / 7, 35 / 90 + 0.35, 0.35))),
    ]


def test_every_speech_and_language_case_of_nottingham_is_accounted_for(results: Results) -> None:
    # 37 of the cases above live there (not the county's two, the one elsewhere, the one without abode), rtt_before_the_referral,
    # two_providers at NR3, no_longer_sent.
    assert dict(results.rows(
        "select reason, case_count from mart_clock_accounting where clock_id = 'slt_treatment_18w' and area_id = 'nottingham'"
        " and case_count > 0"
    )) == {"all": 40, "counted": 32, "nullified": 1, "rejected": 1, "duplicate_in_spell": 2, "incomplete": 2, "deceased": 1, "aged_out": 1}  # fmt: skip


def test_beside_the_sitrep_every_pathway_of_the_provider_counts_wherever_the_child_lives(results: Results) -> None:
    # 19 in Nottingham, county_127, lives_elsewhere, no_fixed_abode.
    assert results.rows(
        "select our_count, sitrep_count, verdict from mart_sitrep_reconciliation where provider_id = 'RHA' and month = '2025-03'"
        " and service_line = 'Therapy interventions: Speech and language'"
    ) == [(22, None, "not compared: the SitRep of the month was not supplied")]


def test_a_released_list_hides_bands_of_few_and_rounds_the_others(results: Results) -> None:
    # RHA has 11, 5 and 3; the one child of NR3 is in the longest of these bands, so the list of both says neither that band nor its total.
    released = results.settings.published / "current" / "tables" / "mart_waiting_list.parquet"
    assert duckdb.execute(
        "select provider_id, band, child_count, pathway_count, suppression from read_parquet(?) where period = '2024-25-Q4' and state = 'waiting'"
        " and area_id = 'nottingham' and clock_id = 'slt_treatment_18w' and provider_id in ('RHA', 'Total')"
        " and band in ('15-28', '29-84', '85-126', '127-364', 'total') order by 1, 2",
        [str(released)],
    ).fetchall() == [
        ("RHA", "127-364", 10, 10, "rounded"),
        ("RHA", "15-28", 0, 0, "rounded"),
        ("RHA", "29-84", None, None, "secondary"),
        ("RHA", "85-126", None, None, "secondary"),
        ("RHA", "total", 20, 20, "rounded"),
        ("Total", "127-364", None, None, "secondary"),
        ("Total", "15-28", 0, 0, "rounded"),
        ("Total", "29-84", None, None, "secondary"),
        ("Total", "85-126", None, None, "secondary"),
        ("Total", "total", None, None, "secondary"),
    ]


@pytest.mark.parametrize("name", ["queue", "sitrep_reconciliation"])
def test_what_a_release_works_out_again_is_what_the_model_works_out(results: Results, name: str) -> None:
    meta = project.manifest()["exposures"][f"exposure.sendjc.release_{name}"]["config"]["meta"]
    formulas = meta["small_numbers"]["formulas"]
    shown = ", ".join(formulas)
    again = with_formulas(f"select * from mart_{name}", formulas, decimals=6)
    rows = results.rows(f"select {shown} from ({again}) order by all")
    assert any(None not in row for row in rows) or name != "queue"
    assert rows == results.rows(f"select {', '.join(f'round({c}, 6)' for c in formulas)} from mart_{name} order by all")
