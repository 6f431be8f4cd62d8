"""What a run prints: few figures of whole areas, chosen by seed and read from the release."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from sendjc_pipeline.commands.headline import print_headline
from sendjc_pipeline.release.ledger import Release
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.warehouse.project import SEEDS

MOST_LINES = 25


def _seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _release(folder: Path, chosen: bool) -> Release:
    con = duckdb.connect(str(folder / "marts.duckdb"))
    con.execute("create table area as select 'derby' as area_id, 'Local authority' as geographic_level")
    con.execute("""
        create table metric_quarterly as
        select *, 'count' as unit, 'derby' as area_id, 'none' as suppression, 'final' as value_status, 'Total' as breakdown, 'Total' as tier,
            null::double as england_value, null as benchmark_period
        from (values ('plans', 'quarter', 'ehc', 40.0), ('plans', 'rolling_12m', 'ehc', 160.0), ('shares', 'snapshot', 'ehc', 100.0),
            ('waits', 'snapshot', 'slt', 7.0), ('unfed', 'quarter', 'Total', null)) as t (metric_id, time_window, service, value)""")
    if chosen:
        con.execute("""
            create table headline_series as select * from (values (1, 'waits', 'snapshot', 'slt'), (2, 'plans', 'quarter', 'ehc'),
                (3, 'unfed', 'quarter', 'Total')) as t (headline_order, metric_id, time_window, service)""")
    con.close()
    return Release(folder, Quarter.parse("2024-25-Q4"), 1)


def _printed(capsys: pytest.CaptureFixture[str]) -> tuple[list[list[str]], str]:
    said = capsys.readouterr().out
    return [[cell.strip() for cell in line.split("|")[1:4]] for line in said.splitlines() if "| " in line][1:], said


def test_the_chosen_figures_are_printed_in_order_and_the_others_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    print_headline(_release(tmp_path, chosen=True))
    lines, said = _printed(capsys)
    assert lines == [["waits (slt)", "snapshot", "7"], ["plans (ehc)", "quarter", "40"]]
    assert "2 more figures are in the release" in said and "1 have no figure for any area" in said


def test_a_release_from_before_the_choice_shows_all_that_it_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    print_headline(_release(tmp_path, chosen=False))
    lines, said = _printed(capsys)
    assert len(lines) == 4 and "more figures" not in said


def test_the_choice_is_short_and_of_published_totals() -> None:
    chosen = _seed("headline_series")
    assert 0 < len(chosen) <= MOST_LINES
    assert [row["headline_order"] for row in chosen] == [str(n) for n in range(1, len(chosen) + 1)]
    series = {
        (row["metric_id"], row["time_window"], row["service"], row["tier"], row["grain"])
        for row in _seed("metric_series")
    }
    keys = {(row["metric_id"], row["time_window"], row["service"], "Total", "quarterly") for row in chosen}
    assert len(keys) == len(chosen) and keys <= series


def test_no_headline_is_a_share_of_all_in_all() -> None:
    shares = {row["metric_id"] for row in _seed("metric_definition") if row["metric_id"].endswith("_share_pct")}
    assert shares and not shares & {row["metric_id"] for row in _seed("headline_series")}
