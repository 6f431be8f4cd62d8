"""A council's return in, these clocks and figures out: the statutory timescales (domain rules 7.1, sources 1.5), case by case.

Every number here was worked out by hand with a calendar; none is computed by the project. The quarter is 1 January to 31 March 2025.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from golden.delivery import Ehc, Results, approximately, land_sen2, new_home, run_job, upn
from sendjc_pipeline.submissions.manifest import Submission

DERBY = (
    # Issued in the quarter: the limit day is in time, the day after is not, and the quarter's first and last days count.
    Ehc("issued_on_day_140", "2024-09-16", "Y 2024-10-21", ("Y 2025-02-03",)),
    Ehc("issued_on_day_141", "2024-09-16", "Y 2024-10-21", ("Y 2025-02-04",)),
    Ehc("issued_on_the_first_day", "2024-08-14", "Y 2024-09-18", ("Y 2025-01-01",)),
    Ehc("issued_on_the_last_day", "2024-11-18", "Y 2024-12-16", ("Y 2025-03-31",)),
    Ehc("sixty_weeks", "2024-01-08", "Y 2024-02-12", ("Y 2025-03-03",)),
    # Exceptions may be in time: then leaving them out lowers the figure, as in Newcastle in 2020.
    Ehc("exception_on_day_100", "2024-10-14", "Y 2024-11-18", ("Y 2025-01-22 week20",)),
    Ehc("exception_on_day_120", "2024-10-14", "Y 2024-11-18", ("Y 2025-02-11 week20",)),
    Ehc("exception_on_day_130", "2024-10-14", "Y 2024-11-18", ("Y 2025-02-21 week20",)),
    Ehc("exception_on_day_200", "2024-08-05", "Y 2024-09-09", ("Y 2025-02-21 week20",)),
    # Overturned: the first outcome and its day stay in the return, and the plan is counted from the request.
    Ehc("refusal_to_assess_overturned", "2024-04-08", "N 2024-05-20", ("Y 2025-02-10",), tribunal=True),
    Ehc("refusal_to_issue_overturned", "2024-07-01", "Y 2024-08-05", ("N 2024-10-21 tribunal",), plan="2025-03-03"),
    Ehc(
        "refusal_to_issue_and_a_second_outcome", "2024-07-01", "Y 2024-08-05", ("N 2024-10-21 tribunal", "Y 2024-12-02")
    ),
    # H on the request: decided before the collection period, so out of the 6-week measure and no other.
    Ehc("historical_request", "2024-10-07", "H", ("Y 2025-02-17",)),
    # Issued outside the quarter.
    Ehc("issued_on_the_day_before", "2024-08-13", "Y 2024-09-17", ("Y 2024-12-31",)),
    Ehc("received_on_29_february", "2024-02-29", "Y 2024-04-11", ("Y 2024-07-18",)),
    Ehc("issued_on_the_day_after", "2024-11-11", "Y 2024-12-16", ("Y 2025-04-01",)),
    # Decisions whether to assess.
    Ehc("decided_on_day_42", "2024-12-02", "Y 2025-01-13", ("A",)),
    Ehc("refused_on_day_43", "2024-12-02", "N 2025-01-14"),
    Ehc("decided_on_the_last_day", "2025-02-17", "Y 2025-03-31", ("A",)),
    Ehc("decision_without_a_date", "2025-01-02", "Y", ("A",)),
    Ehc("awaiting_a_decision", "2025-01-20", "A"),
    Ehc("withdrawn_before_the_decision", "2025-01-06", "W 2025-01-27"),
    Ehc("first_request_refused", "2024-05-07", "N 2024-06-10"),
    Ehc("second_request", "2024-11-25", "Y 2025-01-06", ("A",), child="first_request_refused"),
    # Decisions not to issue.
    Ehc("refused_to_issue_on_day_112", "2024-10-14", "Y 2024-11-18", ("N 2025-02-03",)),
    Ehc("refused_to_issue_on_day_113", "2024-10-14", "Y 2024-11-18", ("N 2025-02-04",)),
    Ehc("withdrawn_in_assessment", "2024-11-04", "Y 2024-12-09", ("W 2025-02-17",)),
    Ehc("refused_without_a_date", "2025-01-02", "N"),
    Ehc("refused_to_issue_without_a_date", "2024-09-02", "Y 2024-10-07", ("N",)),
    # Open.
    Ehc("to_be_issued_without_a_date", "2024-09-02", "Y 2024-10-07", ("Y",)),
    Ehc("open_on_day_141", "2024-11-10", "Y 2024-12-16", ("A",)),
    Ehc("received_on_the_last_day", "2025-03-31", "A"),
    Ehc("waiting_at_25", "2024-08-05", "Y 2024-09-09", ("A",), born="1999-04-01"),
    Ehc("waiting_at_26", "2024-08-05", "Y 2024-09-09", ("A",), born="1999-03-31"),
    # Plans that no clock of this authority led to.
    Ehc("transferred_in", "2024-12-09", "H", ("H",), plan="2025-01-20", transfer_la="892"),
    Ehc("assessed_elsewhere", "2024-09-02", "Y 2024-10-07", ("S 2025-02-03",), plan="2025-02-03"),
    Ehc("old_plan", "2019-09-02", "H", ("H",), plan="2020-03-02"),
    Ehc("plan_ceased", "2019-09-02", "H", ("H",), plan="2020-03-02 2025-02-14 2"),
    Ehc("plan_ceased_on_the_last_day", "2019-09-02", "H", ("H",), plan="2020-03-02 2025-03-31 2"),
    Ehc("plan_ceases_on_the_day_after", "2019-09-02", "H", ("H",), plan="2020-03-02 2025-04-01 2"),
    Ehc("plan_at_26", "2016-02-01", "H", ("H",), plan="2016-09-01", born="1999-03-31"),
)

# The same place in both tables is the same child: one UPN, one forename.
NOTTINGHAM = (
    Ehc("stays", "2021-02-01", "H", ("H",), plan="2021-09-01"),
    Ehc("handed_on", "2021-02-01", "H", ("H",), plan="2021-09-01 2025-02-15 5", upn=upn("892", 501)),
    Ehc("still_claimed", "2021-02-01", "H", ("H",), plan="2021-09-01", upn=upn("892", 502)),
    Ehc("left_in_assessment", "2024-10-21", "Y 2024-12-02", ("A",), exported="891", upn=upn("892", 503)),
)
NOTTINGHAMSHIRE = (
    Ehc("stays", "2021-02-01", "H", ("H",), plan="2021-09-01"),
    Ehc("handed_on", "2025-02-03", "H", ("H",), plan="2025-02-16", transfer_la="892", upn=upn("892", 501)),
    Ehc("still_claimed", "2025-02-03", "H", ("H",), plan="2025-03-01", transfer_la="892", upn=upn("892", 502)),
    Ehc("left_in_assessment", "2025-02-03", "Y 2025-03-10", ("A",), upn=upn("892", 503)),
)
COUNCILS = {"derby": DERBY, "nottingham": NOTTINGHAM, "nottinghamshire": NOTTINGHAMSHIRE}


class Wait(NamedTuple):
    """status, whole days, over the limit, and whether the clock enters any measure."""

    status: str
    days: int
    over: bool
    counted: bool = True


ISSUED = {  # the 20-week clocks that a plan stopped
    "issued_on_day_140": Wait("stopped", 140, False),
    "issued_on_day_141": Wait("stopped", 141, True),
    "issued_on_the_first_day": Wait("stopped", 140, False),
    "issued_on_the_last_day": Wait("stopped", 133, False),
    "sixty_weeks": Wait("stopped", 420, True),
    "exception_on_day_100": Wait("stopped", 100, False),
    "exception_on_day_120": Wait("stopped", 120, False),
    "exception_on_day_130": Wait("stopped", 130, False),
    "exception_on_day_200": Wait("stopped", 200, True),
    "refusal_to_assess_overturned": Wait("stopped", 308, True),
    "refusal_to_issue_overturned": Wait("stopped", 245, True),
    "refusal_to_issue_and_a_second_outcome": Wait("stopped", 154, True),
    "historical_request": Wait("stopped", 133, False),
    "issued_on_the_day_before": Wait("stopped", 140, False),
    "received_on_29_february": Wait("stopped", 140, False),
}
OPEN = {  # no plan by 31 March; day 140 is not yet overdue
    "issued_on_the_day_after": Wait("open", 140, False),
    "decided_on_day_42": Wait("open", 119, False),
    "decided_on_the_last_day": Wait("open", 42, False),
    "decision_without_a_date": Wait("open", 88, False),
    "awaiting_a_decision": Wait("open", 70, False),
    "second_request": Wait("open", 126, False),
    "to_be_issued_without_a_date": Wait("open", 210, True),
    "open_on_day_141": Wait("open", 141, True),
    "received_on_the_last_day": Wait("open", 0, False),
    "waiting_at_25": Wait("open", 238, True),
    "waiting_at_26": Wait("open", 238, True, counted=False),
}
ENDED = {  # refused or withdrawn: neither in the measure nor waiting
    "refused_on_day_43": 43,
    "withdrawn_before_the_decision": 21,
    "first_request_refused": 34,
    "refused_to_issue_on_day_112": 112,
    "refused_to_issue_on_day_113": 113,
    "withdrawn_in_assessment": 105,
    "refused_without_a_date": 0,
    "refused_to_issue_without_a_date": 0,
}
HISTORICAL = (
    "transferred_in",
    "assessed_elsewhere",
    "old_plan",
    "plan_ceased",
    "plan_ceased_on_the_last_day",
    "plan_ceases_on_the_day_after",
    "plan_at_26",
)
EXCEPTIONS = ("exception_on_day_100", "exception_on_day_120", "exception_on_day_130", "exception_on_day_200")

DECIDED = {
    "issued_on_day_140": Wait("stopped", 35, False),
    "refusal_to_assess_overturned": Wait("stopped", 42, False),
    "received_on_29_february": Wait("stopped", 42, False),
    "decided_on_day_42": Wait("stopped", 42, False),
    "refused_on_day_43": Wait("stopped", 43, True),
    "decided_on_the_last_day": Wait("stopped", 42, False),
    "second_request": Wait("stopped", 42, False),
    "first_request_refused": Wait("stopped", 34, False),
    "awaiting_a_decision": Wait("open", 70, True),
    "decision_without_a_date": Wait("open", 88, True),
    "received_on_the_last_day": Wait("open", 0, False),
}
NOT_ISSUED = {
    "refused_to_issue_on_day_112": Wait("stopped", 112, False),
    "refused_to_issue_on_day_113": Wait("stopped", 113, True),
    "refusal_to_issue_overturned": Wait("stopped", 112, False),
    "refusal_to_issue_and_a_second_outcome": Wait("stopped", 112, False),
}

IN_FORCE = {*ISSUED, "transferred_in", "assessed_elsewhere", "old_plan", "plan_ceases_on_the_day_after", "plan_at_26"}


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> tuple[Results, dict[str, Submission]]:
    folder = tmp_path_factory.mktemp("golden_ehc")
    settings = new_home(folder / "home")
    submissions = {council: land_sen2(settings, folder, council, cases) for council, cases in COUNCILS.items()}
    return Results(settings, run_job(settings)), submissions


@pytest.fixture(scope="module")
def results(sent: tuple[Results, dict[str, Submission]]) -> Results:
    return sent[0]


def clock(
    sent: tuple[Results, dict[str, Submission]], case: str, clock_id: str, council: str = "derby"
) -> dict[str, object]:
    row = [c.name for c in COUNCILS[council]].index(case) + 2
    return sent[0].clock(case, row, sent[1][council], clock_id)


def wait(sent: tuple[Results, dict[str, Submission]], case: str, clock_id: str) -> Wait:
    found = clock(sent, case, clock_id)
    return Wait(*(found[key] for key in ("status", "wait_days", "is_over_limit", "is_counted")))  # type: ignore[arg-type]


def test_the_quarter_is_published_and_every_row_of_the_delivery_was_accepted(results: Results) -> None:
    assert results.exit_code == 0
    assert (
        results.rows("select count(*), count(*) filter (where not passed) from audit_check where severity = 'error'")[
            0
        ][1]
        == 0
    )
    assert results.rows("select distinct partner_id, quarantined_count from mart_row_accounting order by 1") == [
        ("derby", 0),
        ("nottingham", 0),
        ("nottinghamshire", 0),
    ]


def test_every_case_is_expected_once() -> None:
    assert sorted([*ISSUED, *OPEN, *ENDED, *HISTORICAL]) == sorted(case.name for case in DERBY)


@pytest.mark.parametrize("case", [*ISSUED, *OPEN])
def test_the_20_week_clock(sent: tuple[Results, dict[str, Submission]], case: str) -> None:
    expected = {**ISSUED, **OPEN}[case]
    assert wait(sent, case, "ehc_plan_20w_inc") == expected
    without_exceptions = expected._replace(counted=expected.counted and case not in EXCEPTIONS)
    assert wait(sent, case, "ehc_plan_20w_exc") == without_exceptions


@pytest.mark.parametrize("case", ENDED)
def test_a_refused_or_withdrawn_case_has_ended(sent: tuple[Results, dict[str, Submission]], case: str) -> None:
    found = wait(sent, case, "ehc_plan_20w_inc")
    assert (found.status, found.days) == ("ended", ENDED[case])


@pytest.mark.parametrize("case", HISTORICAL)
def test_a_historical_assessment_is_in_no_measure_of_time(
    sent: tuple[Results, dict[str, Submission]], case: str
) -> None:
    for clock_id in ("ehc_decision_6w", "ehc_no_issue_16w", "ehc_plan_20w_inc", "ehc_plan_20w_exc"):
        found = clock(sent, case, clock_id)
        assert (found["is_counted"], found["is_historical"]) == (False, True), clock_id
        assert found["status"] != "open"


@pytest.mark.parametrize("case", DECIDED)
def test_the_6_week_clock(sent: tuple[Results, dict[str, Submission]], case: str) -> None:
    assert wait(sent, case, "ehc_decision_6w") == DECIDED[case]


def test_withdrawn_requests_and_historical_ones_have_no_decision_to_measure(
    sent: tuple[Results, dict[str, Submission]],
) -> None:
    assert wait(sent, "withdrawn_before_the_decision", "ehc_decision_6w")[:2] == ("ended", 21)
    historical = clock(sent, "historical_request", "ehc_decision_6w")
    assert (historical["is_counted"], historical["is_historical"]) == (False, True)


@pytest.mark.parametrize("case", NOT_ISSUED)
def test_the_16_week_clock(sent: tuple[Results, dict[str, Submission]], case: str) -> None:
    assert wait(sent, case, "ehc_no_issue_16w") == NOT_ISSUED[case]


# Issued in the quarter: 12 plans. In time: days 140, 140, 133, 133 and the exceptions of days 100, 120, 130.
# In order 100 120 130 133 133 140 | 140 141 200 245 308 420: the median is 140 days, 20 weeks.
# Decisions of the quarter: 6, 13, 14 January and 31 March, one of them on day 43.
FIGURES = [
    ("ehcp_20w_pct_inc", "quarter", 7, 12, 700 / 12),
    ("ehcp_20w_pct_inc", "calendar_ytd", 7, 12, 700 / 12),
    ("ehcp_20w_pct_exc", "quarter", 4, 8, 50),
    ("ehcp_20w_pct_exc", "calendar_ytd", 4, 8, 50),
    ("ehc_decision_6w_pct", "quarter", 3, 4, 75),
    ("ehc_weeks_median", "quarter", None, 12, 20),
    ("ehc_open_over_20w_count", "snapshot", 3, None, 3),
    ("ehcp_caseload", "snapshot", 20, None, 20),
]


@pytest.mark.parametrize(("metric", "window", "numerator", "denominator", "value"), FIGURES)
def test_the_figures_of_derby(
    results: Results, metric: str, window: str, numerator: float | None, denominator: float | None, value: float
) -> None:
    found = results.figure(metric, "derby", window, "ehc")
    assert found[:2] == (numerator, denominator)
    assert found[2] == approximately(value)


def test_timely_exceptions_left_out_lower_the_figure(results: Results) -> None:
    inc = results.figure("ehcp_20w_pct_inc", "derby", "quarter", "ehc")[2]
    exc = results.figure("ehcp_20w_pct_exc", "derby", "quarter", "ehc")[2]
    assert inc is not None and exc is not None and exc < inc


def test_the_caseload_is_the_plans_in_force(sent: tuple[Results, dict[str, Submission]]) -> None:
    results, submissions = sent
    found = results.rows(
        "select event.source_row from int_ehc__plan as plan inner join fct_event as event on plan.case_id = event.case_id"
        " where plan.is_in_force and event.event_type = 'request_received' and event.submission_id = ?",
        submissions["derby"].submission_id,
    )
    assert sorted(DERBY[row - 2].name for (row,) in found) == sorted(IN_FORCE)


def test_a_young_person_of_26_is_not_in_the_cohort(sent: tuple[Results, dict[str, Submission]]) -> None:
    cohort = {key for (key,) in sent[0].rows("select person_key from mart_send_cohort")}
    person = {
        name: clock(sent, name, "ehc_plan_20w_inc")["person_key"]
        for name in ("plan_at_26", "waiting_at_26", "waiting_at_25")
    }
    assert {name: key in cohort for name, key in person.items()} == {
        "plan_at_26": False,
        "waiting_at_26": False,
        "waiting_at_25": True,
    }


@pytest.mark.parametrize("case", ["handed_on", "still_claimed", "left_in_assessment"])
def test_a_mover_is_one_child(sent: tuple[Results, dict[str, Submission]], case: str) -> None:
    here, there = (clock(sent, case, "ehc_plan_20w_inc", council) for council in ("nottingham", "nottinghamshire"))
    assert here["person_key"] == there["person_key"]
    assert sent[0].rows("select count(*) from mart_send_cohort where person_key = ?", here["person_key"]) == [(1,)]


def test_a_mover_has_one_maintaining_authority(sent: tuple[Results, dict[str, Submission]]) -> None:
    results = sent[0]
    caseload = {
        area: results.figure("ehcp_caseload", area, "snapshot", "ehc")[2]
        for area in ("nottingham", "nottinghamshire", "qt1")
    }
    assert caseload == {"nottingham": 1, "nottinghamshire": 3, "qt1": 4}
    moved = clock(sent, "handed_on", "ehc_plan_20w_inc", "nottinghamshire")["person_key"]
    assert results.rows("select maintaining_area_id, area_id from mart_send_cohort where person_key = ?", moved) == [
        ("nottinghamshire", "nottinghamshire")
    ]


def test_a_child_who_left_during_the_assessment_waits_in_the_new_authority_only(
    sent: tuple[Results, dict[str, Submission]],
) -> None:
    left = clock(sent, "left_in_assessment", "ehc_plan_20w_inc", "nottingham")
    assert left["status"] != "open"
    # The decision that Nottingham made before the child left stays Nottingham's: 42 days.
    decided = clock(sent, "left_in_assessment", "ehc_decision_6w", "nottingham")
    assert (decided["status"], decided["wait_days"], decided["is_counted"]) == ("stopped", 42, True)
    arrived = clock(sent, "left_in_assessment", "ehc_plan_20w_inc", "nottinghamshire")
    assert (arrived["status"], arrived["wait_days"], arrived["is_counted"]) == ("open", 56, True)
    overdue = {
        area: sent[0].figure("ehc_open_over_20w_count", area, "snapshot", "ehc")[2]
        for area in ("nottingham", "nottinghamshire", "qt1")
    }
    assert overdue == {"nottingham": 0, "nottinghamshire": 0, "qt1": 0}


def test_the_release_shows_what_is_large_enough_and_says_who_sent_nothing(results: Results) -> None:
    shown = results.released(
        "select metric_id, numerator, denominator, round(value, 6), suppression, value_status from RELEASED"
        " where area_id = 'derby' and time_window in ('quarter', 'snapshot') and breakdown_topic = 'Total'"
        " and metric_id in ('ehc_decision_6w_pct', 'ehc_open_over_20w_count', 'ehc_weeks_median', 'ehcp_20w_pct_exc', 'ehcp_20w_pct_inc',"
        " 'ehcp_caseload') order by 1"
    )
    assert shown == [
        ("ehc_decision_6w_pct", None, None, None, "primary", "final"),  # 3 of 4
        ("ehc_open_over_20w_count", None, None, None, "primary", "final"),  # 3
        # 12 plans, and 15 in the last 12 months: shown side by side they would tell of the 3 issued before.
        ("ehc_weeks_median", None, None, None, "secondary", "final"),
        ("ehcp_20w_pct_exc", None, None, None, "primary", "final"),  # 4 of 8
        ("ehcp_20w_pct_inc", None, None, None, "secondary", "final"),
        ("ehcp_caseload", 20, None, 20, "none", "final"),
    ]
    assert results.released(
        "select distinct value_status, numerator, value, dq_reason from RELEASED"
        " where area_id = 'newcastle' and source_feeds = 'sen2' and breakdown_topic = 'Total'"
    ) == [("not_supplied", None, None, "sen2 from newcastle for 2024-25-Q4 has not arrived")]
