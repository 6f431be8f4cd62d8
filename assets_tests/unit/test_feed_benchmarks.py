"""Published benchmarks and population: each shape becomes long, nothing is guessed, and the real files go in unchanged."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import polars as pl
import pytest

from sendjc_pipeline import feeds
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions import intake, readers
from sendjc_pipeline.submissions.macros import create_macros
from sendjc_pipeline.submissions.readers.benchmarks import read
from sendjc_pipeline.warehouse.connection import connect

FEED = feeds.load("dfe_benchmarks")
HEADER = "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,old_la_code,new_la_code,la_name"
PLACE = "Local authority,E92000001,England,E12000004,East Midlands"


def written(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\ufeff" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def figures(*files: Path) -> list[dict[str, object]]:
    con = connect()
    create_macros(con)
    readers.prepare(con)
    read(con, FEED, "1", list(files))
    return con.execute("from raw_figure order by source_file, source_row, measure").pl().to_dicts()


def rules(settings: Settings, *files: Path, feed: str = "dfe_benchmarks", spec: str | None = None) -> set[str]:
    receipt = intake.check(feed, spec, list(files), settings, period="2024-25-Q4")
    return {total.rule for total in receipt.messages_total} | {
        line.split("[")[1].split("]")[0] for line in receipt.file_messages
    }


def test_an_open_data_csv_becomes_one_row_per_cell_with_its_breakdowns_joined(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "sen.csv",
        f"{HEADER},social_care_group,phase_type_grouping,t_pupils,pt_SEN_support",
        f"202425,Academic year,{PLACE},891,E10000024,Nottinghamshire,CINO,Total,900,c",
    )
    one, other = figures(path)
    assert (one["measure"], one["value_text"]) == ("pt_SEN_support", "c")
    assert (other["measure"], other["value_text"], other["source_row"]) == ("t_pupils", "900", 2)
    assert other["breakdown_topic"] == "social_care_group | phase_type_grouping"
    assert other["breakdown"] == "CINO | Total"
    assert (other["file"], other["expected_la_code"], other["coded_la_code"]) == ("sen", "891", "891")


def test_a_column_of_words_that_nothing_declares_is_refused_and_a_meta_file_declares_it(
    tmp_path: Path, settings: Settings
) -> None:
    path = written(
        tmp_path,
        "new.csv",
        f"{HEADER},weather,t_pupils",
        f"202425,Academic year,{PLACE},891,E10000024,Nottinghamshire,sunny,900",
    )
    assert "DFE_BENCHMARKS.file.undeclared_filter" in rules(settings, path)
    meta = written(
        tmp_path, "new.meta.csv", "col_name,col_type,label", "weather,Filter,Weather", "t_pupils,Indicator,Pupils"
    )
    (row,) = figures(path, meta)
    assert (row["breakdown_topic"], row["breakdown"]) == ("weather", "sunny")


def test_the_county_under_the_code_of_another_is_kept_out(tmp_path: Path, settings: Settings) -> None:
    lines = [
        f"{HEADER},t_pupils",
        f"202425,Academic year,{PLACE},928,E10000024,Nottinghamshire,900",
        f"202425,Academic year,{PLACE},892,E10000024,Nottingham,400",
        f"201819,Academic year,{PLACE},835,E10000009,Dorset,300",
        f"202425,Academic year,{PLACE},838,E06000059,Dorset,300",
    ]
    path = written(tmp_path, "sen.csv", *lines)
    receipt = intake.check("dfe_benchmarks", None, [path], settings)
    assert {t.rule: t.count for t in receipt.messages_total} == {
        "DFE_BENCHMARKS.figure.la_code": 1,
        "DFE_BENCHMARKS.figure.ons_code": 1,
    }
    assert receipt.tables["figure"].quarantined == 2


def test_a_broken_line_is_counted_and_the_lines_below_keep_their_numbers(tmp_path: Path, settings: Settings) -> None:
    path = written(
        tmp_path,
        "sen.csv",
        f"{HEADER},t_pupils",
        "202425,Academic year",
        f"202425,Academic year,{PLACE},891,E10000024,Nottinghamshire,900",
    )
    assert [row["source_row"] for row in figures(path)] == [3]
    counted = intake.check("dfe_benchmarks", None, [path], settings).tables["figure"]
    assert (counted.received, counted.accepted, counted.quarantined) == (2, 1, 1)


def test_lait_levels_come_from_its_numbers(tmp_path: Path) -> None:
    frame = pl.DataFrame({
        "Short Desc": ["A"] * 3, "Data item": [None, None, "Of which"], "Years": ["2024", "2023/24", "2024 (Rev)"],
        "LA and Regions": ["England", "East Midlands", "Dorset (Pre LG)"], "Values": ["46.399999999999999", "-", "1E-2"],
        "LA Number": [970.0, 983.0, 835.0], "Region": ["NA", "NA", "South West"],
    })  # fmt: skip
    frame.write_parquet(tmp_path / "bds_long_0.parquet")
    england, region, dorset = figures(tmp_path / "bds_long_0.parquet")
    assert (england["geographic_level"], england["la_name"], england["value_text"]) == (
        "National",
        None,
        "46.399999999999999",
    )
    assert (region["geographic_level"], region["region_name"]) == ("Regional", "East Midlands")
    assert (dorset["geographic_level"], dorset["old_la_code"], dorset["expected_la_code"]) == (
        "Local authority",
        "835",
        "835",
    )
    assert (dorset["breakdown_topic"], dorset["breakdown"]) == ("Data item", "Of which")


def test_the_dashboard_s_json_keeps_provision_and_primary_need_apart(tmp_path: Path) -> None:
    record = {"time_period": "202425", "time_identifier": "Academic year", "education_phase": "Total", "send_category": "No SEN",
              "sen_type_label": None, "region_code": "E12000004", "region_name": "East Midlands", "new_la_code": "E06000018",
              "la_name": "Nottingham", "metric": "pa"}  # fmt: skip
    records = [
        record | {"send_detail_display": "SEN provision", "value": 17.4},
        record | {"send_detail_display": "SEN primary need", "value": 17.2},
    ]
    path = tmp_path / "e12000004.json"
    path.write_text(json.dumps({"metric": "pa", "records": records}), encoding="utf-8")
    rows = figures(path)
    assert [row["file"] for row in rows] == ["pa_e12000004"] * 2
    assert [row["value_text"] for row in rows] == ["17.4", "17.2"]
    assert rows[0]["breakdown"] == "Total | SEN provision | No SEN | "
    assert rows[0]["coded_la_code"] == "892"


def test_neighbours_and_dictionary_are_told_by_their_headers_in_a_zip(tmp_path: Path, settings: Settings) -> None:
    near = written(
        tmp_path,
        "anything.csv",
        "old_la_code,la_name,region_ind,SN_1,SN_1P,SN_2,SN_2P",
        "892,Nottingham,4,331,Very close,874,Close ",
    )
    words = written(
        tmp_path,
        "words.csv",
        "Measure_code,Topic,Measure,Measure_short,Polarity,y_axis_name,dps,Year_Type,Last Update",
        '142,SEN,"New plans,\nin time",SEN_EHC_Excpt_20wks,High,%,1,Calendar Year,NA',
    )
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
        for path in (near, words):
            archive.write(path, path.name)
    receipt = intake.check("dfe_benchmarks", None, [tmp_path / "both.zip"], settings)
    assert receipt.messages_total == []
    assert {name: count.accepted for name, count in receipt.tables.items()} == {
        "figure": 0,
        "neighbour": 2,
        "measure": 1,
    }


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"a,b\n1,2\n", "wrong_feed"),
        ("a.txt", b"a,b\n1,2\n", "wrong_feed"),
        ("a.csv", b"time_period,time_identifier,geographic_level,t,t\n", "duplicate_column"),
        ("a.csv", b'time_period,time_identifier,geographic_level,"a""b"\n', "unreadable"),
        ("a.csv", "time_period,time_identifier,geographic_level,t\xe9\n".encode("cp1252"), "encoding"),
        ("a.csv", b"time_period,time_identifier,geographic_level\n", "missing_column"),
        ("a.csv", b"time_period,time_identifier,geographic_level,t\n", "no_rows"),
        ("a.parquet", b"PAR1 no", "unreadable"),
        ("a.json", b"{", "unreadable"),
        ("a.json", b'{"records": []}', "missing_column"),
        ("a.zip", b"PK", "unreadable"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_so(
    tmp_path: Path, settings: Settings, name: str, content: bytes, fault: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert f"DFE_BENCHMARKS.file.{fault}" in rules(settings, path)


def test_the_real_published_files_go_in_unchanged(published_files: Path, settings: Settings) -> None:
    """Only the LAIT's 170 rows of the year 0 are kept out."""
    small = [published_files / "dfe_other" / "cin_cla_by_sen_la.csv", published_files / "dfe_other" / "statistical_neighbours_2025.csv",
             published_files / "dfe_lait" / "lait_data_dictionary.csv"]  # fmt: skip
    receipt = intake.check("dfe_benchmarks", None, small, settings, period="2025-26-Q4")
    assert receipt.status == "accepted"
    assert {name: (count.received, count.quarantined) for name, count in receipt.tables.items()} == {
        "figure": (103_110, 0),
        "neighbour": (1_530, 0),
        "measure": (448, 0),
    }
    lait = intake.check(
        "dfe_benchmarks", None, [published_files / "dfe_lait" / "bds_long_0.parquet"], settings, period="2025-26-Q4"
    )
    assert (lait.tables["figure"].received, lait.tables["figure"].quarantined) == (641_070, 170)


def test_the_published_population_goes_in_unchanged_under_its_own_spec(
    published_files: Path, settings: Settings
) -> None:
    path = published_files / "ons" / "mid_year_population_estimates_2012_to_2024.csv"
    receipt = intake.check("population", "published-0-17", [path], settings, period="2025-26-Q4")
    assert (receipt.status, receipt.tables["estimate"].received, receipt.tables["estimate"].quarantined) == (
        "accepted",
        2_132,
        0,
    )


POPULATION = "mid_year,area_type,country_code,region_code,area_code,dfe_code,area_name,county_code,sex,age,population"


def estimate(
    area: str = "E10000024,891,Nottinghamshire,",
    sex: str = "Persons",
    count: str = "100",
    level: str = "Local authority",
) -> str:
    return f"2023,{level},E92000001,E12000004,{area},{sex},7,{count}"


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        ([estimate(), estimate(sex="Males", count="51"), estimate(sex="Females", count="50")], "persons_not_sum"),
        ([estimate(), estimate("E07000170,,Ashfield,E10000024", count="99", level="District")], "county_not_sum"),
        ([estimate("E10000024,891,Nottingham,")], "name_of_other_code"),
        ([estimate("E10000024,928,Nottinghamshire,")], "dfe_code"),
        ([estimate(count="9.5")], "value"),
        ([estimate(), estimate()], "key.duplicate"),
    ],
)
def test_population_mistakes(tmp_path: Path, settings: Settings, lines: list[str], rule: str) -> None:
    path = written(tmp_path, "population.csv", POPULATION, *lines)
    assert rules(settings, path, feed="population") == {f"POPULATION.estimate.{rule}"}


def test_sound_population_is_sound(tmp_path: Path, settings: Settings) -> None:
    lines = [
        estimate(),
        estimate(sex="Males", count="51"),
        estimate(sex="Females", count="49"),
        estimate("E07000170,,Ashfield,E10000024", level="District"),
    ]
    assert rules(settings, written(tmp_path, "population.csv", POPULATION, *lines), feed="population") == set()
