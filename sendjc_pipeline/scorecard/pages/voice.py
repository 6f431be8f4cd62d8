"""The six "I need to be…" statements of children and young people, each with the measures that bear on it.

Belongs here: one page. Which measure bears on which statement is the seed metric_outcome.csv.
"""

from __future__ import annotations

from collections.abc import Iterator

from sendjc_pipeline.scorecard import verdicts
from sendjc_pipeline.scorecard.bundle import Bundle
from sendjc_pipeline.scorecard.page import Page, Section
from sendjc_pipeline.scorecard.pages.metric import path_of
from sendjc_pipeline.scorecard.pages.overview import headline
from sendjc_pipeline.scorecard.picture import Cell, Table


def pages(bundle: Bundle) -> Iterator[Page]:
    """The page of the statements."""
    statements = bundle.rows("outcome_statement", "select * from outcome_statement order by statement_order")
    links = bundle.rows("metric_outcome", "select * from metric_outcome order by statement_id, metric_id")
    by_metric: dict[str, dict[tuple[str, str, str], dict[str, Cell]]] = {}
    names: dict[tuple[str, tuple[str, str, str]], str] = {}
    for figure in headline(bundle):
        by_metric.setdefault(figure.metric_id, {}).setdefault(figure.series, {})[figure.area_id] = verdicts.cell(
            figure, why=False
        )
        names[figure.metric_id, figure.series] = figure.title
    sections = []
    for statement in statements:
        tagged = [str(link["metric_id"]) for link in links if link["statement_id"] == statement["statement_id"]]
        rows = [
            [Cell(names[metric, series], path_of(metric)), *(cells.get(area, Cell("")) for area in bundle.areas)]
            for metric in tagged for series, cells in by_metric.get(metric, {}).items()
        ]  # fmt: skip
        table = Table(
            f"Measures that bear on “{statement['words']}”",
            ["Measure", *bundle.areas.values()],
            rows,
            frozenset(range(1, len(bundle.areas) + 1)),
        )
        said = (
            []
            if rows
            else [
                "No measure of this release bears on it: that is a gap in what is measured, not a sign that all is well."
            ]
        )
        sections.append(Section(f"“{statement['words']}”", said, tables=[table] if rows else []))
    lead = [
        "Children and young people said what they need. A number can only bear on a need; it cannot say whether it is met."
    ]
    yield Page(
        "voice.html",
        "What children said they need",
        lead,
        sections or [Section("Statements", ["Not in this release."])],
    )
