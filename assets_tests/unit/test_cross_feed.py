"""Rules across feeds: each on rows that contradict each other and on rows that do not, over the shape that the warehouse gives them."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sendjc_pipeline import feeds
from sendjc_pipeline.feeds.cross_feed import cross_feed_rules
from sendjc_pipeline.identity.columns import raw_columns
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.warehouse import cross_feed
from sendjc_pipeline.warehouse.connection import connect
from sendjc_pipeline.warehouse.cross_feed import compare_feeds, findings_path

Q4 = Quarter.parse("2024-25-Q4")
Rows = Mapping[str, Sequence[Mapping[str, Any]]]

DERBY = {"partner": "derby", "submission_id": "d", "period_start": "2025-01-01", "period_end": "2025-03-31"}
CITY = {"partner": "nottingham", "submission_id": "n", "period_start": "2025-01-01", "period_end": "2025-03-31"}
RY8 = {"partner": "RY8", "submission_id": "r", "period_start": "2025-01-01", "period_end": "2025-03-31"}


def plan(who: Mapping[str, str], child: str, reason: str | None = None) -> dict[str, list[dict[str, Any]]]:
    """A request of a child with its plan, at a council."""
    return {
        "sen2_requests": [{**who, "requeststableid": "q", "person_key": child, "source_row": 2}],
        "sen2_assessment": [{**who, "assessmenttableid": "a", "requeststableid": "q", "source_row": 2}],
        "sen2_namedplan": [{**who, "namedplantableid": "p", "assessmenttableid": "a", "ceasereason": reason,
                            "ceasedate": "2025-02-01" if reason else None, "source_row": 2}],
        "sen2_activeplans": [{**who, "activeplanstableid": "v", "requeststableid": "q", "source_row": 2}],
    }  # fmt: skip


def patient(child: str, died: str | None = None, named: bool = True) -> dict[str, list[dict[str, Any]]]:
    """A patient with an open referral, and the provider's demographics of the same child."""
    found: dict[str, list[dict[str, Any]]] = {
        "csds_cyp001mpi": [
            {**RY8, "localpatientid": "l", "person_key": child, "persondeathdate": died, "source_row": 2}
        ],
        "csds_cyp101referral": [{**RY8, "servicerequestid": "s", "person_key": child, "source_row": 2}],
        "demographics_demographics": [{**RY8, "localpatientid": "m", "person_key": "someone", "source_row": 2}],
    }
    if named:
        found["demographics_demographics"].append({**RY8, "localpatientid": "l", "person_key": child, "source_row": 3})
    return found


def school(child: str, provision: str) -> dict[str, list[dict[str, Any]]]:
    """A pupil on roll with that SEN provision."""
    row = {**DERBY, "pupilonrolltableid": "u", "person_key": child, "enrolstatus": "C", "senprovision": provision}
    return {"school_census_pupilonroll": [{**row, "source_row": 2}]}


def local(table: str, child: str, **more: str) -> dict[str, list[dict[str, Any]]]:
    """A row of a local file of Derby's."""
    return {table: [{**DERBY, "person_key": child, "source_row": 2, **more}]}


def need(kind: str) -> dict[str, list[dict[str, Any]]]:
    """A need of the plan of `plan`."""
    return {"sen2_senneed": [{**DERBY, "activeplanstableid": "v", "sentype": kind, "source_row": 2}]}


def together(*parts: Rows) -> dict[str, list[Mapping[str, Any]]]:
    """The rows of several deliveries."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for part in parts:
        for table, rows in part.items():
            found.setdefault(table, []).extend(rows)
    return found


# Rule -> rows at fault, rows that are not.
EXAMPLES: dict[str, tuple[Rows, Rows]] = {
    "CROSS.csds.patient_without_demographics": (patient("c", named=False), patient("c")),
    "CROSS.sen2.plan_in_two_councils": (
        together(plan(DERBY, "c"), plan(CITY, "c")),
        together(plan(DERBY, "c"), plan(CITY, "other")),
    ),
    "CROSS.sen2.died_in_health_record": (
        together(plan(DERBY, "c"), patient("c", "2025-03-31")),
        together(plan(DERBY, "c"), patient("c", "2025-04-01")),
    ),
    "CROSS.csds.referral_after_plan_ceased_by_death": (
        together(plan(DERBY, "c", "8"), patient("c")),
        together(plan(DERBY, "c", "7"), patient("c")),
    ),
    "CROSS.mhsds.patient_without_demographics": (
        {"mhsds_mhs001mpi": [{**RY8, "localpatientid": "l", "person_key": "c", "source_row": 2}]},
        together(
            patient("c"), {"mhsds_mhs001mpi": [{**RY8, "localpatientid": "l", "person_key": "c", "source_row": 2}]}
        ),
    ),
    "CROSS.school_census.plan_not_known_to_council": (
        together(school("c", "E"), plan(DERBY, "other")),
        together(school("c", "E"), plan(DERBY, "c")),
    ),
    "CROSS.sen2.school_does_not_know_plan": (
        together(school("c", "K"), plan(DERBY, "c")),
        together(school("c", "E"), plan(DERBY, "c")),
    ),
    "CROSS.ep_advice.no_request": (
        together(local("ep_advice_ep_advice", "c", requested_date="2025-02-03"), plan(DERBY, "other")),
        together(local("ep_advice_ep_advice", "c", requested_date="2025-02-03"), plan(DERBY, "c")),
    ),
    "CROSS.ehc_local.review_without_plan": (
        together(local("ehc_local_review", "c", meeting_date="2025-02-03"), plan(CITY, "c")),
        together(local("ehc_local_review", "c", meeting_date="2025-02-03"), plan(DERBY, "c")),
    ),
    "CROSS.sensory_support.need_not_in_plan": (
        together(local("sensory_support_sensory_support", "c"), plan(DERBY, "c"), need("ASD")),
        together(local("sensory_support_sensory_support", "c"), plan(DERBY, "c"), need("ASD"), need("VI")),
    ),
    "CROSS.ssda903.not_in_cin": (
        together(local("ssda903_episodes", "c"), local("cin_child", "other")),
        together(local("ssda903_episodes", "c"), local("cin_child", "c")),
    ),
}


def started(who: Mapping[str, str], child: str, day: str, ceased: str | None = None) -> Rows:
    """A plan that began, and perhaps ended, on those days."""
    rows = plan(who, child, "5" if ceased else None)
    rows["sen2_namedplan"][0] |= {"startdate": day, "ceasedate": ceased}
    return rows


# Rows that a first version accused although nothing was wrong with them.
SOUND: dict[str, tuple[str, Rows]] = {
    "handed over to the other council": (
        "CROSS.sen2.plan_in_two_councils",
        together(started(DERBY, "c", "2020-01-06", "2025-02-01"), plan(CITY, "c")),
    ),
    "the other council's extract is of an older period": (
        "CROSS.sen2.plan_in_two_councils",
        together(plan(DERBY, "c"), plan({**CITY, "period_end": "2024-06-30"}, "c")),
    ),
    "a plan that began after the census": (
        "CROSS.sen2.school_does_not_know_plan",
        together(school("c", "K"), started(DERBY, "c", "2025-02-20")),
    ),
    "a plan that ceased after the census": (
        "CROSS.school_census.plan_not_known_to_council",
        together(
            school("c", "E"),
            {k: v for k, v in started(DERBY, "c", "2020-01-06", "2025-02-10").items() if k != "sen2_activeplans"},
        ),
    ),
    "a review that ended the plan": (
        "CROSS.ehc_local.review_without_plan",
        local("ehc_local_review", "c", meeting_date="2025-02-03", decision="C"),
    ),
    "a review of an earlier quarter": (
        "CROSS.ehc_local.review_without_plan",
        local("ehc_local_review", "c", meeting_date="2024-11-03"),
    ),
    "advice of an earlier quarter": (
        "CROSS.ep_advice.no_request",
        local("ep_advice_ep_advice", "c", requested_date="2023-11-03"),
    ),
    "a short break": ("CROSS.ssda903.not_in_cin", local("ssda903_episodes", "c", ls="V4")),
    "a row of an older delivery": (
        "CROSS.csds.patient_without_demographics",
        {
            "csds_cyp001mpi": [
                {**RY8, "period_end": "2024-12-31", "localpatientid": "l", "person_key": "c", "source_row": 2}
            ]
        },
    ),
}


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    found = connect()
    found.execute("create schema raw")
    for name in feeds.names():
        feed = feeds.load(name)
        for table in feed.tables.values():
            columns = ", ".join(f'"{column}" {kind}' for column, kind in raw_columns(feed, table))
            found.execute(f"create table raw.{name}_{table.name.lower()} ({columns})")
    found.execute(
        "create table raw.submission (partner varchar, feed varchar, is_selected boolean, status varchar, period_end date)"
    )
    found.execute("create table raw.run_parameter as select date '2025-03-31' as quarter_end")
    senders = [[partner, feed] for partner in ("RY8", "derby", "nottingham") for feed in feeds.names()]
    found.executemany("insert into raw.submission values (?, ?, true, 'accepted', date '2025-03-31')", senders)
    yield found
    found.close()


def found_rules(con: duckdb.DuckDBPyConnection, settings: Settings, rows: Rows) -> set[str]:
    for table, content in rows.items():
        for row in content:
            names = ", ".join(f'"{name}"' for name in row)
            con.execute(f"insert into raw.{table} ({names}) values ({', '.join('?' * len(row))})", list(row.values()))
    compare_feeds(con, settings, Q4)
    return {str(row[0]) for row in con.execute("select distinct rule from raw.cross_feed_finding").fetchall()}


def test_every_rule_has_an_example_at_fault_and_a_sound_one() -> None:
    assert {rule.code for rule in cross_feed_rules()} == set(EXAMPLES)


@pytest.mark.parametrize("code", EXAMPLES)
def test_a_rule_tells_the_faulty_row_and_not_the_sound_one(
    code: str, con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    faulty, sound = EXAMPLES[code]
    assert code in found_rules(con, settings, faulty)
    con.execute("drop table raw.cross_feed_finding")
    for table in faulty:
        con.execute(f"delete from raw.{table}")
    assert code not in found_rules(con, settings, sound)


@pytest.mark.parametrize("case", SOUND)
def test_what_is_soundly_recorded_is_not_accused(case: str, con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    code, rows = SOUND[case]
    assert code not in found_rules(con, settings, rows)


def test_a_feed_that_the_partner_did_not_send_accuses_nobody(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    con.execute("delete from raw.submission where feed = 'demographics'")
    assert found_rules(con, settings, patient("c", named=False)) == set()


def test_findings_are_written_with_words_and_without_keys(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    found_rules(con, settings, patient("the-key-of-a-child", named=False))
    path = findings_path(settings, Q4)
    assert b"the-key-of-a-child" not in Path(path).read_bytes()
    row = con.execute(
        'select rule, partner, feed, "table", submission_id, "row", column_name from read_parquet(?)', [str(path)]
    ).fetchall()
    assert row == [("CROSS.csds.patient_without_demographics", "RY8", "csds", "cyp001mpi", "r", 2, "LocalPatientID")]


def told(failure: SendjcError) -> str:
    """All that whoever records a run would record of a failure."""
    assert failure.__cause__ is None and failure.__context__ is None
    return "".join(traceback.format_exception(failure))


def test_a_rule_that_cannot_be_run_is_named_without_what_it_met(
    con: duckdb.DuckDBPyConnection, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = cross_feed_rules()[0]
    monkeypatch.setattr(cross_feed, "_insert", lambda _: "select cast('Zqwrtplk' as integer)")
    with pytest.raises(SendjcError, match=f"{rule.code} cannot be run") as failure:
        compare_feeds(con, settings, Q4)
    assert "Zqwrtplk" not in told(failure.value)


def test_an_unforeseen_error_of_the_comparison_loses_its_text(
    con: duckdb.DuckDBPyConnection, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("Zqwrtplk")

    monkeypatch.setattr(cross_feed, "_write", broken)
    with pytest.raises(SendjcError, match="Comparing what feeds say of one child failed") as failure:
        compare_feeds(con, settings, Q4)
    assert "Zqwrtplk" not in told(failure.value)
