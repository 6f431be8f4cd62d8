"""The measures of a pathway, by area, at the head of its page.

Belongs here: which measures those are. Does not belong here: the pathway's lists and flows (pathway.py), or a page of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from sendjc_pipeline.scorecard import verdicts
from sendjc_pipeline.scorecard.bundle import Bundle
from sendjc_pipeline.scorecard.figure import Figure
from sendjc_pipeline.scorecard.page import Section
from sendjc_pipeline.scorecard.pages.metric import path_of
from sendjc_pipeline.scorecard.pages.overview import headline
from sendjc_pipeline.scorecard.picture import Cell, Table


def section(bundle: Bundle, services: set[str]) -> Iterator[Section]:
    """The measures of these services, each a link: whether a wait is too long, and whether it is getting better, stands on their pages."""
    series: dict[tuple[str, ...], dict[str, Figure]] = {}
    for figure in headline(bundle):
        if figure.service in services:
            series.setdefault((figure.metric_id, *figure.series), {})[figure.area_id] = figure
    rows = [
        [
            Cell(first.title, path_of(first.metric_id), note=first.when_and_aim),
            *(verdicts.cell(of_area.get(area), why=False) for area in bundle.areas),
        ]
        for of_area in series.values()
        if any(figure.is_shown for figure in of_area.values())
        for first in (next(iter(of_area.values())),)
    ]
    if rows:
        columns = ["Measure", *bundle.areas.values()]
        table = Table("Measures of this pathway by area", columns, rows, frozenset(range(1, len(columns))))
        yield Section("Measures", tables=[table])
