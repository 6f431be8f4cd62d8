"""The real published files in, the figures of domain/sources.md 5.3 and 7.1 and domain/rules.md 8.2 out, computed from the counts."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import benchmark_sql
import duckdb
import pytest

from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions import intake, readers
from sendjc_pipeline.warehouse.connection import connect

ENGLAND, NOTTINGHAM, NOTTINGHAMSHIRE = "E92000001", "E06000018", "E10000024"
DERBY, NEWCASTLE = "E06000015", "E08000021"
AREAS = (ENGLAND, NOTTINGHAM, NOTTINGHAMSHIRE, DERBY, NEWCASTLE)

# domain/sources.md 7.1: (measure, period) -> England, Nottingham, Nottinghamshire, Derby, Newcastle.
HEADLINES = {
    ("ehc_plans_count", "2025-01"): (638745, 1909, 5422, 3735, 3095),
    ("ehc_requests_count", "2024"): (154489, 579, 1719, 769, 730),
    ("ehc_decision_6w_pct", "2024"): (84.8, 98.1, 98.1, 34.1, 99.6),
    ("ehc_plans_issued_inc_count", "2024"): (90392, 294, 1259, 442, 476),
    ("ehc_plans_issued_exc_count", "2024"): (84866, 294, 1259, 377, 476),
    ("ehcp_20w_pct_inc", "2024"): (45.9, 29.9, 37.5, 14.0, 8.8),
    ("ehcp_20w_pct_exc", "2024"): (46.4, 29.9, 37.5, 16.4, 8.8),
    ("ehcp_20w_pct_exc", "2023"): (50.3, 67.1, 32.3, 26.8, 6.5),
    ("ehcp_20w_pct_exc", "2022"): (49.2, 45.5, 4.5, 28.2, 12.8),
    ("ehc_issued_over_52w_pct_inc", "2024"): (7.2, 0.0, 0.0, 18.6, 7.1),
    ("ehc_special_pct", "2025-01"): (30.4, 36.2, 35.9, 30.0, 37.7),
    ("ehc_mainstream_pct", "2025-01"): (43.6, 37.5, 36.3, 40.7, 42.1),
    ("ehc_need_asd_pct", "2025-01"): (31.5, 48.2, 48.8, 35.7, 37.3),
    ("ehc_need_slcn_pct", "2025-01"): (21.3, 5.5, 8.0, 14.9, 19.2),
    ("ehc_need_semh_pct", "2025-01"): (20.7, 11.9, 17.2, 20.7, 20.6),
    ("ehc_review_decision_4w_pct", "2024"): (44.4, 57.3, 75.4, 65.6, 4.3),
    # domain/rules.md 8.1 and 8.3.
    ("ehc_plans_count", "2019-01"): (353995, 1021, 2825, 1895, 1490),
    ("ehc_plans_count", "2024-01"): (576474, 2115, 4275, 3564, 2769),
    ("ehc_new_plans_count", "2024"): (97747, 295, 1295, 492, 497),
    ("ehc_requests_count", "2023"): (138242, 496, 1380, 775, 645),
    ("ehc_requests_refused_pct", "2024"): (25.2, 23.7, 18.5, 39.0, 18.4),
    ("ehc_not_issued_16w_pct", "2024"): (34.1, 40.0, 17.9, 11.9, 9.9),
}
# domain/rules.md 8.2: (issued, % within 20 weeks including, excluding exceptions), England to Newcastle as above.
TIMELINESS = {
    "2019": ((53327, 58.7, 60.4), (159, 98.1, 98.1), (291, 83.2, 85.2), (251, 24.7, 24.7), (314, 49.7, 51.4)),
    "2020": ((59097, 55.6, 58.0), (160, 81.9, 83.4), (402, 97.5, 98.0), (324, 23.1, 23.1), (276, 53.6, 43.9)),
    "2021": ((61269, 57.9, 59.9), (153, 81.7, 81.7), (327, 44.0, 43.7), (459, 42.5, 39.9), (262, 14.9, 15.3)),
    "2022": ((65512, 47.7, 49.2), (154, 45.5, 45.5), (488, 4.5, 4.5), (332, 25.3, 28.2), (491, 12.8, 12.8)),
    "2023": ((80945, 49.1, 50.3), (334, 67.1, 67.1), (702, 32.3, 32.3), (523, 22.6, 26.8), (480, 6.5, 6.5)),
    "2024": ((90392, 45.9, 46.4), (294, 29.9, 29.9), (1259, 37.5, 37.5), (442, 14.0, 16.4), (476, 8.8, 8.8)),
}
SLT, OT = "Therapy interventions: Speech and language", "Therapy interventions: Occupational therapy"
PAEDIATRICS = "Community paediatric service"
# domain/sources.md 5.3, October 2023: total, over 18 to 52 weeks, over 52 weeks.
OCTOBER = {
    (ENGLAND, SLT): (67790, 22820, 4113),
    (ENGLAND, OT): (18355, 5633, 1302),
    (ENGLAND, PAEDIATRICS): (83253, 36093, 14033),
    ("RHA", SLT): (1632, 413, 2),
    ("RHA", OT): (120, 13, 0),
    ("NR3", PAEDIATRICS): (161, 1, 0),
    ("RY8", SLT): (945, 301, 0),
    ("RXM", OT): (58, 5, 0),
    ("RXM", PAEDIATRICS): (2206, 1166, 630),
    ("RTD", SLT): (785, 414, 66),
    ("RTD", OT): (900, 297, 401),
    ("RTD", "Audiology"): (649, 122, 13),
}
WRONG_CODES = {
    "Northamptonshire": ("892", "928"),
    "Nottingham": ("891", "892"),
    "Nottinghamshire": ("928", "891"),
    "Central Bedfordshire": ("873", "823"),
    "Cambridgeshire": ("823", "873"),
}
EAST_MIDLANDS, NORTH_EAST = "E12000004", "E12000001"
# DfE's rows of the two regions, read from its files: East Midlands, North East.
REGIONS = {
    ("ehc_plans_count", "2025-01"): (47444, 29396),
    ("ehcp_20w_pct_inc", "2024"): (38.0, 47.6),
    ("ehcp_20w_pct_exc", "2024"): (39.0, 49.0),
    ("ehc_decision_6w_pct", "2024"): (77.3, 92.7),
    ("ehc_requests_refused_pct", "2024"): (24.3, 26.8),
    ("ehc_not_issued_16w_pct", "2024"): (21.0, 27.4),  # Middlesbrough, an authority of the North East, gives none
    ("ehc_review_decision_4w_pct", "2024"): (54.9, 24.8),
}
FIGURES = (
    "requests",
    "assessments",
    "timeliness_20_week",
    "caseload",
    "newplans",
    "sen_needs_all_plans",
    "sen_need_newplans",
)
FIGURES += (
    "annual_reviews",
    "ceased_plans",
    "personal_budgets",
    "residential_settings",
    "work_based_placements",
    "sen2_dmo_dco",
)


@pytest.fixture(scope="module")
def release(published_files: Path) -> Path:
    return published_files / "dfe_ehc_plans" / "education-health-and-care-plans_2025.zip"


@pytest.fixture(scope="module")
def built(published_files: Path, release: Path):
    """Every published file read by its reader, and the benchmark models built from what they left: (connection, what DfE's reader said)."""
    con = connect()
    readers.prepare(con)
    said = benchmark_sql.read_into(con, "dfe_ehc_plans", [release])
    benchmark_sql.read_into(con, "chs_sitrep", sorted((published_files / "nhse_community_waits").glob("*.xlsx")))
    benchmark_sql.supply(con)
    benchmark_sql.build(con)
    yield con, said
    con.close()


@pytest.fixture(scope="module")
def seeded():
    """The benchmark models as a user without the files has them."""
    con = connect()
    benchmark_sql.supply(con)
    benchmark_sql.build(con)
    yield con
    con.close()


def value(
    con: duckdb.DuckDBPyConnection, area: str, measure: str, period: str, service: str = "Total", band: str = "Total"
):
    found = con.execute(
        "select value from mart_benchmark where (area_code, measure, period, service, band) = (?, ?, ?, ?, ?)",
        [area, measure, period, service, band],
    ).fetchall()
    assert len(found) == 1, (area, measure, period, service, band, found)
    return found[0][0]


def test_every_file_of_the_release_loads_whole(built, release: Path) -> None:
    con, _ = built
    rows = con.execute(
        "select file, count(distinct source_row), count(*), count(distinct measure), max(source_row) from raw_figure group by file"
    )
    loaded = {file: counts for file, *counts in rows.fetchall()}
    assert set(loaded) == set(FIGURES)
    with zipfile.ZipFile(release) as archive:
        for name in (n for n in archive.namelist() if Path(n).stem in FIGURES):
            lines = list(csv.reader(io.TextIOWrapper(archive.open(name), "utf-8-sig", newline="")))
            measures = len(lines[0]) - (10 if "sen2_dmo_dco" in name else 12)
            sent = len(lines) - 1
            assert loaded[Path(name).stem] == [sent, sent * measures, measures, len(lines)]
    assert con.execute("select count(*) from raw_reject").fetchone() == (0,)


def test_cells_stay_as_published(built) -> None:
    con, _ = built
    markers = dict(
        con.execute(
            "select value_text, count(*) from raw_figure where try_cast(value_text as double) is null and file <> 'sen2_dmo_dco' group by 1"
        ).fetchall()
    )
    assert set(markers) == {"x"}
    counted = con.execute(
        "select count(*) from raw_figure where value_text = 'x' and file = 'timeliness_20_week'"
    ).fetchone()
    assert counted == (6141,)


def test_a_header_that_stands_twice_is_kept_and_named(built) -> None:
    con, said = built
    (message,) = [w.message for w in said.warnings if w.rule == "DFE_EHC_PLANS.file.repeated_column"]
    assert "review_meeting_prior_24 " in message and "review_meeting_prior_24__2" in message
    both = con.execute(
        "select count(*) from raw_figure where file = 'annual_reviews' and measure like 'review_meeting_prior_24%' group by measure"
    ).fetchall()
    assert both == [(13290,), (13290,)]


@pytest.mark.parametrize(("measure", "period"), list(HEADLINES))
def test_headline_figures_come_out_of_the_counts(built, measure: str, period: str) -> None:
    con, _ = built
    assert tuple(value(con, area, measure, period) for area in AREAS) == HEADLINES[measure, period]


@pytest.mark.parametrize("year", list(TIMELINESS))
def test_timeliness_of_every_year(built, year: str) -> None:
    con, _ = built
    measures = ("ehc_plans_issued_inc_count", "ehcp_20w_pct_inc", "ehcp_20w_pct_exc")
    assert tuple(tuple(value(con, area, m, year) for m in measures) for area in AREAS) == TIMELINESS[year]


def test_exceptions_leave_numerator_and_denominator(built) -> None:
    con, _ = built
    rows = con.execute(
        "select area_code, measure, numerator, denominator from mart_benchmark where measure like 'ehcp_20w_pct%'"
        " and ((area_code = ? and period = '2024') or (area_code = ? and period = '2020')) order by all",
        [DERBY, NEWCASTLE],
    ).fetchall()
    assert rows == [
        (DERBY, "ehcp_20w_pct_exc", 62, 377),
        (DERBY, "ehcp_20w_pct_inc", 62, 442),
        (NEWCASTLE, "ehcp_20w_pct_exc", 97, 221),
        (NEWCASTLE, "ehcp_20w_pct_inc", 148, 276),
    ]


def test_every_published_timeliness_percentage_of_every_authority_agrees(built) -> None:
    con, _ = built
    compared = con.execute(
        """
        select count(*), count(*) filter (value <> published_value), count(*) filter (value is null) from mart_benchmark
        where measure in ('ehcp_20w_pct_inc', 'ehcp_20w_pct_exc', 'ehc_issued_20_to_52w_pct_inc', 'ehc_issued_over_52w_pct_inc')
            and geographic_level = 'Local authority' and published_value is not null
        """
    ).fetchone()
    # 903 + 901 shares within 20 weeks over six years, and two later bands of 303 authority-years: none differs.
    assert compared == (2410, 0, 0)


def test_where_our_shares_and_the_published_ones_part(built) -> None:
    """Every mapped share of every area, 2019 to 2025: DfE's own two shares for England in January 2024 do not follow from its counts."""
    con, _ = built
    parted = con.execute(
        "select area_code, period, measure, value, published_value from mart_benchmark where value <> published_value order by measure"
    ).fetchall()
    assert parted == [
        (ENGLAND, "2024-01", "ehc_mainstream_pct", 43.0, 43.3),
        (ENGLAND, "2024-01", "ehc_special_pct", 32.1, 32.3),
    ]


def test_a_denominator_that_dfe_does_not_publish_is_marked_as_implied(built) -> None:
    """Newcastle 2024: 690 within six weeks and none over, published as 99.6 %, so DfE divides by three of unknown duration too."""
    con, _ = built
    row = con.execute(
        "select numerator, denominator, denominator_basis, value from mart_benchmark"
        " where area_code = ? and measure = 'ehc_decision_6w_pct' and period = '2024'",
        [NEWCASTLE],
    ).fetchone()
    assert row == (690, 693, "implied", 99.6)
    bases = con.execute(
        "select measure, count(*) from mart_benchmark where denominator_basis = 'implied' group by 1"
    ).fetchall()
    assert bases == [("ehc_decision_6w_pct", 31)]


def test_neighbours_are_summed_not_averaged(built) -> None:
    con, _ = built
    of_nottingham = [330, 352, 391, 806, 380, 333, 852, 353, 373, 355]
    numerator, denominator = con.execute(
        """
        select sum(value_text::bigint) filter (measure = 'plans_issued_20_weeks_ex'), sum(value_text::bigint) filter (measure = 'plans_issued_den_ex')
        from raw_figure where file = 'timeliness_20_week' and time_period = '2024' and breakdown = 'All EHC plans issued'
            and list_contains(?, try_cast(old_la_code as integer))
        """,
        [of_nottingham],
    ).fetchone()
    row = con.execute(
        "select numerator, denominator, value, neighbour_count from int_benchmark__neighbour"
        " where area_code = ? and measure = 'ehcp_20w_pct_exc' and period = '2024'",
        [NOTTINGHAM],
    ).fetchone()
    assert row == (numerator, denominator, round(100 * numerator / denominator, 1), 10)


def test_tribunal_codes_of_another_authority_are_named_and_quarantined(release: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(release) as archive:
        (entry,) = [name for name in archive.namelist() if "Tribunal" in name]
        sheet = tmp_path / Path(entry).name
        sheet.write_bytes(archive.read(entry))
    receipt = intake.check("dfe_ehc_plans", None, [sheet], Settings(home=tmp_path / "home", environment="test"))
    table = receipt.tables["tribunal"]
    # 157 authorities and 2 England rows by 35 columns.
    assert (table.received, table.accepted, table.quarantined) == (159 * 35, 154 * 35, 5 * 35)
    for name, (given, right) in WRONG_CODES.items():
        assert any(f"{name} is given the code {given}; its code is {right}" in line for line in receipt.file_messages)
    assert sum("is given the code" in line for line in receipt.file_messages) == len(WRONG_CODES)


def test_all_four_workbooks_load(built) -> None:
    con, _ = built
    months = con.execute(
        """
        select source_file, data_month, count(*), count(distinct band), count(distinct org_name), count(*) filter (value_text = '*'),
            count(*) filter (value_text = '') from raw_waiting group by 1, 2 order by 1
        """
    ).fetchall()
    assert months == [
        ("community_health_2023-03-01.xlsx", "2023-01", 189 * 47 * 8, 8, 189, 4533, 38400),
        ("community_health_2023-05-01.xlsx", "2023-03", 186 * 47 * 8, 8, 186, 4461, 36904),
        ("community_health_2023-08-01.xlsx", "2023-06", 182 * 47 * 8, 8, 182, 4365, 35808),
        ("community_health_2023-10-01.xlsx", "2023-08", 185 * 47 * 8, 8, 185, 0, 41029),
    ]
    services = con.execute(
        "select age_group, count(distinct service) from raw_waiting group by 1 order by 1"
    ).fetchall()
    assert services == [("A", 30), ("CYP", 17)]


def test_early_workbooks_gain_their_codes_from_the_names(built) -> None:
    con, _ = built
    rows = con.execute(
        "select org_code, count(distinct period) from int_benchmark__waiting where submission_id is not null group by 1 order by 1"
    ).fetchall()
    assert rows == [(code, 4) for code in sorted(["E92000001", "NR3", "QHM", "QJ2", "QT1", "RHA", "RTD", "RXM", "RY8"])]


@pytest.mark.parametrize(
    ("service", "bands"),
    [
        (SLT, (61739, 1981, 2298, 4356, 18476, 9982, 21176, 3458)),
        (OT, (18040, 876, 981, 1759, 5549, 2533, 5264, 1078)),
        (PAEDIATRICS, (83994, 1833, 1882, 3735, 17788, 10794, 34103, 13859)),
    ],
)
def test_england_in_august_2023_agrees_with_the_workbook_s_own_summary(
    built, service: str, bands: tuple[int, ...]
) -> None:
    """Table 3 of the workbook published in October 2023, which the reader does not read."""
    con, _ = built
    order = ("total", "0-7", "8-14", "15-28", "29-84", "85-126", "127-364", "365+")
    assert tuple(value(con, ENGLAND, "chs_waiting_count", "2023-08", service, band) for band in order) == bands


@pytest.mark.parametrize(("organisation", "service"), list(OCTOBER))
def test_provider_figures_of_october_2023(seeded, organisation: str, service: str) -> None:
    bands = ("total", "127-364", "365+")
    found = tuple(value(seeded, organisation, "chs_waiting_count", "2023-10", service, band) for band in bands)
    assert found == OCTOBER[organisation, service]
    over = value(seeded, organisation, "chs_waiting_over_18w_count", "2023-10", service)
    assert over == sum(found[1:])


@pytest.mark.parametrize(("measure", "period"), list(HEADLINES))
def test_the_committed_seed_gives_the_headlines_without_the_files(seeded, measure: str, period: str) -> None:
    assert tuple(value(seeded, area, measure, period) for area in AREAS) == HEADLINES[measure, period]


@pytest.mark.parametrize(("measure", "period"), list(REGIONS))
def test_a_region_is_what_dfe_gives_for_it_with_the_files_and_without(built, seeded, measure: str, period: str) -> None:
    for con in (built[0], seeded):
        assert tuple(value(con, area, measure, period) for area in (EAST_MIDLANDS, NORTH_EAST)) == REGIONS[measure, period]  # fmt: skip


def test_the_regions_are_those_of_our_areas_and_agree_in_every_cell(built) -> None:
    con, _ = built
    found = con.execute(
        "select area_code, area_name, count(*), count(*) filter (published_value is null), count(*) filter (value <> published_value)"
        " from mart_benchmark where geographic_level = 'Regional' group by area_code, area_name order by area_code"
    ).fetchall()
    # DfE gives no share of requests refused for 2019 to 2022.
    assert found == [(NORTH_EAST, "North East", 75, 4, 0), (EAST_MIDLANDS, "East Midlands", 75, 4, 0)]


def test_the_seed_and_the_files_say_the_same(built, seeded) -> None:
    con, _ = built
    keys = (
        "area_code, period, measure, service, band, numerator, denominator, denominator_basis, value, published_value"
    )
    from_files = set(con.execute(f"select {keys} from mart_benchmark where submission_id is not null").fetchall())
    from_seed = set(seeded.execute(f"select {keys} from mart_benchmark where period <> '2023-10'").fetchall())
    assert from_seed - from_files == set()
    assert len(from_seed) > 900


def test_every_figure_of_the_seed_has_its_source(seeded) -> None:
    assert seeded.execute(
        "select count(*) from mart_benchmark where source is null or source not like '%OGL v3%'"
    ).fetchone() == (0,)
