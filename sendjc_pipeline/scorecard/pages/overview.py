"""The first page and one page per area: every headline figure with target, verdicts, trust and benchmark.

Belongs here: which figures stand where. A figure is headline when it is about all children of its series.
"""

from __future__ import annotations

from collections.abc import Iterator

from sendjc_pipeline.scorecard import verdicts, words
from sendjc_pipeline.scorecard.bundle import Bundle
from sendjc_pipeline.scorecard.figure import Figure
from sendjc_pipeline.scorecard.page import Page, Section
from sendjc_pipeline.scorecard.pages.metric import path_of
from sendjc_pipeline.scorecard.picture import Cell, Table

KEY = (
    "Hidden: so few children that one might be recognised, or a figure that would give such a one back. The measure's page says why a figure is not given.",
    "Rating (BRAG) is derived by our rule from value, target and date; it is not a partner's own rating.",
    "Trend: ▲ or ▼ is a change that chance does not explain; steady is none. P, F and ?: keeps meeting, keeps missing, sometimes meets the target.",
    "Grade: A very good, B good, C usable with care, D not reliable.",
)


def pages(bundle: Bundle) -> Iterator[Page]:
    """The overview, then a page per area."""
    yield Page("index.html", f"SEND joint figures, {bundle.period}", _lead(bundle), list(_overview(bundle)))
    for area_id, name in bundle.areas.items():
        yield Page(
            f"area-{area_id}.html",
            f"{name}, {bundle.period}",
            _area_lead(bundle, area_id),
            list(_area(bundle, area_id)),
        )


def headline(bundle: Bundle) -> list[Figure]:
    """The figures that are about all children of their series, but for the whole of a mix: all of it is 100 % of it."""
    mixes = {metric for metric, row in bundle.definitions.items() if str(row.get("measure")).startswith("mix of")}
    return [figure for figure in bundle.figures if figure.is_total and figure.metric_id not in mixes]


def _lead(bundle: Bundle) -> list[str]:
    figures = headline(bundle)
    shown = sum(figure.is_shown for figure in figures)
    lead = [
        f"{len(bundle.definitions)} measures for {len(bundle.areas)} areas: {shown:,} of {len(figures):,} figures are given, the others say why not.",
    ]
    missing = sorted({f"{figure.area_name}" for figure in figures if figure.value_status == "withheld"})
    if missing:
        lead.append(f"Some figures are withheld for {', '.join(missing)}: the area's page says which, and why.")
    if bundle.manifest.get("reason"):
        lead.append(f"This is {bundle.release_id}: {words.sentence(str(bundle.manifest['reason']))}")
    return lead


def _targets(bundle: Bundle) -> Iterator[Section]:
    """What documents want reached, first: it is what most come to ask."""
    rows = [
        [
            Cell(figure.title, path_of(figure.metric_id), note=figure.when_and_aim),
            bundle.areas.get(figure.area_id, figure.area_id),
            verdicts.cell(figure, why=False),
            figure.target,
            verdicts.met(figure),
        ]
        for figure in headline(bundle)
        if figure.target_type == "absolute"
    ]
    if rows:
        table = Table(
            "Every target that has a number", ["Measure", "Area", "Value", "Target", "Met?"], rows, frozenset({2})
        )
        yield Section("Are targets met?", tables=[table])


def _overview(bundle: Bundle) -> Iterator[Section]:
    yield from _targets(bundle)
    by_topic: dict[str, dict[tuple[str, ...], dict[str, Figure]]] = {}
    nobody: list[Figure] = []
    for figure in headline(bundle):
        by_topic.setdefault(figure.topic, {}).setdefault((figure.metric_id, *figure.series), {})[figure.area_id] = (
            figure
        )
    for topic in sorted(by_topic, key=bundle.label):
        rows: list[list[str | Cell]] = []
        for (metric_id, *_), of_area in sorted(by_topic[topic].items()):
            first = next(iter(of_area.values()))
            if not any(figure.is_shown or figure.shown == "Hidden" for figure in of_area.values()):
                nobody.append(first)
                continue
            cells = [verdicts.cell(of_area.get(area_id), why=False) for area_id in bundle.areas]
            rows.append([Cell(first.title, path_of(metric_id), note=first.when_and_aim), *cells, _england(first)])
        columns = ["Measure", *bundle.areas.values(), "England"]
        if rows:
            table = Table(f"{bundle.label(topic)}: measures by area", columns, rows, frozenset(range(1, len(columns))))
            yield Section(bundle.label(topic), tables=[table])
    if nobody:
        lines: list[list[str | Cell]] = [
            [Cell(f.title, path_of(f.metric_id), note=f.when), f.why_missing] for f in nobody
        ]
        yield Section(
            "Measures with no figure in any area",
            tables=[Table("Why each has none, for one area", ["Measure", "Why"], lines)],
        )
    yield Section("How to read this page", KEY)


def _area_lead(bundle: Bundle, area_id: str) -> list[str]:
    figures = [figure for figure in headline(bundle) if figure.area_id == area_id]
    targets = [figure for figure in figures if figure.target_type == "absolute" and figure.is_shown]
    lead = [f"{verdicts.answer(figure, figure.title)} {verdicts.trust(figure)}".strip() for figure in targets[:4]]
    missing = sum(not figure.is_shown for figure in figures)
    return [
        *lead,
        f"{len(figures) - missing} of {len(figures)} figures are given; at the end of the page each of the others says why not.",
    ]


def _area(bundle: Bundle, area_id: str) -> Iterator[Section]:
    topics: dict[str, list[Figure]] = {}
    for figure in headline(bundle):
        if figure.area_id == area_id:
            topics.setdefault(figure.topic, []).append(figure)
    # A reader comes for what is there; a year of returns that nobody sends would hide it.
    missing = [f for figures in topics.values() for f in figures if not f.is_shown and f.shown != "Hidden"]
    for topic, every in sorted(topics.items()):
        figures = [figure for figure in every if figure not in missing]
        if not figures:
            continue
        rows: list[list[str | Cell]] = [
            [
                Cell(f.title, path_of(f.metric_id), note=f.when_and_aim),
                verdicts.cell(f),
                f.behind,
                f.target,
                f.bounds,
                _england(f),
            ]
            for f in figures
        ]
        columns = ["Measure", "Value", "Counts behind it", "Target", "Uncertain links", "England"]
        yield Section(
            bundle.label(topic),
            tables=[Table(f"{bundle.label(topic)}: {bundle.areas[area_id]}", columns, rows, frozenset({1, 2, 5}))],
        )
    if missing:
        lines: list[list[str | Cell]] = [
            [Cell(f.title, path_of(f.metric_id), note=f.when), f.why_missing, f.target] for f in missing
        ]
        table = Table(f"Why each has none: {bundle.areas[area_id]}", ["Measure", "Why", "Target"], lines)
        yield Section("Measures with no figure", tables=[table])
    yield Section("How to read this page", KEY)


def _england(figure: Figure) -> str | Cell:
    if figure.england_value is None:
        return ""
    return Cell(words.value(figure.england_value, figure.unit), note=str(figure.benchmark_period or ""))
