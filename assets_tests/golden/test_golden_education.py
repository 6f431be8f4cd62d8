"""A school census, a return of looked-after children and two SEN2 returns in; attendance, care, placements and the cohort out, worked out by hand.

The census is of spring 2025 and tells of the autumn term, 140 sessions (domain rules 7.9; sources 2.3 and 4.3). Derby has 60 pupils:

| pupils | provision | each missed | suspensions |
|---|---|---|---|
| 4, 2, 4 | plan | 70 (severe), 14 (persistent), 0 | none |
| 8, 12 | SEN support | 14 (persistent), 13 (not) | 9: two of the first eight's first, one of each other |
| 30 | none | 7 | none |

One pupil left after a suspension and an exclusion, with SEN support. Of Derby's 12 plans ten are on its own rolls, one is on Nottingham's, one on none.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from golden.delivery import (  # fmt: skip
    Ehc,
    Results,
    approximately,
    blade_day,
    forename,
    land,
    land_sen2,
    new_home,
    run_job,
    upn,
    write_tables,
)

PLANS = [Ehc(f"plan_{place}", "2019-09-02", "H", ("H",), plan="2020-03-02") for place in range(12)]
E_ABSENT = (70, 70, 70, 70, 14, 14, 0, 0, 0, 0)
K_ABSENT = (*(14,) * 8, *(13,) * 12)
FIRST_K, FIRST_N = 100, 200  # serials; a plan's is its place in PLANS
CENSUS = "2025-spring"


def _census(pupils: list[tuple[int, str, int]], suspended: list[int], left: bool) -> dict[str, list[dict[str, object]]]:
    """One school of a council: pupils are (serial of a Derby child, provision, sessions missed)."""
    home = {"NativeId": "8312999", "sourceid": "1"}
    tables: dict[str, list[dict[str, object]]] = {
        "school": [{"schooltableid": "1", **home, "schoolcensustableid": "1", "phase": "SS"}],
        "pupilonroll": [], "senneeds": [], "termlysessiondetailsonroll": [], "termlyexclusionsonroll": [],
    }  # fmt: skip
    for serial, provision, missed in pupils:
        tables["pupilonroll"].append({
            "pupilonrolltableid": serial, **home, "schoolcensustableid": "1", "upn": upn("831", serial), "surname": "Derby",
            "forename": forename(serial), "dob": blade_day("2015-06-09"), "sex": "F", "ethnicity": "WBRI", "entrydate": blade_day("2020-09-02"),
            "enrolstatus": "C", "ncyearactual": "4", "senprovision": provision, "termlysessionspossible": "140",
        })  # fmt: skip
        rows = [("/", 140 - missed), ("I", missed)]
        tables["termlysessiondetailsonroll"] += [
            {"termlysessiondetailsonrolltableid": f"{serial}{code}", **home, "pupilonrolltableid": serial, "attendancereason": code, "sessions": count}
            for code, count in rows if count
        ]  # fmt: skip
        if provision != "N":
            need = "ASD" if provision == "E" else "SLCN"
            tables["senneeds"].append(
                {"senneedstableid": serial, **home, "pupilonrolltableid": serial, "sentyperank": "1", "sentype": need}
            )
    tables["termlyexclusionsonroll"] = [
        {"termlyexclusionsonrolltableid": place, **home, "pupilonrolltableid": serial, "startdate": blade_day(f"2024-11-{4 + place:02d}"),
         "sessions": "2", "category": "SUSP", "reason1": "DB", "senprovision": "K"}
        for place, serial in enumerate(suspended)
    ]  # fmt: skip
    if left:
        tables["pupilnolongeronroll"] = [{
            "pupilnolongeronrolltableid": "1", **home, "upn": upn("831", 900), "dob": blade_day("2011-03-09"), "sex": "M",
            "entrydate": blade_day("2022-09-05"), "leavingdate": blade_day("2024-12-06"), "termlysessionspossible": "120",
        }]  # fmt: skip
        tables["termlyexclusionsoffroll"] = [
            {"termlyexclusionsoffrolltableid": category, **home, "pupilnolongeronrolltableid": "1", "startdate": blade_day(day),
             "sessions": "4" if category == "SUSP" else "", "category": category, "reason1": "DB", "senprovision": "K"}
            for category, day in (("SUSP", "2024-11-11"), ("PERM", "2024-12-02"))
        ]  # fmt: skip
    return {name: rows for name, rows in tables.items() if rows}


def _looked_after(folder: Path) -> list[Path]:
    """Two children with a plan and one with SEN support; a fourth, with a plan, has short breaks only."""
    folder.mkdir(parents=True)
    cases = [(0, "C2", "01/04/2024"), (1, "C2", "02/04/2024"), (FIRST_K, "V2", "06/01/2025"), (2, "V4", "09/01/2023")]
    header = ["CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB"]
    episodes = ["CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN"]
    for serial, status, start in cases:
        header.append(f"L{serial},F,09/06/2015,WBRI,{upn('831', serial)},0,")
        episodes.append(f"L{serial},{start},S,{status},N1,U6,PR1,,,,DE23 8AA,DE23 8AA,")
    (folder / "header.csv").write_text("\n".join(header) + "\n", encoding="utf-8")
    (folder / "episodes.csv").write_text("\n".join(episodes) + "\n", encoding="utf-8")
    return [folder / "header.csv", folder / "episodes.csv"]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = tmp_path_factory.mktemp("golden_education")
    settings = new_home(folder / "home")
    land_sen2(settings, folder, "derby", PLANS)
    land_sen2(settings, folder, "nottingham", [Ehc("its_own", "2019-09-02", "H", ("H",), plan="2020-03-02")])
    with_sen = [(place, "E", missed) for place, missed in enumerate(E_ABSENT)]
    with_sen += [(FIRST_K + place, "K", missed) for place, missed in enumerate(K_ABSENT)]
    derby = with_sen + [(FIRST_N + place, "N", 7) for place in range(30)]
    suspended = [FIRST_K, *range(FIRST_K, FIRST_K + 8)]
    for council, tables in (
        ("derby", _census(derby, suspended, left=True)),
        ("nottingham", _census([(10, "E", 0)], [], left=False)),
    ):
        files = write_tables(folder / f"{council}_census", tables).values()
        land(settings, council, "school_census", files, spec=CENSUS)
    land(settings, "derby", "ssda903", _looked_after(folder / "care"), "2024-25", spec="2025")
    return Results(settings, run_job(settings))


MEASURES = {  # (measure, provision): numerator, denominator, value
    ("absence_rate", "ehcp"): (308, 1_400, 22.0),
    ("absence_rate", "sen_support"): (268, 2_800, 26_800 / 2_800),
    ("absence_rate", "none"): (210, 4_200, 5.0),
    ("absence_rate", "Total"): (786, 8_400, 78_600 / 8_400),
    ("persistent_absence_pct", "ehcp"): (6, 10, 60.0),
    ("persistent_absence_pct", "sen_support"): (8, 20, 40.0),
    ("persistent_absence_pct", "none"): (0, 30, 0.0),
    ("severe_absence_pct", "ehcp"): (4, 10, 40.0),
    ("severe_absence_pct", "sen_support"): (0, 20, 0.0),
    ("suspension_rate", "sen_support"): (10, 20, 50.0),
    ("suspension_rate", "ehcp"): (0, 10, 0.0),
    ("suspension_rate", "Total"): (10, 60, 1_000 / 60),
    ("permanent_exclusion_rate", "sen_support"): (1, 20, 5.0),
}


def test_the_job_publishes(results: Results) -> None:
    assert results.exit_code == 0


@pytest.mark.parametrize(("measure", "provision"), MEASURES)
def test_attendance_and_exclusion_by_provision(results: Results, measure: str, provision: str) -> None:
    numerator, denominator, value = MEASURES[measure, provision]
    found = results.rows(
        "select numerator, denominator, value from mart_education_outcome"
        " where area_id = 'derby' and measure = ? and sen_provision = ? and primary_need = 'Total'", measure, provision,
    )  # fmt: skip
    assert found == [(numerator, denominator, approximately(value))]


def test_the_term_is_the_one_before_the_census_and_what_was_not_sent_is_named(results: Results) -> None:
    told = results.rows("select distinct census, term_told, term_quarter_end::varchar from mart_education_outcome")
    assert told == [("spring", "autumn", "2024-12-31")]
    missing = results.rows(
        "select distinct supply_status, reason, numerator from mart_education_outcome where area_id = 'newcastle'"
    )
    assert missing == [("not_supplied", "no school_census from newcastle for 2024-25-Q4", None)]
    # One of QT1's two councils sent a census: the sum says nothing.
    qt1 = results.rows("select distinct supply_status, numerator from mart_education_outcome where area_id = 'qt1'")
    assert qt1 == [("not_supplied", None)]


def test_looked_after_children_with_a_plan(results: Results) -> None:
    found = results.rows(
        "select care_status, sen_provision, child_count, whole_count, supply_status from mart_plan_children_social_care where area_id = 'derby'"
    )
    assert {row for row in found if row[0].startswith("looked_after")} == {
        ("looked_after", "Total", 3, 3, "supplied"), ("looked_after", "ehcp", 2, 3, "supplied"),
        ("looked_after", "ehcp_of_area", 2, 12, "supplied"), ("looked_after", "sen_support", 1, 3, "supplied"),
        ("looked_after_12_months", "Total", 1, 1, "supplied"), ("looked_after_12_months", "ehcp", 1, 1, "supplied"),
        ("looked_after_12_months", "ehcp_of_area", 1, 12, "supplied"), ("looked_after_12_months", "sen_support", 0, 1, "supplied"),
    }  # fmt: skip
    assert {row[2:] for row in found if row[0] == "child_in_need"} == {(None, None, "not_supplied")}


def test_placements_in_and_out_of_area(results: Results) -> None:
    found = results.rows(
        "select placed, child_count, plan_count from mart_placement where area_id = 'derby' and setting_type = 'Total'"
    )
    assert set(found) == {("Total", 12, 12), ("in_area", 10, 12), ("out_of_area", 1, 12), ("not_known", 1, 12)}


def test_sen_support_makes_a_child_one_of_the_cohort(results: Results) -> None:
    found = results.rows(
        "select cohort_tier, primary_need, need_source, area_basis, count(*) from mart_send_cohort where area_id = 'derby' group by all"
    )
    assert set(found) == {
        ("ehcp", "SLCN", "sen2", "residence", 12),
        ("sen_support", "SLCN", "school_census", "school", 20),
    }
    care = results.rows(
        "select is_looked_after, agency_count, count(*) from mart_send_cohort where area_id = 'derby' group by all"
    )
    assert set(care) == {(True, 2, 3), (False, 1, 29)}


def test_small_numbers_stay_inside(results: Results) -> None:
    """To the nearest 5; a row about 1 to 7 children, of those counted or not counted, is empty (domain rules 7.4, open profile)."""
    tables = results.settings.published / "current" / "tables"

    shown = {
        tuple(row[:2]): tuple(row[2:])
        for row in duckdb.execute(
            "select measure, sen_provision, numerator, denominator, value, suppression"
            f" from read_parquet('{tables / 'mart_education_outcome.parquet'}') where area_id = 'derby' and primary_need = 'Total'"
        ).fetchall()
    }
    assert shown["persistent_absence_pct", "sen_support"] == (10, 20, 50.0, "rounded")
    assert shown["absence_rate", "none"] == (210, 4200, 5.0, "rounded")
    assert shown["persistent_absence_pct", "ehcp"] == (None, None, None, "secondary")
    assert shown["severe_absence_pct", "Total"] == (None, None, None, "secondary")
    assert shown["permanent_exclusion_rate", "sen_support"] == (None, None, None, "secondary")
    for table in ("mart_plan_children_social_care", "mart_placement", "mart_cohort_profile"):
        counts = duckdb.execute(f"select child_count from read_parquet('{tables / table}.parquet')").fetchall()
        assert counts and not {count for (count,) in counts} & set(range(1, 8)) - {5}
