"""The yearly release of education, health and care plans, as the DfE publishes it in June: one zip, in the first quarter of each year.

The release tells of England, the regions, the four areas and three neighbours, and of the three years before it, at full size whatever the
world's scale. In long form a line of a wide file is some twenty rows, and the intake counts all of them by that line. So the frames here have one
row per line number: one cell of that line, of one file by turns. A fault in it befalls that line in that file alone, and the same line of the
other files, which is about the same place and year, has no other fault. The lines of England, which would stand above the first line of the
tribunal table, and the breakdowns by sex stay sound.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from sendjc_pipeline.synthetic.partner_feeds import _dfe_ehc_plans_tribunal as tribunal
from sendjc_pipeline.synthetic.partner_feeds._dfe_ehc_plans_files import table, totals, tribunal_name, wide, write_zip
from sendjc_pipeline.synthetic.scene import Scene

FEED = "dfe_ehc_plans"
FIRST_ROW = 5  # below the tribunal table's title, headers and heading; in the data files below England
# The cells that stand for their lines, by turns: one of every file, and those that rules of their own look at.
_CELLS = (
    ("timeliness_20_week", "plans_issued_within_20_weeks"), ("requests", "requests_received_in_year"), ("sen2_dmo_dco", "des_med_off"),
    ("caseload", "ehcplans"), ("timeliness_20_week", "pc_plans_issued_within_20_weeks"), ("assessments", "assess_issued"), ("ceased_plans", "other"),
    ("newplans", "special_total"), ("personal_budgets", "pb_education"), ("annual_reviews", "pc_decsion_4weeks"), ("sen2_dmo_dco", "des_so_care_off"),
    ("residential_settings", "Res_tot"), ("sen_need_newplans", "number_asd"), ("sen_needs_all_plans", "number_semh"),
    ("annual_reviews", "outcome_amend"), ("work_based_placements", "open_wbp"),
)  # fmt: skip
_NAMED = (
    "time_period", "time_identifier", "geographic_level", "country_code", "region_code", "new_la_code", "old_la_code", "la_name",
    "breakdown_topic", "breakdown",
)  # fmt: skip
Rows = list[list[str | None]]


def partners(areas: Sequence[str]) -> list[str]:  # noqa: ARG001  the signature of every partner module
    """The Department for Education."""
    return ["dfe"]


def extract(scene: Scene, partner: str) -> dict[str, pl.DataFrame] | None:  # noqa: ARG001
    """One cell of each line number of the data files and of the tribunal table; None outside the first quarter."""
    if scene.quarter.number != 1:
        return None
    seed, published = scene.world.seed, scene.quarter.year
    files = wide(seed, published)
    lines = []
    for place, number in enumerate(range(FIRST_ROW - 2, totals())):
        stem, measure = _CELLS[place % len(_CELLS)]
        line = files[stem].row(number, named=True)
        lines.append((stem, *(line.get(name) for name in _NAMED), measure, line[measure]))
    names = ("file", *_NAMED, "measure", "value_text")
    return {
        "figure": pl.DataFrame(lines, schema=dict.fromkeys(names, pl.String), orient="row"),
        "tribunal": tribunal.cells(seed, published),
    }


def file_of(scene: Scene, partner: str, table: str) -> str:  # noqa: ARG001
    """The zip, or the table in it that the intake names."""
    return tribunal_name(scene.quarter.year) if table == "tribunal" else _name(scene)


def _name(scene: Scene) -> str:
    return f"education-health-and-care-plans_{scene.quarter.year}.zip"


def write(scene: Scene, partner: str, tables: dict[str, pl.DataFrame], folder: Path) -> dict[str, int]:
    """The whole release, with the cells of the spoilt rows in their lines; returns its lines."""
    sound = extract(scene, partner) or {}
    files = {stem: table(frame) for stem, frame in wide(scene.world.seed, scene.quarter.year).items()}
    _spoil_figures(files, tables["figure"], sound["figure"])
    appeals = _tribunal(scene, tables["tribunal"], sound["tribunal"])
    write_zip(folder / _name(scene), scene.quarter.year, files, appeals)
    return {_name(scene): sum(len(rows) - 1 for rows in files.values()) + tables["tribunal"].height}


def _spoil_figures(files: dict[str, Rows], sent: pl.DataFrame, sound: pl.DataFrame) -> None:
    """Put changed cells into their lines, and a copied line below the totals, where its row number is the one told."""
    before = sound.rows(named=True)
    for place, row in enumerate(sent.rows(named=True)):
        copied = place >= len(before)
        own = before.index(row) if copied else place
        rows = files[before[own]["file"]]
        line = rows[own + FIRST_ROW - 1]
        if copied:
            rows.insert(place + FIRST_ROW - 1, list(line))
            continue
        for name in (*_NAMED, "value_text"):
            if row[name] != before[own][name]:
                line[rows[0].index(before[own]["measure"] if name == "value_text" else name)] = row[name]


def _tribunal(scene: Scene, sent: pl.DataFrame, sound: pl.DataFrame) -> Rows:
    """The tribunal table; a row that lost its expected code gets the name of no authority."""
    published, before = scene.quarter.year, sound.rows(named=True)
    lines = tribunal.lines(scene.world.seed)
    for place, row in enumerate(sent.rows(named=True)):
        if place >= len(before):
            lines.append(list(lines[before.index(row)]))
            continue
        was = before[place]
        if row["la_name"] != was["la_name"]:
            lines[place][0] = row["la_name"]
        if row["old_la_code"] != was["old_la_code"]:
            lines[place][1] = row["old_la_code"]
        if row["expected_la_code"] != was["expected_la_code"]:
            lines[place][0] = tribunal.UNKNOWN
        if row["value_text"] != was["value_text"]:
            lines[place][tribunal.column(was["year"], was["measure"], published)] = row["value_text"]
    above = tribunal.header(published)
    return [*above, *lines, *tribunal.notes(len(above[0]))]
