"""The files of the synthetic release of education, health and care plans, wide as published: lines, headers and the zip.

Belongs here: the areas and years that a line names, in every file in the same order, so that line 9 is of the same place and year in all of
them. Does not belong here: numbers (_dfe_ehc_plans_counts), or which line stands for which fault (dfe_ehc_plans).
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from sendjc_pipeline.feeds.library import layout_files
from sendjc_pipeline.synthetic.draws import noise
from sendjc_pipeline.synthetic.partner_feeds._dfe_ehc_plans_counts import AUTHORITIES, KEYS, REGIONS, Release
from sendjc_pipeline.synthetic.partner_feeds._dfe_ehc_plans_measures import FILES

FEED, OFFICERS = "dfe_ehc_plans", "sen2_dmo_dco"
YEARS = 3  # that a release looks back on
_LABELS = (
    "time_period", "time_identifier", "geographic_level", "country_code", "country_name", "region_code", "region_name", "new_la_code", "old_la_code",
    "la_name",
)  # fmt: skip
_ACADEMIC = (
    "caseload",
    "personal_budgets",
    "residential_settings",
    "sen_needs_all_plans",
    "work_based_placements",
    OFFICERS,
)
# The words for everything, which stand both as topic and as breakdown.
_TOTAL = {
    "annual_reviews": "All annual reviews", "assessments": "All EHC needs assessments", "ceased_plans": "All ceased EHC plans", "newplans": "New EHC plans",
    "requests": "All requests for EHC needs assessments", "sen_need_newplans": "New EHC plans", "timeliness_20_week": "All EHC plans issued",
}  # fmt: skip
_PLACE = {831: ("E06000015", "Derby", "E12000004"), 391: ("E08000021", "Newcastle upon Tyne", "E12000001"), 892: ("E06000018", "Nottingham", "E12000004"),
    891: ("E10000024", "Nottinghamshire", "E12000004"), 331: ("E08000026", "Coventry", "E12000005"), 874: ("E06000031", "Peterborough", "E12000006"),
    852: ("E06000045", "Southampton", "E12000008")}  # fmt: skip
_OFFICER_WORDS = ("Yes", "Yes", "Yes", "No", "Recruiting", "Not returned")
_GUIDANCE = "Synthetic release: England outside the four areas is made up in proportion, and nothing here is a published figure.\n"
Line = dict[str, str | None]


@cache
def layout() -> dict[str, Any]:
    """What each file holds: `files` {stem: identity, measures}, and `labels`, which only repeat a code in words."""
    (path,) = layout_files(FEED)
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def places() -> list[Line]:
    """England, the regions, and the authorities: the columns that name a place."""
    blank: Line = dict.fromkeys(_LABELS[2:])
    country = blank | {"country_code": "E92000001", "country_name": "England"}
    found = [country | {"geographic_level": "National"}]
    found += [
        country | {"geographic_level": "Regional", "region_code": code, "region_name": name}
        for code, (name, _) in REGIONS.items()
    ]
    for old in AUTHORITIES:
        new, name, region = _PLACE[old]
        codes: Line = {
            "region_code": region,
            "region_name": REGIONS[region][0],
            "new_la_code": new,
            "old_la_code": str(old),
            "la_name": name,
        }
        found.append(country | {"geographic_level": "Local authority"} | codes)
    return found


def totals() -> int:
    """Lines of totals in each file: they stand before the breakdowns by sex, at the same lines in every file."""
    return (1 + len(KEYS)) * YEARS


def wide(seed: int, published: int) -> dict[str, pl.DataFrame]:
    """Every data file by its stem, as text: the release of June in the year `published`, about the three years before it.

    The layout is that of 2025 in every year (feeds/dfe_ehc_plans.layout.yaml).
    """
    years = range(published - YEARS, published)
    release = Release(seed, years)
    found = {}
    for stem, body in layout()["files"].items():
        sexes = (
            [("Total", "Total")]
            if stem == OFFICERS
            else [(_TOTAL.get(stem, "All EHC plans"),) * 2, ("Sex", "Male"), ("Sex", "Female")]
        )
        lines = [
            {**_period(stem, year), **place, "breakdown_topic": topic, "breakdown": breakdown}
            for topic, breakdown in sexes for place in places() for year in years
        ]  # fmt: skip
        names = [
            name
            for name in (*_LABELS, "breakdown_topic", "breakdown")
            if name in body["identity"] or name in layout()["labels"]
        ]
        frame = pl.DataFrame(lines, schema=dict.fromkeys((*_LABELS, "breakdown_topic", "breakdown"), pl.String)).select(
            names
        )
        if stem == OFFICERS:
            cells = {name: _officers(seed, name, years) for name in body["measures"]}
        else:
            # (place, year, sex) to lines by sex, place and year.
            made = FILES[stem](release)
            cells = {name: made[name].transpose(2, 0, 1).ravel().tolist() for name in body["measures"]}
        found[stem] = frame.with_columns(pl.Series(name, values, dtype=pl.String) for name, values in cells.items())
    return found


def _period(stem: str, year: int) -> Line:
    """An academic year holds the census of the January after the calendar year."""
    if stem in _ACADEMIC:
        return {"time_period": f"{year}{(year + 1) % 100:02d}", "time_identifier": "Academic year"}
    return {"time_period": str(year), "time_identifier": "Calendar year"}


def _officers(seed: int, name: str, years: Sequence[int]) -> list[str]:
    """Whether an authority has the officer; above authorities the question does not arise."""
    draw = noise(seed, name, KEYS[len(REGIONS) :])
    words = [_OFFICER_WORDS[int(value * len(_OFFICER_WORDS))] for value in draw]
    return [word for word in ["n/a"] * (1 + len(REGIONS)) + words for _ in years]


def table(frame: pl.DataFrame) -> list[list[str | None]]:
    """A data file as rows of cells, its header first."""
    return [list(frame.columns), *(list(row) for row in frame.rows())]


def write_zip(
    path: Path,
    published: int,
    files: Mapping[str, Sequence[Sequence[str | None]]],
    tribunal: Sequence[Sequence[str | None]],
) -> None:
    """Write the release; its bytes depend on its cells alone. `files` are rows of cells by stem."""
    parts = {
        ("supporting-files" if stem == OFFICERS else "data") + f"/{stem}.csv": _text(rows)
        for stem, rows in files.items()
    }
    parts |= {
        f"supporting-files/{tribunal_name(published)}": _text(tribunal),
        "data-guidance/data-guidance.txt": _GUIDANCE,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0)), content.encode("utf-8-sig"))


def tribunal_name(published: int) -> str:
    """The file's name of the supporting table."""
    return f"SEND Tribunals and appeal rate {published - YEARS}-{published - 1}.csv"


def _text(rows: Sequence[Sequence[str | None]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([cell or "" for cell in row] for row in rows)
    return out.getvalue()
