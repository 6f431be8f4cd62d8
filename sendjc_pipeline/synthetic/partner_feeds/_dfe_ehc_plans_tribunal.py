"""The supporting table of appeals of the synthetic release: two header rows, a heading, the authorities, England, and notes.

Belongs here: its cells as published, marks included. Does not belong here: the release's other files (_dfe_ehc_plans_files).
"""

from __future__ import annotations

import polars as pl

from sendjc_pipeline.synthetic.draws import noise
from sendjc_pipeline.synthetic.partner_feeds._dfe_ehc_plans_counts import AUTHORITIES, KEYS, REGIONS
from sendjc_pipeline.synthetic.partner_feeds._dfe_ehc_plans_files import YEARS, places

# Headers as published, with their footnote marks, and the measure that the reader makes of each.
_HEADERS = {
    "appeals_registered": "Appeals registered4", "total_appealable_decisions": "Total Appealable Decisions1,9",
    "send_tribunal_appeal_rate": "SEND Tribunal Appeal Rate2", "in_development_send_tribunal_appeal_rate": "In development: SEND Tribunal Appeal Rate2",
}  # fmt: skip
# Appeals and rates of 2024: the four areas' are near the published ones (rules 8.3), the others' assumed.
_APPEALS = {
    831: (190, 0.046),
    391: (44, 0.013),
    892: (52, 0.025),
    891: (184, 0.031),
    331: (130, 0.034),
    874: (70, 0.03),
    852: (61, 0.024),
}
_ENGLAND = (22_276, 0.032)
_NOTES = (
    "Notes: ",
    "1. Appealable decisions are those of the calendar year.",
    "4. A dash is nil; two dots mean not available.",
)
UNKNOWN = "Unlisted Authority"  # no authority's name


def header(published: int) -> list[list[str | None]]:
    """The four lines above the first authority; the year stands over the first of its columns only."""
    upper = [cell for year in range(published - YEARS, published) for cell in (str(year), *[""] * (len(_HEADERS) - 1))]
    width = len(upper)
    return [
        ["SEND Tribunal appeals and appeal rate (synthetic)1", *[""] * (width + 1)], ["Local Authority", "LA code", *upper],
        ["", "", *list(_HEADERS.values()) * YEARS], ["ENGLAND BY LOCAL AUTHORITY", *[""] * (width + 1)],
    ]  # fmt: skip


def notes(width: int) -> list[list[str | None]]:
    """The lines below the table."""
    return [[note, *[""] * (width - 1)] for note in _NOTES]


def lines(seed: int) -> list[list[str | None]]:
    """The authorities, then two rows of England: name with a footnote mark here and there, code, and the cells of each year."""
    named: list[tuple[str, str, tuple[int, float]]] = [
        (str(place["la_name"]), str(code), _APPEALS[code])
        for place, code in zip(places()[1 + len(REGIONS) :], AUTHORITIES, strict=True)
    ]
    named += [
        ("England Total4,9", "", _ENGLAND),
        ("England Total without abolished authorities", "", (_ENGLAND[0] - 12, _ENGLAND[1])),
    ]
    wobble = [*noise(seed, "appeals", KEYS[len(REGIONS) :]).tolist(), 0.5, 0.5]
    return [
        [name, code, *(cell for ago in range(YEARS, 0, -1) for cell in _cells(appeals, rate, ago, part))]
        for (name, code, (appeals, rate)), part in zip(named, wobble, strict=True)
    ]


def _cells(appeals: int, rate: float, ago: int, wobble: float) -> tuple[str, str, str, str]:
    """Appeals, decisions, rate, and the rate in development, which is known of the newest year only; nil is a dash."""
    registered = round(appeals * (0.7 + 0.1 * wobble) ** (ago - 1))
    decisions = round(appeals / rate * 0.88 ** (ago - 1))
    newer = f"{100 * 1.6 * registered / decisions:.2f}%" if ago == 1 else ".."
    return f"{registered:,}" if registered else " - ", f"{decisions:,}", f"{100 * registered / decisions:.2f}%", newer


def cells(seed: int, published: int) -> pl.DataFrame:
    """One cell of each line, as the reader tells it: table `tribunal`, the cell's place by turns."""
    rows = []
    for number, line in enumerate(lines(seed)):
        name, code = str(line[0]).rstrip("0123456789,"), line[1] or None
        year, place = published - YEARS + number % YEARS, number % len(_HEADERS)
        value = str(line[column(str(year), list(_HEADERS)[place], published)]).strip()
        level = "Local authority" if code else "National"
        rows.append((name, code, code, level, str(year), list(_HEADERS)[place], value))
    names = ("la_name", "old_la_code", "expected_la_code", "geographic_level", "year", "measure", "value_text")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def column(year: str, measure: str, published: int) -> int:
    """Where a year's measure stands in a line."""
    return 2 + (int(year) - (published - YEARS)) * len(_HEADERS) + list(_HEADERS).index(measure)
