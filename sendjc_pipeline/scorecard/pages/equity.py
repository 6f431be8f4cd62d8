"""Equity of access: every measure that is cut by district, sex, ethnicity or age, group beside group.

Belongs here: gathering the breakdowns that bear on fairness. Does not belong here: the measures' own pages (metric.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from sendjc_pipeline.scorecard import verdicts
from sendjc_pipeline.scorecard.bundle import Bundle
from sendjc_pipeline.scorecard.figure import Figure
from sendjc_pipeline.scorecard.page import Page, Section
from sendjc_pipeline.scorecard.pages.metric import path_of
from sendjc_pipeline.scorecard.picture import Cell, Table

TOPICS = ("district", "sex", "ethnicity_major", "ethnicity", "age_band", "deprivation")


def pages(bundle: Bundle) -> Iterator[Page]:
    """The equity page."""
    lead = [
        "The same measures for groups side by side. Where a group is small its figures are hidden, which is no sign that it fares well.",
    ]
    sections = list(_sections(bundle))
    yield Page(
        "equity.html",
        "Equity of access",
        lead,
        sections or [Section("Groups", ["No measure of this release is cut by district, sex, ethnicity or age."])],
    )


def _sections(bundle: Bundle) -> Iterator[Section]:
    for topic in TOPICS:
        cut: dict[tuple[str, ...], list[Figure]] = {}
        for figure in bundle.figures:
            if figure.breakdown_topic == topic:
                cut.setdefault((figure.metric_id, *figure.series), []).append(figure)
        tables = [_table(bundle, topic, figures) for figures in cut.values()]
        if tables:
            yield Section(f"By {bundle.label(topic).lower()}", tables=tables)


def _table(bundle: Bundle, topic: str, figures: list[Figure]) -> Table:
    areas = [area for area in bundle.areas if any(f.area_id == area for f in figures)]
    cells = {(f.breakdown, f.area_id): f for f in figures}
    first = figures[0]
    rows = [
        [
            Cell(bundle.label(group), path_of(first.metric_id)),
            *(verdicts.cell(cells.get((group, area))) for area in areas),
        ]
        for group in dict.fromkeys(f.breakdown for f in figures)
    ]
    of = "" if first.series[1] == "Total" else f" ({bundle.label(first.series[1])})"
    return Table(
        f"{first.metric_name}{of}, {first.when}",
        [bundle.label(topic), *(bundle.areas[a] for a in areas)],
        rows,
        frozenset(range(1, len(areas) + 1)),
    )
