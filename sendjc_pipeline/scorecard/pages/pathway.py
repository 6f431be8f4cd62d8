"""A page per pathway: who waits and how long, who finished, what the list does over the year, how far cases get, and whether the service keeps up.

Belongs here: the questions of a pathway. The figures are mart_waiting_list, mart_queue, mart_pathway_flow, mart_pathway_contact and mart_tier_transition.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sendjc_pipeline.scorecard import charts, words
from sendjc_pipeline.scorecard.bundle import Bundle, Row
from sendjc_pipeline.scorecard.listing import listing, rounding
from sendjc_pipeline.scorecard.page import Page, Section
from sendjc_pipeline.scorecard.pages import pathway_measures
from sendjc_pipeline.scorecard.picture import Picture, Table, draw, nothing

STATES = {"waiting": "still waiting", "completed": "finished in the quarter"}
_WHOLE = "total"  # the band of all waits together


@dataclass(frozen=True)
class _Clock:
    """One promise of time of one service and tier."""

    clock_id: str
    service: str
    tier: str
    name: str


def pages(bundle: Bundle) -> Iterator[Page]:
    """One page for each pathway with a waiting list in the release."""
    query = """
        select distinct pathway, clock_id, service, tier from mart_waiting_list order by all"""
    names = {
        row["clock_id"]: str(row["name"]) for row in bundle.rows("clock_rule", "select clock_id, name from clock_rule")
    }
    pathways: dict[str, list[_Clock]] = {}
    for row in bundle.rows("mart_waiting_list", query):
        clock = _Clock(
            row["clock_id"], row["service"], row["tier"], names.get(row["clock_id"], bundle.label(row["clock_id"]))
        )
        pathways.setdefault(str(row["pathway"]), []).append(clock)
    for pathway, clocks in pathways.items():
        lists = {clock: _list(bundle, clock) for clock in clocks}
        lead = [line for clock in clocks for line in _lead(bundle, clock, lists[clock])]
        sections = [*pathway_measures.section(bundle, {clock.service for clock in clocks})]
        sections += [section for clock in clocks for section in _clock(bundle, clock, lists[clock])]
        sections += [*_flow(bundle, pathway), *_transitions(bundle, pathway)]
        path = f"pathway-{pathway.replace('_', '-')}.html"
        yield Page(path, f"Pathway: {bundle.label(pathway)}", lead, sections)


def _list(bundle: Bundle, clock: _Clock) -> list[Row]:
    """The list of a clock over all providers: by quarter and month, state and band."""
    return bundle.rows(
        "mart_waiting_list",
        """select * from mart_waiting_list where clock_id = ? and service = ? and tier = ? and provider_id = 'Total'
        order by area_id, period_type, period, state, band""",
        [clock.clock_id, clock.service, clock.tier],
    )


def _lead(bundle: Bundle, clock: _Clock, rows: list[Row]) -> Iterator[str]:
    whole = {
        r["area_id"]: r for r in rows if (r["period_type"], r["state"], r["band"]) == ("quarter", "waiting", _WHOLE)
    }
    said = []
    for area_id, name in bundle.areas.items():
        row = whole.get(area_id)
        if row is None:
            continue
        if row["child_count"] is None:
            said.append(f"{name} {words.absence(str(row['suppression']), str(row['value_status'])).lower()}")
        else:
            half = row["median_weeks"]
            said.append(
                f"{name} {words.value(row['child_count'], 'count')}"
                + (f" (half of them for over {words.value(half, 'weeks')})" if half is not None else "")
            )
    if said:
        yield f"{clock.name}: children waiting on the quarter's last day: {', '.join(said)}."


def _clock(bundle: Bundle, clock: _Clock, rows: list[Row]) -> Iterator[Section]:
    of_band = bundle.rows("wait_band", "select band, label from wait_band order by from_days")
    names = {str(row["band"]): str(row["label"]) for row in of_band}
    pictures = []
    for area_id, area in bundle.areas.items():
        mine = [r for r in rows if r["area_id"] == area_id and r["period_type"] == "quarter" and r["state"] in STATES]
        if mine:
            pictures.append(_by_band(f"{clock.name}, {area}", mine, names))
    heading = f"{clock.name} ({bundle.label(clock.service)}, {clock.tier})"
    if pictures:
        says = "Children still waiting on the quarter's last day, and those whose wait finished in the quarter."
        yield Section(f"{heading}: how long", [says, *rounding(rows)], pictures)
    months = [r for r in rows if (r["period_type"], r["state"], r["band"]) == ("month", "waiting", _WHOLE)]
    if months:
        yield Section(f"{heading}: the list over the year", rounding(months), tables=[_year(bundle, clock, months)])
    queue = bundle.rows(
        "mart_queue",
        "select * from mart_queue where clock_id = ? and service = ? and tier = ? and provider_id = 'Total' order by area_id",
        [clock.clock_id, clock.service, clock.tier],
    )
    if queue:
        yield Section(f"{heading}: does the service keep up?", tables=[_queue(bundle, clock, queue)])


def _year(bundle: Bundle, clock: _Clock, rows: list[Row]) -> Table:
    months = list(dict.fromkeys(str(row["period"]) for row in rows))
    of = {(row["area_id"], row["period"]): row for row in rows}
    lines = [[words.month(m), *(_count(of.get((area, m))) for area in bundle.areas)] for m in months]
    columns = ["Month's end", *bundle.areas.values()]
    return Table(f"{clock.name}: children waiting", columns, lines, frozenset(range(1, len(columns))))


def _by_band(title: str, rows: list[Row], names: dict[str, str]) -> Picture:
    of = {(row["state"], row["band"]): row for row in rows}
    lines = [[name, *(_count(of.get((state, band))) for state in STATES)] for band, name in names.items()]
    columns = ["Waited", *(said.capitalize() for said in STATES.values())]
    table = Table(title, columns, lines, frozenset({1, 2}))
    drawn = [
        {"band": names[band], "state": said, "children": _number(row), "shown": _count(row).lower()}
        for band in names
        for state, said in STATES.items()
        for row in (of.get((state, band)),)
    ]
    said = "; ".join(f"{_in_words(of.get((state, _WHOLE)))} {name}" for state, name in STATES.items())
    says = f"{title}: {said}."
    if not any(row["children"] for row in drawn):
        return nothing(f"{says} No band has a number to draw; the table says which are hidden.", table)
    return draw(charts.bands(drawn, list(STATES.values())), says, table)


def _queue(bundle: Bundle, clock: _Clock, rows: list[Row]) -> Table:
    named = [{**row, "area": bundle.areas.get(str(row["area_id"]), str(row["area_id"]))} for row in rows]
    columns = {
        "area": "Area",
        "arrivals_count": "New referrals",
        "completed_count": "Finished",
        "waiting_count": "Waiting",
        "mean_wait_weeks": "Mean wait, weeks",
        "pressure": "Pressure",
        "target_list_size": "List that would meet the standard",
        "weeks_to_clear": "To clear at today's pace, weeks",
        "needed_weekly_capacity": "Needed a week to meet it",
        "meet_by": "Meet it by",
    }
    return listing(f"{clock.name}: arrivals, capacity and pressure", named, columns)


def _flow(bundle: Bundle, pathway: str) -> Iterator[Section]:
    rows = bundle.rows(
        "mart_pathway_flow",
        """select * from mart_pathway_flow where pathway = ? and reason = 'Total' or pathway = ? and outcome = 'reached'
        order by service, flow, area_id, step_order, outcome""",
        [pathway, pathway],
    )
    if not rows:
        return
    columns = {
        "area": "Area", "service": "Service", "tier": "Tier", "step": "Step", "outcome": "Outcome",
        "case_count": "Cases", "share_pct": "Share %", "median_weeks": "Median to here, weeks",
    }  # fmt: skip
    tables = []
    for area_id, area in bundle.areas.items():
        mine = [
            {**r, "area": area, "service": bundle.label(r["service"]), "step": bundle.label(r["step"]), "outcome": bundle.label(r["outcome"])}
            for r in rows if r["area_id"] == area_id
        ]  # fmt: skip
        if mine:
            tables.append(listing(f"{area}: steps reached and how cases ended", mine, columns))
    yield Section("How far cases get", ["Each step that a case reached, and how the others ended."], tables=tables)


def _transitions(bundle: Bundle, pathway: str) -> Iterator[Section]:
    rows = bundle.rows(
        "mart_tier_transition",
        "select * from mart_tier_transition where pathway = ? and is_standard order by area_id, from_tier, to_tier, outcome_order",
        [pathway],
    )
    if rows:
        named = [{**r, "area": bundle.areas.get(str(r["area_id"]), r["area_id"])} for r in rows]
        columns = {
            "area": "Area", "from_tier": "From", "to_tier": "To", "outcome": "Outcome", "transition_count": "Moves", "share_pct": "Share %",
        }  # fmt: skip
        yield Section("Moves between tiers", tables=[listing("Moves between tiers by outcome", named, columns)])


def _in_words(row: Row | None) -> str:
    """A count inside a sentence."""
    said = _count(row)
    return said if said[0].isdigit() else {"Hidden": "a hidden number"}.get(said, "an unknown number")


def _number(row: Row | None) -> int:
    return int(row["child_count"] or 0) if row else 0


def _count(row: Row | None) -> str:
    if row is None:
        return "0"
    if row["child_count"] is not None:
        return words.value(row["child_count"], "count")
    return words.absence(str(row["suppression"]), str(row["value_status"]))
