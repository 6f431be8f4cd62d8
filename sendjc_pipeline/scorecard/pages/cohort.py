"""Who the children are: the cohort by tier, need and agencies; where placed; school life; who is in care or in need.

Belongs here: one page of the cohort marts. Does not belong here: single measures (metric.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from sendjc_pipeline.scorecard import charts, words
from sendjc_pipeline.scorecard.bundle import Bundle, Row
from sendjc_pipeline.scorecard.listing import listing
from sendjc_pipeline.scorecard.page import Page, Section
from sendjc_pipeline.scorecard.picture import Picture, draw, nothing


def pages(bundle: Bundle) -> Iterator[Page]:
    """The cohort page, and one of placements, care and school life."""
    lead = []
    for figure in bundle.figures:
        if figure.metric_id == "send_cohort_count" and figure.is_total:
            lead.append(
                f"{figure.area_name}: {figure.shown} children and young people aged 0 to 25. {figure.why_missing}".strip()
            )
    yield Page("cohort.html", "The SEND cohort", lead, list(_sections(bundle)))
    yield Page("lives.html", "Placements, care and school life", [], list(_lives(bundle)))


def _sections(bundle: Bundle) -> Iterator[Section]:
    profile = """
        select * from mart_cohort_profile where area_basis = 'residence' and {}
        order by area_id, child_count desc nulls last, cohort_tier, primary_need, agencies"""
    for title, column, where in (
        (
            "By tier of evidence",
            "cohort_tier",
            "cohort_tier <> 'Total' and primary_need = 'Total' and agencies = 'Total'",
        ),
        ("By primary need", "primary_need", "cohort_tier = 'Total' and primary_need <> 'Total' and agencies = 'Total'"),
        (
            "By how many agencies know the child",
            "agencies",
            "cohort_tier = 'Total' and primary_need = 'Total' and agencies <> 'Total'",
        ),
    ):
        rows = bundle.rows("mart_cohort_profile", profile.format(where))
        pictures = [
            _picture(bundle, title, name, column, [r for r in rows if r["area_id"] == area])
            for area, name in bundle.areas.items()
        ]
        if rows:
            yield Section(title, pictures=pictures)


def _lives(bundle: Bundle) -> Iterator[Section]:
    yield from _listed(
        bundle,
        "Where children with a plan are placed",
        "mart_placement",
        {"setting_type": "Setting", "placed": "Where", "child_count": "Children", "share_pct": "Share %"},
    )
    yield from _listed(
        bundle, "Children with a plan who are in need, protected or in care", "mart_plan_children_social_care",
        {"care_status_name": "Status", "sen_provision": "SEN provision", "child_count": "Children", "share_pct": "Share %"},
    )  # fmt: skip
    yield from _listed(
        bundle, "School life", "mart_education_outcome",
        {"term_told": "Term", "sen_provision": "SEN provision", "measure_name": "Measure", "numerator": "Counted", "denominator": "Out of", "value": "Value"},
    )  # fmt: skip


def _picture(bundle: Bundle, title: str, area: str, column: str, rows: list[Row]) -> Picture:
    named = [{**row, column: bundle.label(row[column])} for row in rows]
    # The share is of the children with that tier and need: of a tier or a need as a whole it is always all of them.
    share = {"share_pct": "Share %"} if column == "agencies" else {}
    heading = title.removeprefix("By ").capitalize()
    table = listing(f"{title}: {area}", named, {column: heading, "child_count": "Children", **share})
    drawn = [
        {"label": r[column], "value": r["child_count"], "shown": words.value(r["child_count"], "count")}
        for r in named
        if r["child_count"]
    ]
    if not drawn:
        return nothing(f"{area}: nothing to draw; the table says why.", table)
    most = drawn[0]
    return draw(
        charts.bars(drawn, "Children"),
        f"{title}, {area}: the largest group is {most['label']} with {most['shown']} children.",
        table,
    )


def _listed(bundle: Bundle, heading: str, name: str, columns: dict[str, str]) -> Iterator[Section]:
    rows = bundle.rows(name, f"select * from {name} order by all")
    if not rows:
        yield Section(heading, ["Not in this release."])
        return
    shown = [
        r
        for r in rows
        if any(isinstance(r[c], int | float) for c in columns) or r.get("suppression") not in (None, "none", "rounded")
    ]
    missing = sorted(
        {
            f"{r['area_name']}: {r['reason']}"
            for r in rows
            if r.get("supply_status") not in (None, "supplied") and r.get("reason")
        }
    )
    if shown:
        yield Section(heading, missing, tables=[listing(heading, shown, {"area_name": "Area", **columns}, bundle)])
    else:
        yield Section(heading, missing or ["No area has a figure."])
