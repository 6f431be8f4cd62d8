"""What identity gives to the numbers: partners' files in, children counted once and placed in one area at a time (domain rules 7.10, 7.12).

Every number and day here was worked out by hand. The quarter is 1 January to 31 March 2025.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from golden.delivery import (
    POSTCODE,
    QUARTER,
    Ehc,
    Referral,
    Results,
    csds_tables,
    land,
    land_sen2,
    new_home,
    run_job,
    sen2_tables,
    upn,
    write_tables,
)

CITY, COUNTY = POSTCODE["nottingham"], POSTCODE["nottinghamshire"]
BORN = "2018-06-09"
DECIDED = ("2024-05-06", "Y 2024-06-03", ("Y 2024-09-02",))
# Serial 0 of every delivery bears one name: the child whom council and provider know, under a UPN and an NHS number.
KNOWN_TO_BOTH = Referral("known_to_both", "2025-01-13", postcode=COUNTY, born=BORN)
# Moved while waiting: in the city's file to December, in the county's from February.
MOVER = Referral("mover", "2024-11-04", postcode=COUNTY, born="2017-03-05")
MOVER_BEFORE = Referral("mover", "2024-11-04", postcode=CITY, born="2017-03-05")
MOVER_UPN, CLAIMED_UPN = upn("892", 700), upn("831", 701)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Results]:
    folder = tmp_path_factory.mktemp("golden_identity")
    settings = new_home(folder / "home")
    city = [Ehc("mover", *DECIDED, plan="2024-09-02 2025-02-03 5", upn=MOVER_UPN, born="2017-03-05", postcode=CITY)]
    county = [
        Ehc("known_to_both", *DECIDED, born=BORN, postcode=COUNTY),
        Ehc("mover", *DECIDED, plan="2025-02-03", transfer_la="892", upn=MOVER_UPN, born="2017-03-05", postcode=COUNTY),
    ]
    for council, cases in (("nottingham", city), ("nottinghamshire", county)):
        tables = sen2_tables(council, cases)
        for case, person in zip(cases, tables["person"], strict=True):
            person["surname"], person["forename"] = ("Goldenchild", "Mabel" if case.name == "mover" else "Goldaaaa")
        land(settings, council, "sen2", write_tables(folder / council, tables).values())
    # Both councils hold a plan of this child that neither has closed.
    for council in ("derby", "newcastle"):
        land_sen2(settings, folder, council, [Ehc("claimed_twice", *DECIDED, upn=CLAIMED_UPN)])
    for period, begin, end, cases in (
        ("2024-25-Q3", "2024-10-01", "2024-12-31", [MOVER_BEFORE]),
        (QUARTER.label, "2025-01-01", "2025-03-31", [KNOWN_TO_BOTH, MOVER]),
    ):
        tables = csds_tables("RHA", cases)
        tables["CYP000Header"][0] |= {"RP_StartDate": begin, "RP_EndDate": end}
        for case, listed in zip(cases, tables["demographics_for_linkage"], strict=True):
            listed["Forename"] = "Mabel" if case.name == "mover" else "Goldaaaa"
        if period != QUARTER.label:
            tables = csds_tables("RHA", [MOVER_BEFORE], first=1)
            tables["CYP000Header"][0] |= {"RP_StartDate": begin, "RP_EndDate": end}
            tables["demographics_for_linkage"][0]["Forename"] = "Mabel"
        paths = write_tables(folder / period, tables)
        land(settings, "RHA", "demographics", [paths.pop("demographics_for_linkage")], period)
        land(settings, "RHA", "csds", paths.values(), period)
    yield Results(settings, run_job(settings))


def test_the_quarter_is_published(results: Results) -> None:
    assert results.exit_code == 0


def test_a_child_known_to_two_partners_under_two_numbers_is_one_row(results: Results) -> None:
    rows = results.rows(
        "select cohort.has_ehcp, cohort.has_health_referral, cohort.residence_area_id, cohort.maintaining_area_id, cohort.school_area_id"
        " from mart_send_cohort as cohort where cohort.person_key in"
        " (select person_key from int_ehc__case where received_date = '2024-05-06' and area_id = 'nottinghamshire')"
        " and cohort.person_key in (select person_key from int_pathway__spell where received_date = '2025-01-13')"
    )
    assert rows == [(True, True, "nottinghamshire", "nottinghamshire", None)]
    # Three children: this one, the mover, and the one whom two councils claim; eight records of them.
    assert results.rows("select count(*), count(distinct person_key) from mart_send_cohort") == [(3, 3)]
    assert results.figure("send_cohort_count", "nottinghamshire", "snapshot", "Total")[2] == 2
    assert results.figure("send_cohort_count", "qt1", "snapshot", "Total")[2] == 2


def test_a_child_who_moves_mid_pathway_is_one_person_with_two_spans_and_never_both_at_once(results: Results) -> None:
    spans = results.rows(
        "select basis, area_id, from_date, to_date from mart_person_authority where person_key in"
        " (select person_key from int_pathway__spell where received_date = '2024-11-04') order by basis, from_date"
    )
    assert spans == [
        ("maintaining", "nottingham", date(2024, 5, 6), date(2025, 2, 2)),
        ("maintaining", "nottinghamshire", date(2025, 2, 3), None),
        ("residence", "nottingham", date(2024, 12, 31), date(2025, 3, 30)),
        ("residence", "nottinghamshire", date(2025, 3, 31), None),
    ]
    # The wait is one, counted where the child lives now.
    waits = results.rows(
        "select area_id, wait_days, status from fct_clock where clock_id = 'slt_treatment_18w' and start_date = '2024-11-04' and is_counted"
    )
    assert waits == [("nottinghamshire", 147, "open")]


def test_two_councils_that_claim_one_child_are_counted_hidden_and_listed(results: Results) -> None:
    kind = "two_las_claim_one_child"
    counted = results.rows(
        "select area_id, child_count, value_status from mart_partner_disagreement where kind = ? order by 1", kind
    )
    assert counted == [
        ("derby", 1.0, "final"), ("newcastle", 1.0, "final"), ("nottingham", 0.0, "final"), ("nottinghamshire", 0.0, "final"),
    ]  # fmt: skip
    release = results.settings.published / "current" / "tables" / "mart_partner_disagreement.parquet"
    shown = duckdb.execute(
        "select area_id, child_count, suppression from read_parquet(?) where kind = ? order by 1", [str(release), kind]
    )
    assert shown.fetchall() == [
        ("derby", None, "primary"), ("newcastle", None, "primary"), ("nottingham", 0.0, "none"), ("nottinghamshire", 0.0, "none"),
    ]  # fmt: skip
    lists = results.settings.restricted / "disagreement" / QUARTER.label
    for council in ("derby", "newcastle"):
        found = duckdb.execute("select kind, feed from read_parquet(?)", [str(lists / f"{council}.parquet")]).fetchall()
        assert found == [(kind, "sen2")]


def test_no_census_was_sent_so_schools_contradict_nobody(results: Results) -> None:
    rows = results.rows(
        "select distinct child_count, value_status from mart_partner_disagreement where needed_sources like '%school_census%'"
    )
    assert rows == [(None, "not_supplied")]


def test_the_release_tells_how_exact_links_are_where_the_truth_is_known(results: Results) -> None:
    path = results.settings.published / "current" / "tables" / "mart_linkage_accuracy.parquet"
    published = duckdb.read_parquet(str(path))
    said = published.filter("breakdown_topic = 'Total'").select("basis, precision_pct >= 99.9, recall_pct >= 97")
    assert said.fetchall() == [("synthetic_truth", True, True)]
    topics = published.aggregate(
        "breakdown_topic, max(greatest(precision_gap_points, recall_gap_points)) < 2 as is_fair"
    ).order("breakdown_topic")
    assert topics.fetchall() == [
        (topic, True)
        for topic in ("Total", "age_band", "deprivation_decile", "ethnicity_major", "partner", "residence_area", "sex")
    ]
