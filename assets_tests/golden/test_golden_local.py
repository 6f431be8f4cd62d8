"""Local files of councils and providers: a small delivery of each in, worked-out clocks out.

Belongs here: what a row of a local file means to a wait. Does not belong here: the rules on waiting that all services share
(test_golden_therapy).
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import pytest

from golden.delivery import POSTCODE, Results, forename, land, new_home, run_job, upn
from sendjc_pipeline.submissions.manifest import Submission

Row = dict[str, object]


def child(serial: int, area: str = "nottingham") -> Row:
    """Who a child is, in every local file alike."""
    return {
        "local_id": f"L{serial:03d}", "upn": upn("892", serial), "surname": "Goldenchild", "forename": forename(serial),
        "date_of_birth": "2016-06-09", "sex": "F", "postcode": POSTCODE[area],
    }  # fmt: skip


def sleep(name: str, serial: int, referred: str, **more: object) -> Row:
    return {"referral_id": name, **child(serial), "referral_date": referred, **more}


def need(name: str, serial: int, kind: str, referred: str, **more: object) -> Row:
    return {"caseload_id": name, **child(serial), "need": kind, "referral_date": referred, **more}


def item(name: str, serial: int, kind: str, asked: str, **more: object) -> Row:
    return {"request_id": name, **child(serial), "category": kind, "request_date": asked, **more}


def short_break(name: str, serial: int, kind: str, asked: str, **more: object) -> Row:
    return {"package_id": name, **child(serial), "break_type": kind, "request_date": asked, **more}


def advice(name: str, serial: int, adviser: str, asked: str, area: str = "nottingham", **more: object) -> Row:
    return {"advice_id": name, **child(serial, area), "adviser_type": adviser, "requested_date": asked, **more}


FILES: dict[tuple[str, str], dict[str, list[Row]]] = {
    ("nottingham", "sleep_support"): {
        "sleep_support": [
            sleep("seen_on_the_last_day", 1, "2025-01-06", accepted_date="2025-01-13", first_contact_date="2025-03-31", pathway_step="1"),
            sleep("waiting", 2, "2024-11-25"),
            sleep("turned_down", 3, "2025-01-06", rejected_date="2025-01-20", discharge_date="2025-01-20", outcome="5"),
            sleep("left", 4, "2024-10-07", discharge_date="2025-01-10", outcome="4"),
            sleep("back_after_5_days", 4, "2025-01-15"),
            sleep("gone", 5, "2024-10-07", discharge_date="2025-01-10", outcome="4"),
            sleep("back_after_6_days", 5, "2025-01-16"),
        ],
        "sleep_step": [
            {"step_id": "s1", "referral_id": "seen_on_the_last_day", "pathway_step": "1", "start_date": "2025-03-31", "first_attended_date": "2025-03-31"},
        ],
    },
    ("nottingham", "sensory_support"): {
        "sensory_support": [
            need("assessed", 11, "HI", "2025-01-06", assessment_date="2025-02-03"),
            need("visited", 12, "MSI", "2025-01-06", start_date="2025-01-20", first_visit_date="2025-02-10", visits_in_period="2"),
            need("not_eligible", 13, "VI", "2025-01-06", assessment_date="2025-02-03", eligibility_band="0"),
            need("processing", 11, "SP", "2024-11-24"),
        ]
    },
    ("RHA", "equipment"): {
        "equipment": [
            item("seat", 21, "SEAT", "2024-10-14", assessment_date="2024-10-07", decision="A", decision_date="2024-11-11", delivery_date="2025-01-20"),
            item("aid", 21, "COMM", "2024-11-04"),
            item("aid_again", 21, "COMM", "2025-01-13"),
            item("declined", 22, "MOB", "2025-01-06", decision="D", decision_date="2025-01-27"),
        ]
    },
    ("nottingham", "short_breaks"): {
        "short_breaks": [
            short_break("club", 31, "HC", "2024-11-04", agreed_date="2024-11-18", start_date="2025-02-03", hours_agreed="24", hours_used="6"),
            short_break("nights", 31, "NR", "2025-02-03"),
        ]
    },
    ("nottingham", "ep_advice"): {
        "ep_advice": [
            advice("day_42", 41, "EP", "2024-12-16", allocated_date="2025-01-06", child_seen_date="2025-01-20", received_date="2025-01-27"),
            advice("day_43", 42, "EP", "2024-12-16", area="derby", allocated_date="2025-01-06", received_date="2025-01-28", late_reason="1"),
            advice("unallocated", 43, "EP", "2025-02-16"),
            advice("therapist", 43, "SLT", "2025-02-17"),
            advice("cancelled", 43, "SC", "2025-01-06", cancelled_date="2025-02-03"),
        ]
    },
}  # fmt: skip


class Wait(NamedTuple):
    """status, whole days, over the limit (None: there is none), counted."""

    status: str
    days: int
    over: bool | None = None
    counted: bool = True


SLEEP, SENSORY, EQUIPMENT = ("nottingham", "sleep_support"), ("nottingham", "sensory_support"), ("RHA", "equipment")
BREAKS, ADVICE = ("nottingham", "short_breaks"), ("nottingham", "ep_advice")
WAITS = {
    (*SLEEP, "seen_on_the_last_day", "sleep_contact"): Wait("stopped", 84),
    (*SLEEP, "waiting", "sleep_contact"): Wait("open", 126),
    (*SLEEP, "turned_down", "sleep_contact"): Wait("ended", 14, counted=False),
    (*SLEEP, "left", "sleep_contact"): Wait("open", 175),  # one spell: the child is back within five days
    (*SLEEP, "back_after_5_days", "sleep_contact"): Wait("ended", 0, counted=False),
    (*SLEEP, "gone", "sleep_contact"): Wait("ended", 95),
    (*SLEEP, "back_after_6_days", "sleep_contact"): Wait("open", 74),
    (*SENSORY, "assessed", "hearing_assessment"): Wait("stopped", 28),
    (*SENSORY, "assessed", "hearing_contact"): Wait("open", 84),
    (*SENSORY, "visited", "multi_sensory_assessment"): Wait("stopped", 35),
    (*SENSORY, "visited", "multi_sensory_contact"): Wait("stopped", 35),
    (*SENSORY, "not_eligible", "vision_assessment"): Wait("stopped", 28),
    (*SENSORY, "not_eligible", "vision_contact"): Wait("ended", 28, counted=False),
    (*SENSORY, "processing", "sensory_processing_assessment"): Wait("open", 127),
    (*SENSORY, "processing", "sensory_processing_contact"): Wait("open", 127),
    (*EQUIPMENT, "seat", "equipment_delivery"): Wait("stopped", 98),
    (*EQUIPMENT, "aid", "equipment_delivery"): Wait("open", 147),  # another kind: a wait of its own
    (*EQUIPMENT, "aid_again", "equipment_delivery"): Wait("ended", 0, counted=False),
    (*EQUIPMENT, "declined", "equipment_delivery"): Wait("ended", 21, counted=False),
    (*BREAKS, "club", "short_break_start"): Wait("stopped", 91),
    (*BREAKS, "nights", "short_break_start"): Wait("open", 56),
    (*ADVICE, "day_42", "ep_advice_6w"): Wait("stopped", 42, over=False),
    (*ADVICE, "day_42", "ep_allocation"): Wait("stopped", 21),
    (*ADVICE, "day_43", "ep_advice_6w"): Wait("stopped", 43, over=True, counted=False),  # excused
    (*ADVICE, "day_43", "ep_allocation"): Wait("stopped", 21),
    (*ADVICE, "unallocated", "ep_advice_6w"): Wait("open", 43, over=True),
    (*ADVICE, "unallocated", "ep_allocation"): Wait("open", 43),
    (*ADVICE, "therapist", "slt_advice_6w"): Wait("open", 42, over=False),
    (*ADVICE, "cancelled", "social_care_advice_6w"): Wait("ended", 28, over=False),
}
Sent = tuple[Results, dict[tuple[str, str], Submission]]


def write(folder: Path, tables: dict[str, list[Row]]) -> list[Path]:
    folder.mkdir(parents=True)
    for name, rows in tables.items():
        header = list(dict.fromkeys(key for row in rows for key in row))
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return [folder / f"{name}.csv" for name in tables]


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    folder = tmp_path_factory.mktemp("golden_local")
    settings = new_home(folder / "home")
    submissions = {
        (partner, feed): land(settings, partner, feed, write(folder / partner / feed, tables))
        for (partner, feed), tables in FILES.items()
    }
    return Results(settings, run_job(settings)), submissions


def test_the_quarter_is_published(sent: Sent) -> None:
    assert sent[0].exit_code == 0
    assert sent[0].rows("select check_id from audit_check where not passed and severity = 'error'") == []
    assert sent[0].rows("select feed, count(*) from mart_row_accounting where layer = 'staging' and is_balanced group by 1 order by 1") == [
        (feed, 1) for feed in sorted(feed for _, feed in FILES)
    ]  # fmt: skip


@pytest.mark.parametrize(("partner", "feed", "case", "clock_id"), WAITS)
def test_the_clocks_of_local_files(sent: Sent, partner: str, feed: str, case: str, clock_id: str) -> None:
    results, submissions = sent
    rows = next(iter(FILES[partner, feed].values()))
    row = next(place for place, told in enumerate(rows, start=2) if case in told.values())
    found = results.clock(case, row, submissions[partner, feed], clock_id)
    assert (
        Wait(*(found[key] for key in ("status", "wait_days", "is_over_limit", "is_counted")))
        == WAITS[partner, feed, case, clock_id]
    )


def test_no_case_has_other_clocks(sent: Sent) -> None:
    assert sent[0].rows("select count(*) from fct_clock") == [(len(WAITS),)]


def test_advice_is_the_figure_of_the_council_that_asked(sent: Sent) -> None:
    """The child of day 43 lives in Derby."""
    assert sent[0].rows(
        "select distinct area_id, area_basis from fct_clock where pathway = 'ehc_advice'"
    ) == [("nottingham", "maintaining")]  # fmt: skip
    assert sent[0].rows("select clock_id, wait_days from fct_clock where is_excepted") == [("ep_advice_6w", 43)]


def test_what_was_used_is_told_by_quarter(sent: Sent) -> None:
    assert sent[0].rows("select service, event_date::varchar from fct_event where event_type = 'support_used' order by 1") == [
        ("multi_sensory", "2025-03-31"), ("short_breaks", "2025-03-31"),
    ]  # fmt: skip


def test_a_child_who_waits_is_in_the_cohort(sent: Sent) -> None:
    """An open referral to a listed service is evidence (domain rules 7.10); those who were turned away or were served are not of it."""
    assert sent[0].rows(
        "select service, count(distinct person_key) from mart_send_cohort_evidence where is_counted group by 1 order by 1"
    ) == [
        ("equipment", 1), ("hearing", 1), ("multi_sensory", 1), ("sensory_processing_ot", 1), ("short_breaks", 1), ("sleep", 4),
    ]  # fmt: skip
