"""A page per measure: what it is now, whether it can be trusted, where it is going, how it is cut, what it means and what changed.

Belongs here: the order in which a reader asks. Pictures are charts.py's, sentences verdicts.py's.
"""

from __future__ import annotations

from collections.abc import Iterator

from sendjc_pipeline.scorecard import changes, charts, monthly, verdicts, words
from sendjc_pipeline.scorecard.bundle import Bundle
from sendjc_pipeline.scorecard.figure import Figure
from sendjc_pipeline.scorecard.page import Page, Section, Term
from sendjc_pipeline.scorecard.picture import Cell, Picture, Table, draw, nothing


def path_of(metric_id: str) -> str:
    """The page of a metric."""
    return f"metric-{metric_id.replace('_', '-')}.html"


def pages(bundle: Bundle) -> Iterator[Page]:
    """One page for each definition in the release."""
    by_metric: dict[str, list[Figure]] = {}
    for figure in bundle.figures:
        by_metric.setdefault(figure.metric_id, []).append(figure)
    for metric_id, definition in bundle.definitions.items():
        figures = by_metric.get(metric_id, [])
        totals = [figure for figure in figures if figure.is_total]
        lead = [
            f"{verdicts.answer(f)} {verdicts.trend(f) or monthly.so_far(bundle, metric_id, f)}".strip()
            for f in _main_series(totals)
        ]
        sections = [
            *_now(bundle, totals),
            *_trust(totals),
            *monthly.sections(bundle, metric_id),
            *_breakdowns(bundle, [figure for figure in figures if not figure.is_total]),
            _definition(bundle, metric_id),
            changes.of_metric(bundle, metric_id),
        ]
        yield Page(
            path_of(metric_id),
            str(definition["metric_name"]),
            lead or ["No area has a row of this measure in this release."],
            sections,
        )


def _main_series(totals: list[Figure]) -> list[Figure]:
    """The figures of the first series only: the lead must be read in a breath."""
    if not totals:
        return []
    preferred = next((f.series for f in totals if f.target_type == "absolute"), totals[0].series)
    return [figure for figure in totals if figure.series == preferred]


def _now(bundle: Bundle, totals: list[Figure]) -> Iterator[Section]:
    series: dict[tuple[str, str, str], list[Figure]] = {}
    for figure in totals:
        series.setdefault(figure.series, []).append(figure)
    for (_, service, tier), figures in series.items():
        cut = ", ".join(bundle.label(part) for part in (service, tier) if part != "Total")
        heading = f"By area, {figures[0].when}" + (f": {cut}" if cut else "")
        yield Section(heading, pictures=[_by_area(heading, figures)])


def _by_area(heading: str, figures: list[Figure]) -> Picture:
    unit = figures[0].unit
    columns = ["Area", "Value", "Counts behind it", "Target", "England", "Region", "Similar authorities"]
    rows = [
        [
            f.area_name,
            verdicts.cell(f),
            f.behind,
            f.target,
            _or_blank(f.england_value, unit),
            _or_blank(f.region_value, unit),
            _or_blank(f.neighbours_value, unit),
        ]
        for f in figures
    ]
    table = Table(heading, columns, rows, frozenset({1, 2, 4, 5, 6}))
    shown = [{"label": f.area_name, "value": f.value, "shown": f.shown} for f in figures if f.is_shown]
    if not shown:
        return nothing("No area has a figure to draw; the table says why.", table)
    england = next((f.england_value for f in figures if f.england_value is not None), None)
    says = f"{figures[0].metric_name} {figures[0].when}: " + "; ".join(
        f"{row['label']} {row['shown']}" for row in shown
    )
    if england is not None:
        says += f"; the line across is England, {words.value(england, unit)}"
    return draw(charts.bars(shown, words.axis(unit), england), says + ".", table)


def _trust(totals: list[Figure]) -> Iterator[Section]:
    areas: dict[str, list[str]] = {}
    for figure in _main_series(totals):
        if trust := verdicts.trust(figure):
            areas.setdefault(trust, []).append(str(figure.area_name))
    if areas:
        yield Section("Can it be trusted?", [f"{'; '.join(names)}: {trust}" for trust, names in areas.items()])


def _breakdowns(bundle: Bundle, figures: list[Figure]) -> Iterator[Section]:
    topics: dict[tuple[str, str, str, str], list[Figure]] = {}
    for figure in figures:
        topics.setdefault((figure.breakdown_topic, *figure.series), []).append(figure)
    for (topic, _, service, _), cut in topics.items():
        areas = list(dict.fromkeys(f.area_id for f in cut))
        names = {f.area_id: f.area_name for f in cut}
        cells = {(f.breakdown, f.area_id): f for f in cut}
        rows: list[list[str | Cell]] = [
            [bundle.label(value), *(verdicts.cell_of_cut(cells.get((value, area))) for area in areas)]
            for value in sorted({f.breakdown for f in cut}, key=words.in_order)
        ]
        of = f" ({bundle.label(service)})" if service != "Total" else ""
        heading = f"By {bundle.label(topic).lower()}{of}, {cut[0].when}"
        columns = [bundle.label(topic), *(names[a] for a in areas)]
        table = Table(heading, columns, rows, frozenset(range(1, len(columns))), verdicts.notes(cut))
        yield Section(heading, tables=[table])


def _definition(bundle: Bundle, metric_id: str) -> Section:
    d = bundle.definitions[metric_id]
    better = {"higher": "Higher is better", "lower": "Lower is better"}.get(
        str(d["polarity"]), "Neither is better; it is context"
    )
    terms = [
        Term("Name in the tables", f"{metric_id}, version {d['metric_version']}"),
        Term("Counted above the line", words.sentence(str(d["numerator_description"] or "no numerator"))),
        Term(
            "Counted below the line",
            words.sentence(str(d["denominator_description"] or "no denominator: it is a count")),
        ),
        Term("Direction", better),
        Term("Made from", ", ".join(bundle.label(feed) for feed in str(d["source_feeds"] or "").split("|"))),
        Term("Asked for by", f"{d['seed_document']}: “{d['quote']}”"),
    ]
    for target in bundle.targets.get(metric_id, []):
        area = bundle.areas.get(str(target["area_id"]), str(target["area_id"]))
        number = (
            words.value(target["target_value"], str(target["unit"]))
            if target["target_value"] is not None
            else "no number set"
        )
        due = f" by {words.day(target['target_due_date'])}" if target["target_due_date"] else ""
        terms.append(Term(f"Target, {area}", f"{number}{due} ({target['seed_document']}: “{target['quote']}”)"))
    return Section("What it means", terms=terms)


def _or_blank(value: float | None, unit: str) -> str:
    return "" if value is None else words.value(value, unit)
