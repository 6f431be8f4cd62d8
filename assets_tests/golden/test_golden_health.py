"""Health pathways beside speech and occupational therapy: a small CSDS and MHSDS delivery in, worked-out clocks out.

Belongs here: which service a record is, and the clocks of that service. Does not belong here: the rules on waiting that all services share
(test_golden_therapy).
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from golden.delivery import (
    POSTCODE,
    Contact,
    Referral,
    Results,
    csds_tables,
    land,
    new_home,
    nhs_number,
    run_job,
    write_tables,
)
from sendjc_pipeline.submissions.manifest import Submission

ASSESSED = ("5", "02")
CSDS = (
    Referral("paediatrics", "2024-10-07", "PAED", contacts=(Contact("2025-02-10", *ASSESSED),)),
    Referral("suspected_autism", "2024-10-07", "PAED", contacts=(Contact("2025-02-11", *ASSESSED),)),
    Referral("developmental", "2024-11-25", "PAED"),
    Referral("hearing", "2024-10-07", "HEARING"),
    Referral("physiotherapy", "2024-10-21", "PT", contacts=(Contact("2025-01-27", "5", "03"),)),
    Referral("school_nurse", "2025-01-06", "SCHOOL", contacts=(Contact("2025-02-03", "5"),)),
)
PLACE = {case.name: place for place, case in enumerate(CSDS)}


class Mental(NamedTuple):
    """One MHSDS referral: team type, reason, received, and the rest; `serial` says whose NHS number it is."""

    name: str
    team: str
    reason: str
    received: str
    serial: int
    rejected: str = ""
    seen: str = ""
    planned: str = ""
    discharged: str = ""


MHSDS = (
    Mental("clinic", "A06", "05", "2025-01-06", 100, seen="2025-02-03", planned="2025-02-24"),
    Mental("school_team", "F01", "25", "2024-12-02", 101),
    Mental("nd_team", "C04", "99", "2024-11-24", 102),
    Mental("suspected_at_the_clinic", "A06", "25", "2024-12-02", 103, seen="2025-02-03"),
    Mental("rejected", "A06", "05", "2025-01-06", 104, rejected="2025-01-20"),
    Mental("developmental_again", "C04", "25", "2025-02-03", PLACE["developmental"]),
    # One child, from the school team to the clinic: seen there on day 14 after the team let go.
    Mental("school_first", "F01", "05", "2025-01-06", 105, seen="2025-01-20", discharged="2025-02-10"),
    Mental("clinic_next", "A06", "05", "2025-02-03", 105, seen="2025-02-24"),
)
ROW = {case.name: place + 2 for place, case in enumerate(MHSDS)}


def csds() -> dict[str, list[dict[str, object]]]:
    tables = csds_tables("RHA", CSDS)
    requests = {name: tables["CYP101Referral"][place]["ServiceRequestID"] for name, place in PLACE.items()}
    tables["CYP101Referral"][PLACE["developmental"]]["PrimaryReferralReason"] = "017"
    request = requests["suspected_autism"]
    tables["CYP606ProvDiag"] = [{
        "ServiceRequestID": request, "Diagnosis_Scheme": "06", "ProvisionalDiagnosis": "401204006", "ProvisionalDiagnosis_Date": "2024-10-07",
    }]  # fmt: skip
    tables["CYP607PrimDiag"] = [{
        "ServiceRequestID": request, "Diagnosis_Scheme": "02", "PrimaryDiagnosis": "F840", "PrimaryDiagnosis_Date": "2025-03-03",
    }]  # fmt: skip
    return tables


def mhsds() -> dict[str, list[dict[str, object]]]:
    tables: dict[str, list[dict[str, object]]] = {
        "MHS000Header": [{
            "DatSetVer": "6.0", "OrgIDProvider": "RHA", "OrgIDSubmit": "RHA", "PrimSystemInUse": "Golden", "ReportingPeriodStartDate": "2025-01-01",
            "ReportingPeriodEndDate": "2025-03-31", "DateTimeDatSetCreate": "2025-04-10T09:30:00",
        }],
        "MHS902ServiceTeamDetails": [
            {"CareProfTeamLocalID": f"T{team}", "ServTeamTypeMH": team, "ServTeamIntAgeGroup": "02"}
            for team in sorted({case.team for case in MHSDS})
        ],
        "MHS001MPI": [], "MHS008CarePlanType": [], "MHS101Referral": [], "MHS201CareContact": [], "MHS202CareActivity": [],
        "MHS606CodedScoreAssessmentRefer": [],
    }  # fmt: skip
    for case in MHSDS:
        request, patient = f"M{case.name}", f"RHAP{case.serial:03d}"
        if patient not in {row["LocalPatientID"] for row in tables["MHS001MPI"]}:
            tables["MHS001MPI"].append({
                "LocalPatientID": patient, "OrgIDLocalPatientID": "RHA", "OrgIDEduEstab": "", "NHSNumber": nhs_number(case.serial),
                "NHSNumberStatus": "01", "PersonBirthDate": "2018-06-09", "Postcode": POSTCODE["nottingham"], "Gender": "2",
                "EthnicCategory": "A", "PersDeathDate": "",
            })  # fmt: skip
        tables["MHS101Referral"].append({
            "ServiceRequestID": request, "LocalPatientID": patient, "OrgIDComm": "QT1", "CareProfTeamLocalID": f"T{case.team}",
            "ReferralRequestReceivedDate": case.received, "SourceOfReferralMH": "A1", "ClinRespPriorityType": "3", "PrimReasonReferralMH": case.reason,
            "ServDischDate": case.discharged, "ReferRejectionDate": case.rejected, "ReferRejectReason": "02" if case.rejected else "", "ReferClosReason": "",
        })  # fmt: skip
        if case.seen:
            tables["MHS201CareContact"].append({
                "CareContactID": f"C{request}", "ServiceRequestID": request, "CareContDate": case.seen, "OtherCareProfTeamLocalID": "", "ConsType": "01",
                "ConsMechanismMH": "01", "AttendStatus": "5", "CareContCancelDate": "", "CareContCancelReas": "",
            })  # fmt: skip
            tables["MHS202CareActivity"].append({
                "CareActID": f"A{request}", "CareContactID": f"C{request}", "ClinContactDurOfCareAct": "60", "Procedure": "1108261000000102",
            })  # fmt: skip
            tables["MHS606CodedScoreAssessmentRefer"].append({
                "ServiceRequestID": request, "CodedAssToolType": "718458005", "PersScore": "17", "AssToolCompTimestamp": f"{case.seen}T10:30:00",
            })  # fmt: skip
        if case.planned:
            tables["MHS008CarePlanType"].append({
                "CarePlanID": f"P{request}", "LocalPatientID": patient, "CarePlanTypeMH": "10", "CarePlanCreatDate": case.planned,
                "CarePlanImplementDate": case.planned,
            })  # fmt: skip
    return tables


class Wait(NamedTuple):
    """status, whole days, over the limit (None: there is none), counted."""

    status: str
    days: int
    over: bool | None = None
    counted: bool = True


OF_CSDS = {
    ("paediatrics", "community_paediatrics_assessment"): Wait("stopped", 126),
    ("suspected_autism", "nd_assessment_18w"): Wait("stopped", 127, over=True),
    ("suspected_autism", "nd_diagnosis"): Wait("stopped", 147),
    ("developmental", "nd_assessment_18w"): Wait("open", 126, over=False),
    ("developmental", "nd_diagnosis"): Wait("open", 126),
    ("hearing", "hearing_assessment"): Wait("open", 175),
    ("hearing", "hearing_contact"): Wait("open", 175),
    ("physiotherapy", "physio_treatment"): Wait("stopped", 98),
    ("physiotherapy", "physio_assessment"): Wait("stopped", 98),
    ("school_nurse", "school_nursing_contact"): Wait("stopped", 28),
}
OF_MHSDS = {
    ("school_first", "mhst_assessment"): Wait("stopped", 14),
    # No new clock between tiers of one trust.
    ("clinic_next", "camhs_assessment"): Wait("ended", 0, counted=False),
    ("clinic", "camhs_assessment"): Wait("stopped", 28),
    ("clinic", "camhs_help"): Wait("stopped", 49),  # the care plan came last
    ("school_team", "mhst_assessment"): Wait("open", 119),
    ("school_team", "mhst_help"): Wait("open", 119),
    ("nd_team", "nd_assessment_18w"): Wait("open", 127, over=True),
    ("suspected_at_the_clinic", "nd_assessment_18w"): Wait("stopped", 63, over=False),
    ("suspected_at_the_clinic", "nd_diagnosis"): Wait("open", 119),
    ("rejected", "camhs_assessment"): Wait("ended", 14, counted=False),
    # The paediatricians of the same trust had the child already: one spell, whichever feed tells of it.
    ("developmental_again", "nd_assessment_18w"): Wait("ended", 0, over=False, counted=False),
}

Sent = tuple[Results, Submission, Submission]


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    folder = tmp_path_factory.mktemp("golden_health")
    settings = new_home(folder / "home")
    paths = write_tables(folder / "csds", csds())
    land(settings, "RHA", "demographics", [paths.pop("demographics_for_linkage")])
    community = land(settings, "RHA", "csds", paths.values())
    mental = land(settings, "RHA", "mhsds", write_tables(folder / "mhsds", mhsds()).values())
    return Results(settings, run_job(settings)), community, mental


def wait(results: Results, case: str, row: int, submission: Submission, clock_id: str) -> Wait:
    found = results.clock(case, row, submission, clock_id)
    return Wait(*(found[key] for key in ("status", "wait_days", "is_over_limit", "is_counted")))


def test_the_quarter_is_published(sent: Sent) -> None:
    assert sent[0].exit_code == 0
    assert sent[0].rows("select check_id from audit_check where not passed and severity = 'error'") == []


@pytest.mark.parametrize(("case", "clock_id"), OF_CSDS)
def test_the_clocks_of_community_services(sent: Sent, case: str, clock_id: str) -> None:
    assert wait(sent[0], case, PLACE[case] + 2, sent[1], clock_id) == OF_CSDS[case, clock_id]


@pytest.mark.parametrize(("case", "clock_id"), OF_MHSDS)
def test_the_clocks_of_mental_health_services(sent: Sent, case: str, clock_id: str) -> None:
    assert wait(sent[0], case, ROW[case], sent[2], clock_id) == OF_MHSDS[case, clock_id]


def test_a_case_has_the_clocks_of_its_service_and_no_others(sent: Sent) -> None:
    found = sent[0].rows(
        "select service, count(distinct clock_id), count(distinct case_id) from fct_clock group by 1 order by 1"
    )
    assert found == [
        ("camhs", 2, 3),
        ("community_paediatrics", 1, 1),
        ("hearing", 2, 1),
        ("mhst", 2, 2),
        ("nd_assessment", 2, 5),
        ("physio", 2, 1),
        ("school_nursing", 1, 1),
    ]


def test_no_metric_of_other_services_has_moved(sent: Sent) -> None:
    assert sent[0].rows(
        "select distinct service from metric_quarterly where metric_id like 'slt_wait%' or metric_id like 'ot_wait%' order by 1"
    ) == [("ot",), ("slt",)]


def test_the_child_who_went_from_the_school_team_to_the_clinic_moved_smoothly(sent: Sent) -> None:
    """The clinic saw the child 14 days after the team let go; nobody recorded a handover; 90 days after the move are not over."""
    assert sent[0].rows(
        "select from_tier, to_tier, gap_days, is_accepted, is_not_returned, is_handover_in_time, is_end_after_acceptance, outcome, is_provisional"
        " from int_pathway__transition where is_counted"
    ) == [("targeted", "specialist", 14, True, True, None, True, "smooth", True)]
    assert sent[0].rows(
        "select limit_days, outcome, transition_count, share_pct, value_status from mart_tier_transition where quarter = '2024-25-Q4'"
        " and area_id = 'nottingham' and outcome in ('total', 'smooth') order by 1, 2"
    ) == [
        row
        for limit in (14, 28, 42)
        for row in ((limit, "smooth", 1, 100, "provisional"), (limit, "total", 1, None, "provisional"))
    ]


def test_quarters_before_the_first_extract_tell_of_no_move(sent: Sent) -> None:
    assert sent[0].rows(
        "select distinct quarter, transition_count, value_status from mart_tier_transition where quarter < '2024-25-Q4' order by 1"
    ) == [(f"2024-25-Q{number}", None, "not_supplied") for number in (1, 2, 3)]


def test_the_flow_of_the_clinic(sent: Sent) -> None:
    """Three came to it of their own: helped, turned away, and (within a spell of the school team) one who is not a case of the clinic."""
    assert sent[0].rows(
        "select step, outcome, reason, case_count from mart_pathway_flow where service = 'camhs' and area_id = 'nottingham' and case_count > 0"
        " and outcome <> 'reached' order by step_order, outcome, reason"
    ) == [
        ("received", "dropped_out", "Total", 1),
        ("received", "dropped_out", "rejected", 1),
        ("received", "passed", "Total", 1),
        ("first_contact", "passed", "Total", 1),
        ("assessed", "passed", "Total", 1),
        ("treated", "in_step", "Total", 1),
    ]
