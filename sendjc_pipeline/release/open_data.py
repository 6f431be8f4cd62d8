"""The figures as open data: a CSV and its meta file, in the layout of Explore Education Statistics (domain rule 7.6).

Belongs here: the shape. One file for the quarter, one for the calendar year to date, because two kinds of time may not share a file. QT1 is left out:
the standard knows no integrated care board. A figure of grade D is no number here (domain rules 7.4 and 7.11), and beside every figure stands its grade.
Does not belong here: small numbers (disclosure/), the standard's rules (open_data_checks.py).
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sendjc_pipeline.disclosure import profiles
from sendjc_pipeline.disclosure.cells import FIGURE
from sendjc_pipeline.release import open_data_checks, shown
from sendjc_pipeline.release.declared import Declaration
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import SendjcError

COUNTRY = ("E92000001", "England")
YEAR_TO_DATE = "calendar_ytd"
FILTERS = {"service": "Service", "tier": "Tier", "breakdown": "Breakdown"}
_GROUPED_BY = {"breakdown": "breakdown_topic"}
_UNITS = {"pct": ("%", "1"), "count": ("", "0")}
_LABEL_LIMIT = 100  # of the same API
_GRADES, _UNRELIABLE = "ABCD", "D"  # an indicator holds numbers only, so a grade is its place in this row: 1 is A
_PARTS = {
    "value": "",
    "numerator": "_num",
    "denominator": "_den",
    "grade": "_dq",
}  # a name of more than 50 signs cannot be served by the DfE's API
_PART_LABELS = {"numerator": "numerator", "denominator": "denominator", "grade": "data quality, 1 (A) to 4 (D)"}
META = (*open_data_checks.META_COLUMNS, "filter_default")


class BreaksTheStandard(SendjcError):
    """An open-data file that Explore Education Statistics would refuse."""


@dataclass(frozen=True)
class _Indicator:
    column: str
    metric_id: str
    window: str
    part: str
    label: str
    topic: str
    unit: str


def write(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    quarter: Quarter,
    declared: Declaration,
    source: str = "open_metric_quarterly",
    earlier: Sequence[str] = (),
) -> None:
    """Write the CSV and meta files from the unsuppressed metric table, withheld figures emptied, of `con`: as `declared`, by its profile and to its place.

    `earlier` are what the memory told of earlier releases: it stays hidden.

    Raises:
        BreaksTheStandard: a file breaks a rule of the standard; nothing is published then.
    """
    profiles.protect(con, source, "open_figure", declared.profile, earlier)
    target = folder / declared.place
    target.mkdir(parents=True)
    # Beside the files and not among them: it says which marks are of small numbers, and the public is not told.
    memory = folder / shown.OPEN_DATA
    memory.parent.mkdir()
    remembered = str(memory).replace("'", "''")
    con.execute(f"copy ({_hidden()}) to '{remembered}' (format parquet)")
    financial = (f"{quarter.year}{(quarter.year + 1) % 100:02d}", f"Financial year Q{quarter.number}")
    calendar = (f"{quarter.end.year}", "Calendar year")
    _write_file(con, target / "send_quarterly.csv", f"time_window <> '{YEAR_TO_DATE}'", financial)
    _write_file(con, target / "send_calendar_year_to_date.csv", f"time_window = '{YEAR_TO_DATE}'", calendar)
    for path in sorted(target.glob("*.csv")):
        if path.name.endswith(".meta.csv"):
            continue
        failed = [finding for finding in open_data_checks.screen(path) if finding.result == "FAIL"]
        if failed:
            raise BreaksTheStandard(f"{declared.place}{path.name}: {failed[0].check}: {failed[0].message}")


def _hidden() -> str:
    """SQL for the figures that are hidden, to be remembered. It tells no more than the files do: not which of them are small."""
    figure = ", ".join(name for name in FIGURE if name != "month")
    return f"select {figure}, 'secondary' as suppression from open_figure where suppression in ('primary', 'secondary') order by all"


def _write_file(con: duckdb.DuckDBPyConnection, path: Path, which: str, time: tuple[str, str]) -> None:
    con.execute(
        f"create or replace temp table open_cells as select f.*, area.* exclude (area_id, area_code, area_name, geographic_level), {_told()} as told"
        f" from open_figure as f inner join main.area as area on f.area_id = area.area_id where {which} and area.geographic_level = 'Local authority'"
    )
    indicators = _indicators(con)
    if not indicators:
        return
    levels = {
        name: con.execute(f"select list(distinct {name} order by {name}) from open_cells").fetchall()[0][0]
        for name in FILTERS
    }
    filters = [name for name in FILTERS if len(levels[name]) > 1]
    grouping = [_GROUPED_BY[name] for name in filters if name in _GROUPED_BY]
    cells = ", ".join(f"coalesce(told['{i.metric_id} {i.window} {i.part}'], 'z') as {i.column}" for i in indicators)
    dimensions = "".join(f"{name}, " for name in (*grouping, *filters))
    # One map for a row, and not one aggregate for each of some hundred indicators: a ninth of the time.
    con.execute(
        f"copy (with line as (select '{time[0]}' as time_period, '{time[1]}' as time_identifier, geographic_level, '{COUNTRY[0]}' as country_code,"
        f" '{COUNTRY[1]}' as country_name, region_code, region_name, old_la_code, area_code as new_la_code, area_name as la_name,"
        f" {dimensions} map_from_entries(flatten(list(told))) as told from open_cells group by all)"
        f" select * exclude (told), {cells} from line order by all)"
        f" to '{str(path).replace(chr(39), chr(39) * 2)}' (format csv, header)"
    )
    with path.with_suffix(".meta.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(META)
        for name in filters:
            default = "" if "Total" in levels[name] else levels[name][0]
            writer.writerow([name, "Filter", FILTERS[name], "", "", "", "", _GROUPED_BY.get(name, ""), default])
        for indicator in indicators:
            unit, places = _UNITS.get(indicator.unit, ("", "1")) if indicator.part == "value" else ("", "0")
            writer.writerow([indicator.column, "Indicator", indicator.label, indicator.topic, unit, places, "", "", ""])


def _indicators(con: duckdb.DuckDBPyConnection) -> list[_Indicator]:
    """For each metric and window: its value, for all but counts its denominator, for shares its numerator, and its grade."""
    series = con.execute(
        "select distinct metric_id, time_window, metric_name, topic, unit, count(distinct time_window) over (partition by metric_id) > 1 from open_cells"
        " order by all"
    ).fetchall()
    found: list[_Indicator] = []
    labels: set[str] = set()
    for metric, window, name, topic, unit, is_many in series:
        stem = f"{metric}_{window}" if is_many and window != "quarter" else metric
        said = f" ({window.replace('_', ' ')})" if is_many and window != "quarter" else ""
        text = f"{name}, in {unit}" if unit not in _UNITS else name
        label = f"{text}{said}" if f"{text}{said}" not in labels else f"{text}{said} [{stem}]"
        labels.add(label)
        of_what = () if unit == "count" else ("numerator", "denominator") if unit == "pct" else ("denominator",)
        for part in ("value", *of_what, "grade"):
            told = label if part == "value" else f"{label}: {_PART_LABELS[part]}"
            if len(told) > _LABEL_LIMIT:
                told = f"{stem.replace('_', ' ')}: {_PART_LABELS.get(part, part)}"
            found.append(
                _Indicator(
                    f"{stem}{_PARTS[part]}", metric, window, part, told, topic.replace("_", " ").capitalize(), unit
                )
            )
    return found


def _told() -> str:
    """The cells that a figure fills, by metric, window and part: each number as text, or the symbol that stands for it.

    c is hidden; x not available or, where the grade is told as D, not reliable.
    """
    numbers = {
        "value": "case when unit = 'count' then value::bigint::varchar else value::varchar end",
        "numerator": "numerator::bigint::varchar",
        "denominator": "denominator::bigint::varchar",
    }
    told = {part: f"case when dq_grade is distinct from '{_UNRELIABLE}' then {n} end" for part, n in numbers.items()}
    # No grade beside what is not told at all: there the release for partners says why.
    is_there = "coalesce(value, numerator, denominator) is not null"
    told["grade"] = f"case when {is_there} then nullif(instr('{_GRADES}', dq_grade), 0)::varchar end"
    is_hidden = "suppression in ('primary', 'secondary')"
    cells = (
        f"{{'key': concat_ws(' ', metric_id, time_window, '{part}'), 'said': case when {is_hidden} then 'c' else coalesce({cell}, 'x') end}}"
        for part, cell in told.items()
    )
    return f"[{', '.join(cells)}]"
