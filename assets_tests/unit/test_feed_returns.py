"""The local returns: counts and nobody's person, what an analyst sends by mistake, and what the synthetic partners send."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from sendjc_pipeline import feeds
from sendjc_pipeline.feeds.examples import examples
from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.feeds.partners import require_sender
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions import intake
from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic import csv_files, partner_feeds, xlsx
from sendjc_pipeline.synthetic.scene import Scene

RETURNS = {
    "survey_return": ("council", "provider", "board"), "complaints_return": ("council", "provider"), "tribunal_return": ("council",),
    "spend_return": ("council", "board"), "prescribing_return": ("board",), "workforce_return": ("council", "provider"),
    "mhst_return": ("provider", "board"), "service_activity_return": ("council", "provider"),
}  # fmt: skip
PERIOD = "2024-25-Q4"


@dataclass(frozen=True)
class World:
    """What the returns need of a world."""

    seed: int
    scale: float


def scene(quarter: str = PERIOD, scale: float = 0.22, seed: int = 1) -> Scene:
    world: Any = World(seed, scale)
    nothing: Any = None
    return Scene(world, nothing, list(cal.AREAS), Quarter.parse(quarter))


def write(module: Any, feed: Feed, of: Scene, partner: str, folder: Path) -> list[Path]:
    tables = module.extract(of, partner)
    assert tables is not None
    if hasattr(module, "write"):
        module.write(of, partner, tables, folder)
    else:
        csv_files.write(feed, tables, folder)
    return sorted(folder.iterdir())


@pytest.mark.parametrize("name", RETURNS)
def test_a_return_holds_nobody_and_is_sent_by_whom_it_should(name: str) -> None:
    feed = feeds.load(name)
    assert not feed.is_person_level
    assert feed.partners == RETURNS[name]
    assert sum(len(table.rules) for table in feed.tables.values()) >= 7
    assert "suppressed on the way out" in feed.description
    columns = [column for table in feed.tables.values() for column in table.columns]
    assert all(len(column.description) > 5 for column in columns)
    assert not [
        column.name
        for column in columns
        if re.search(r"pct|percent|rate|name$", column.name) and column.name != "bnf_name"
    ]


def rows_of(name: str) -> dict[str, list[dict[str, str | None]]]:
    return {table: [dict(row) for row in rows] for table, rows in examples(name)[0].tables.items()}


def sent(folder: Path, name: str, tables: dict[str, list[dict[str, str | None]]]) -> list[Path]:
    """The tables as CSV files, the first row's columns as header."""
    feed, files = feeds.load(name), []
    for table, rows in tables.items():
        header = [column.key for column in feed.tables[table].columns]
        lines = [",".join(header), *(",".join(row.get(key) or "" for key in header) for row in rows)]
        files.append(folder / csv_files.file_name(feed, feed.tables[table]))
        files[-1].write_text("\n".join(lines) + "\n", encoding="utf-8")
    return files


def told(settings: Settings, name: str, files: list[Path]) -> dict[str, int]:
    receipt = intake.check(name, None, files, settings, period=PERIOD)
    return {total.rule: total.count for total in receipt.messages_total}


MISTAKES = [
    ("survey_return", "response", {"positive": "44", "neutral": "20", "negative": "36", "valid": "198"}, "percentages"),
    ("survey_return", "response", {"returned": "950"}, "returned_over_invited"),
    ("survey_return", "response", {"fieldwork_end": "2025-04-01"}, "fieldwork_outside_period"),
    ("complaints_return", "complaint", {"month": "2024-12-01"}, "month_outside_period"),
    ("complaints_return", "complaint", {"month": "2025-01-31"}, "month_not_first_day"),
    ("complaints_return", "complaint", {"area": "derbyshire"}, "area.code"),
    ("complaints_return", "complaint", {"decided": "37.5"}, "decided.format"),
    ("tribunal_return", "appeal", {"withdrawn": "60"}, "closed_over_known"),
    ("spend_return", "spend", {"amount_gbp": "-120.00"}, "spend_negative"),
    ("spend_return", "spend", {"amount_gbp": "48"}, "unit_cost"),
    ("spend_return", "spend", {"amount_gbp": "48,250"}, "amount_gbp.format"),
    ("spend_return", "spend", {"period_to": "2025-12-31"}, "accrued_after_period"),
    ("prescribing_return", "prescribed", {"bnf_code": "401010AD"}, "bnf_code_form"),
    ("prescribing_return", "prescribed", {"patients": "413"}, "patients_over_items"),
    ("workforce_return", "training", {"trained_in_post": "421"}, "trained_over_in_post"),
    ("workforce_return", "post", {"in_post_fte": "40", "vacant_fte": "0", "headcount": "45"}, "over_establishment"),
    ("mhst_return", "coverage", {"schools_covered": "79"}, "covered_over_schools"),
    ("service_activity_return", "activity", {"numerator": "30"}, "numerator_over_denominator"),
]


@pytest.mark.parametrize(("name", "table", "cells", "rule"), MISTAKES)
def test_what_an_analyst_sends_by_mistake(
    tmp_path: Path, settings: Settings, name: str, table: str, cells: dict[str, str], rule: str
) -> None:
    tables = rows_of(name)
    tables[table][0].update(cells)
    if name == "spend_return" and "," in cells.get("amount_gbp", ""):
        tables[table][0]["amount_gbp"] = f'"{cells["amount_gbp"]}"'
    assert f"{name.upper()}.{table}.{rule}" in told(settings, name, sent(tmp_path, name, tables))


@pytest.mark.parametrize("column", ["received", "upheld", "open_at_end"])
def test_a_count_below_nought_is_told_by_its_own_column(tmp_path: Path, settings: Settings, column: str) -> None:
    tables = rows_of("complaints_return")
    tables["complaint"][0][column] = "-1"
    receipt = intake.check("complaints_return", None, sent(tmp_path, "complaints_return", tables), settings)
    found = [(t.rule, t.column) for t in receipt.messages_total if t.rule.endswith("_negative")]
    assert found == [(f"COMPLAINTS_RETURN.complaint.{column}_negative", column)]


def test_no_rule_asks_the_sign_of_several_columns_at_once() -> None:
    rules = [rule for name in feeds.names() for table in feeds.load(name).tables.values() for rule in table.rules]
    assert [rule.code for rule in rules if re.search(r"\bleast\(.*\)\s*< 0", rule.when, re.DOTALL)] == []


def test_a_total_beside_its_parts_is_kept_out_and_the_parts_stay(tmp_path: Path, settings: Settings) -> None:
    tables = rows_of("complaints_return")
    first = tables["complaint"][0]
    tables["complaint"].append(first | {"theme": "all"})
    files = sent(tmp_path, "complaints_return", tables)
    assert told(settings, "complaints_return", files) == {"COMPLAINTS_RETURN.complaint.total_with_parts": 1}
    tables["complaint"] = [first | {"theme": "all"}]
    assert told(settings, "complaints_return", sent(tmp_path, "complaints_return", tables)) == {}


def test_months_may_be_written_as_a_month_or_in_the_english_way(tmp_path: Path, settings: Settings) -> None:
    tables = rows_of("complaints_return")
    tables["complaint"][0]["month"] = "2025-02"
    tables["complaint"][1]["month"] = "01/03/2025"
    assert told(settings, "complaints_return", sent(tmp_path, "complaints_return", tables)) == {}


def test_a_return_sent_as_another_one_is_told_which_it_is(tmp_path: Path, settings: Settings) -> None:
    files = sent(tmp_path, "complaints_return", rows_of("complaints_return"))
    receipt = intake.check("tribunal_return", None, files, settings)
    assert receipt.status == "rejected"
    assert "this looks like feed complaints_return table complaint" in receipt.file_messages[0]


def test_a_workbook_holds_the_tables_as_sheets(tmp_path: Path, settings: Settings) -> None:
    tables = rows_of("mhst_return")
    sheets: Any = {name: [list(rows[0]), *(list(row.values()) for row in rows)] for name, rows in tables.items()}
    xlsx.write(sheets, tmp_path / "MHST Q4.xlsx")
    assert told(settings, "mhst_return", [tmp_path / "MHST Q4.xlsx"]) == {}


@pytest.mark.parametrize("name", [*RETURNS, "population", "dfe_benchmarks"])
def test_what_synthetic_partners_send_is_sound(tmp_path: Path, settings: Settings, name: str) -> None:
    module, feed = partner_feeds.get(name), feeds.load(name)
    of = scene("2024-25-Q2" if name == "population" else PERIOD)
    for partner in module.partners(of.areas):
        require_sender(feed, partner)
        files = write(module, feed, of, partner, tmp_path / partner)
        receipt = intake.check(name, None, files, settings, period=of.quarter.label)
        assert (receipt.status, receipt.messages_total, receipt.file_messages) == ("accepted", [], [])
        assert all(table.accepted > 0 for table in receipt.tables.values())


def test_the_same_scene_gives_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    module, feed = partner_feeds.get("workforce_return"), feeds.load("workforce_return")
    made = [
        write(module, feed, scene(seed=seed), "derby", tmp_path / str(place))[0].read_bytes()
        for place, seed in enumerate((1, 1, 2))
    ]
    assert made[0] == made[1] != made[2]


def test_published_feeds_are_sent_in_the_quarter_of_publication_only() -> None:
    due = {
        name: [q for q in "1234" if partner_feeds.get(name).extract(scene(f"2024-25-Q{q}"), "dfe")]
        for name in ("population", "dfe_benchmarks")
    }
    assert due == {"population": ["2"], "dfe_benchmarks": ["4"]}


# A share as a partner's own report has it, sent in place of its two counts.
PERCENTAGES: list[tuple[str, str, dict[str, str | None], str]] = [
    (
        "survey_return",
        "response",
        {"positive": "62", "neutral": "20", "negative": "18", "valid": None},
        "valid.missing",
    ),
    ("survey_return", "response", {"positive": "62.5"}, "positive.format"),
    ("survey_return", "response", {"positive": "44", "neutral": "20", "negative": "36", "valid": "198"}, "percentages"),
    ("mhst_return", "coverage", {"schools_covered": "45", "schools": None}, "schools.missing"),
    ("complaints_return", "complaint", {"upheld": "40", "decided": None}, "decided.missing"),
]


@pytest.mark.parametrize(("name", "table", "cells", "rule"), PERCENTAGES)
def test_percentages_without_denominators_are_refused_by_file_and_row(
    tmp_path: Path, settings: Settings, name: str, table: str, cells: dict[str, str | None], rule: str
) -> None:
    tables = rows_of(name)
    tables[table][0].update(cells)
    files = sent(tmp_path, name, tables)
    receipt = intake.check(name, None, files, settings, period=PERIOD, report=tmp_path / "report")
    assert receipt.tables[table].quarantined == 1
    told_rows = pl.read_parquet(tmp_path / "report" / "_messages.parquet").filter(
        pl.col("rule") == f"{name.upper()}.{table}.{rule}"
    )
    assert set(told_rows["row"]) == {2}
    assert set(told_rows["file"].cast(pl.String)) <= {path.name for path in files}


def test_a_return_without_its_column_of_denominators_is_refused_whole(tmp_path: Path, settings: Settings) -> None:
    rows = rows_of("survey_return")["response"]
    kept = [column for column in rows[0] if column != "valid"]
    lines = [[*kept, "positive_pct"], *([*(row[column] or "" for column in kept), "62.5"] for row in rows)]
    path = tmp_path / "survey.csv"
    path.write_text("".join(",".join(line) + "\n" for line in lines), encoding="utf-8")
    receipt = intake.check("survey_return", None, [path], settings, period=PERIOD)
    assert receipt.status == "rejected"
    assert any("valid" in message for message in receipt.file_messages)


def test_a_share_of_activity_without_reviews_due_is_refused(tmp_path: Path, settings: Settings) -> None:
    tables = rows_of("service_activity_return")
    share = next(row for row in tables["activity"] if row["denominator"])
    share["denominator"] = None
    rules = told(settings, "service_activity_return", sent(tmp_path, "service_activity_return", tables))
    assert rules["SERVICE_ACTIVITY_RETURN.activity.denominator_missing"] == 1
