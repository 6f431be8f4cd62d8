"""Published shares and totals out of the published counts, cell by cell, by the SQL that makes our own metrics.

A cell agrees where ours, at the publisher's decimals, can be the published one: within half a unit of its last place. Every cell that does not is
listed with its cause, and none may join or leave the list unseen.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import benchmark_sql
import duckdb
import pytest
from published_shares import ROUNDED_SHARES, SHARES

from sendjc_pipeline.submissions import readers
from sendjc_pipeline.warehouse.connection import connect
from unit.model_sql import macro

Cell = tuple[str, ...]
LEAST = 2000  # what the issue asks for

# DfE divides by decisions of unknown duration too and does not publish how many they are: our share is never the lower one.
UNKNOWN_DURATION = {"request_outcome_six_weeks_pc": 245, "request_outcome_over_6_weeks_pc": 120}
# New plans of 2022: each authority of Yorkshire and The Humber bears the region's 6,078 as its own total; the region and England do not follow either.
WRONG_TOTAL = {"mainstream_total_pc": 16, "special_total_pc": 16, "AP_PRU_total_pc": 13, "fe_total_pc": 15, "ed_elsewhere_pc": 15,
    "nm_early_years_pc": 16, "placement_unknown_pc": 13}  # fmt: skip
# Plans in January 2024: London, East of England and with them England have another total than their shares were made of.
JANUARY_2024 = {"mainstream_total_pc": 3, "special_total_pc": 3, "fe_total_pc": 3, "ed_elsewhere_pc": 2}
# Surrey in January 2025: severe and specific learning difficulty stand in each other's column.
SURREY = {"sld_pc": 1, "spld_pc": 1}


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    con = connect()
    yield con
    con.close()


@pytest.fixture(scope="module")
def parted(
    con: duckdb.DuckDBPyConnection, published_files: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[int, dict[str, list[Cell]]]:
    """How many cells were compared, and those that do not agree by file: (share, period, level, place, topic, breakdown, published, ours)."""
    folder = tmp_path_factory.mktemp("release")
    with zipfile.ZipFile(published_files / "dfe_ehc_plans" / "education-health-and-care-plans_2025.zip") as archive:
        archive.extractall(folder)
    compared, found = 0, {}
    for file, shares in SHARES.items():
        _read(con, folder / "data" / f"{file}.csv")
        found[file] = []
        for above, below, share in shares:
            ours = macro(f"pct('{_number(above)}', '{_number(below)}')")
            compared += _one(con, f"select count(*) from published where {_stated(above, below, share)}")
            found[file] += con.execute(
                f"select '{share}', time_period, geographic_level, coalesce(la_name, region_name, 'England'), breakdown_topic, breakdown,"
                f' "{share}", round({ours}, 1)::varchar from published'
                f" where {_stated(above, below, share)} and abs({ours} - {_number(share)}) > 0.05 + 1e-9 order by all"
            ).fetchall()
    return compared, found


def test_more_than_the_cells_asked_for_are_reproduced(parted: tuple[int, dict[str, list[Cell]]]) -> None:
    compared, found = parted
    agreeing = compared - sum(map(len, found.values()))
    print(f"\nDfE, EHC plans 2025: {agreeing:,} of {compared:,} published shares reproduced from their counts")
    assert (compared, agreeing) == (828_523, 828_041)
    assert agreeing >= LEAST


def test_every_cell_that_does_not_agree_is_known(parted: tuple[int, dict[str, list[Cell]]]) -> None:
    _, found = parted
    counted = {file: dict(Counter(cell[0] for cell in cells)) for file, cells in found.items() if cells}
    assert counted == {
        "requests": UNKNOWN_DURATION,
        "newplans": WRONG_TOTAL,
        "caseload": JANUARY_2024,
        "sen_needs_all_plans": SURREY,
    }


def test_the_causes_are_those_that_are_named(
    con: duckdb.DuckDBPyConnection, parted: tuple[int, dict[str, list[Cell]]]
) -> None:
    _, found = parted
    assert all(float(ours) >= float(published) for *_, published, ours in found["requests"])
    assert {cell[1] for cell in found["newplans"]} == {"2022"}
    assert {cell[3] for cell in found["newplans"] if cell[2] != "Local authority"} == {
        "England",
        "Yorkshire and The Humber",
    }
    assert {cell[1:4] for cell in found["caseload"]} == {
        ("202324", "National", "England"),
        ("202324", "Regional", "London"),
        ("202324", "Regional", "East of England"),
    }
    assert {cell[1:4] for cell in found["sen_needs_all_plans"]} == {("202425", "Local authority", "Surrey")}
    assert {file for file, cells in found.items() for cell in cells if cell[3] in OURS} <= {"requests"}


OURS = ("Nottingham", "Nottinghamshire", "Derby", "Newcastle upon Tyne")


def test_shares_of_counts_rounded_to_tens_lie_where_the_rounding_lets_them(
    con: duckdb.DuckDBPyConnection, published_files: Path
) -> None:
    """Absence and SEN of children in social care: no published share lies outside what its rounded counts allow."""
    compared = outside = exact = 0
    for file, shares in ROUNDED_SHARES.items():
        _read(con, published_files / "dfe_other" / f"{file}.csv")
        for above, below, share in shares:
            least = macro(f"pct('greatest({_number(above)} - 5, 0)', '{_number(below)} + 5')")
            most = macro(f"pct('{_number(above)} + 5', '{_number(below)} - 5')")
            ours = macro(f"pct('{_number(above)}', '{_number(below)}')")
            row = con.execute(
                f"select count(*), count(*) filter ({_number(share)} < {least} - 0.05 - 1e-9 or {_number(share)} > {most} + 0.05 + 1e-9),"
                f" count(*) filter (abs({ours} - {_number(share)}) <= 0.05 + 1e-9) from published where {_stated(above, below, share)}"
            ).fetchone()
            assert row is not None
            compared, outside, exact = compared + row[0], outside + row[1], exact + row[2]
    print(
        f"\nDfE, absence and SEN of children in social care: {compared:,} shares, {exact:,} to the last place, {outside} outside their rounding"
    )
    assert outside == 0
    assert exact >= LEAST


@pytest.fixture(scope="module")
def release(published_files: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tribunal table and the SitRep workbooks, as their readers leave them."""
    con = connect()
    readers.prepare(con)
    benchmark_sql.read_into(
        con, "dfe_ehc_plans", [published_files / "dfe_ehc_plans" / "education-health-and-care-plans_2025.zip"]
    )
    benchmark_sql.read_into(con, "chs_sitrep", sorted((published_files / "nhse_community_waits").glob("*.xlsx")))
    yield con
    con.close()


def test_tribunal_appeal_rates(release: duckdb.DuckDBPyConnection) -> None:
    """Appeals over appealable decisions: every authority and England, 2014 to 2024; a dash is no appeal."""
    number = "try_cast(replace(replace(case when value_text = '-' then '0' else value_text end, ',', ''), '%', '') as double)"
    wide = (
        f"select la_name, year, max({number}) filter (measure = 'appeals_registered') as appeals,"
        f" max({number}) filter (measure = 'total_appealable_decisions') as decisions,"
        f" max({number}) filter (measure = 'send_tribunal_appeal_rate') as rate from raw_tribunal group by la_name, year"
    )
    ours = macro("pct('appeals', 'decisions')")
    rows = release.execute(
        f"select la_name, year, appeals, decisions, rate, round({ours}, 2) from ({wide}) where rate is not null and appeals is not null and decisions > 0"
        " order by all"
    ).fetchall()
    apart = [row for row in rows if abs(row[5] - row[4]) > 0.05 + 1e-9]
    print(f"\nDfE, tribunal: {len(rows) - len(apart):,} of {len(rows):,} appeal rates reproduced; apart: {apart}")
    assert (len(rows), len(apart)) == TRIBUNAL


TRIBUNAL = (1682, 0)


def test_sitrep_totals_out_of_the_providers_and_the_bands(release: duckdb.DuckDBPyConnection) -> None:
    """England by service and band from the 42 boards, the regions and the providers; each total from its bands, some of which are unknown."""
    amount = "try_cast(value_text as double)"
    (england, same) = release.execute(
        f"""
        with summed as (
            select source_file, age_group, service, band, org_type, sum({amount}) as amount from raw_waiting
            where value_text <> '*' group by all
        )
        select count(*), count(*) filter (part.amount = whole.amount)
        from summed as part inner join summed as whole using (source_file, age_group, service, band)
        where whole.org_type = 'National' and part.org_type <> 'National' and whole.amount is not null and part.amount is not null
        """
    ).fetchone() or (0, 0)
    totals = release.execute(
        f"""
        with banded as (
            select source_file, org_type, org_name, age_group, service, sum({amount}) filter (band <> 'total') as bands,
                count({amount}) filter (band <> 'total') as band_count, max({amount}) filter (band = 'total') as total
            from raw_waiting group by all
        )
        select count(*), count(*) filter (bands = total), count(*) filter (bands > total) from banded where total is not null and band_count = 7
        """
    ).fetchone()
    print(
        f"\nNHS England, SitRep: {same:,} of {england:,} totals over organisations and {totals[1]:,} of {totals[0]:,} over bands reproduced"
    )
    assert (england, same) == ENGLAND
    assert totals == TOTALS


ENGLAND = (4224, 4224)
TOTALS = (14185, 13836, 0)


def _read(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    con.execute("create or replace table published as from read_csv(?, all_varchar = true, header = true)", [str(path)])


def _number(columns: str) -> str:
    return " + ".join(f'try_cast("{column}" as double)' for column in columns.split("|"))


def _stated(above: str, below: str, share: str) -> str:
    """Cells of which the share and both counts are published."""
    return f"{_number(share)} is not null and {_number(above)} is not null and ({_number(below)}) > 0"


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = con.execute(sql).fetchone()
    assert row is not None
    return int(row[0])
