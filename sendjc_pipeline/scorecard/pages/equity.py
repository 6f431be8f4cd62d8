"""Equity of access: every measure that is cut by district, sex, ethnicity or age, group beside group.

Belongs here: gathering the breakdowns that bear on fairness. Does not belong here: the measures' own pages (metric.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from sendjc_pipeline.scorecard import verdicts, words
from sendjc_pipeline.scorecard.bundle import Bundle
from sendjc_pipeline.scorecard.figure import Figure
from sendjc_pipeline.scorecard.page import Page, Section
from sendjc_pipeline.scorecard.picture import Cell, Table

_CARE = "The same measures for groups side by side. Where a group is small its figures are hidden, which is no sign that it fares well."
TOPICS = ("district", "sex", "ethnicity_major", "ethnicity", "age_band", "deprivation")


def pages(bundle: Bundle) -> Iterator[Page]:
    """A page for each way of cutting that the release has, and one that says what they are."""
    found = []
    for topic in TOPICS:
        cut: dict[tuple[str, ...], list[Figure]] = {}
        for figure in bundle.figures:
            if figure.breakdown_topic == topic:
                cut.setdefault((figure.metric_id, *figure.series), []).append(figure)
        tables = [
            _table(bundle, topic, figures) for figures in cut.values() if any(figure.is_shown for figure in figures)
        ]
        if tables:
            name = f"Equity of access by {bundle.label(topic).lower()}"
            found.append(
                Page(
                    f"equity-{topic.replace('_', '-')}.html",
                    name,
                    [_CARE],
                    [Section("Groups side by side", tables=tables)],
                )
            )
    rows: list[list[str | Cell]] = [[Cell(page.title, page.path), str(len(page.sections[0].tables))] for page in found]
    listed = Table("Ways of cutting", ["Page", "Measures"], rows, frozenset({1}))
    section = (
        Section("By group", tables=[listed])
        if rows
        else Section("By group", ["No measure of this release is cut by district, sex, ethnicity or age."])
    )
    yield Page("equity.html", "Equity of access", [_CARE], [section])
    yield from found


def _table(bundle: Bundle, topic: str, figures: list[Figure]) -> Table:
    areas = [area for area in bundle.areas if any(f.area_id == area for f in figures)]
    cells = {(f.breakdown, f.area_id): f for f in figures}
    first = figures[0]
    rows: list[list[str | Cell]] = [
        [bundle.label(group), *(verdicts.cell_of_cut(cells.get((group, area))) for area in areas)]
        for group in sorted({f.breakdown for f in figures}, key=words.in_order)
    ]
    of = "" if first.series[1] == "Total" else f" ({bundle.label(first.series[1])})"
    return Table(
        f"{first.metric_name}{of}, {first.when}",
        [bundle.label(topic), *(bundle.areas[a] for a in areas)],
        rows,
        frozenset(range(1, len(areas) + 1)),
        verdicts.notes(figures),
    )
