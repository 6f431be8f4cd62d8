"""Data quality, linkage and disagreement: what was supplied, what was left out, how well children were linked, and where partners differ.

Belongs here: two pages that say how far the others can be trusted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sendjc_pipeline.scorecard import words
from sendjc_pipeline.scorecard.bundle import Bundle
from sendjc_pipeline.scorecard.listing import listing
from sendjc_pipeline.scorecard.page import Page, Section


@dataclass(frozen=True)
class _Listed:
    """A table of the release that is shown whole: its heading, its order, and its columns as the page names them."""

    heading: str
    table: str
    columns: Mapping[str, str]


_SECTIONS = (
    _Listed(
        "What was supplied",
        "mart_submission_status",
        {
            "area_id": "Area", "feed": "Feed", "partner_id": "Partner", "submission_status": "Status", "reason": "Why",
            "received_count": "Rows received", "quarantined_count": "Rows refused", "received_at": "Received",
        },
    ),
    _Listed(
        "What was left out",
        "mart_left_out",
        {"partner_id": "Partner", "feed": "Feed", "reason": "Why", "row_count": "Rows", "child_count": "Children"},
    ),
    _Listed(
        "How well children were linked in this quarter",
        "mart_linkage_quality",
        {
            "breakdown_topic": "Cut by", "breakdown": "Group", "record_count": "Records", "match_rate_pct": "Linked %",
            "deterministic_pct": "By rule %", "in_doubt_pct": "In doubt %",
        },
    ),
    _Listed(
        "Measured accuracy of the linkage, on synthetic children whose truth is known",
        "mart_linkage_accuracy",
        {
            "breakdown_topic": "Cut by", "breakdown": "Group", "precision_pct": "Precision %", "recall_pct": "Recall %",
            "precision_gap_points": "Precision gap", "recall_gap_points": "Recall gap",
        },
    ),
    _Listed(
        "Against the providers' own waiting-list return",
        "mart_sitrep_reconciliation",
        {
            "provider_id": "Provider", "service_line": "Service line", "month": "Month", "sitrep_count": "Their count",
            "our_count": "Our count", "difference_pct": "Difference %", "verdict": "Verdict",
        },
    ),
)  # fmt: skip


def pages(bundle: Bundle) -> Iterator[Page]:
    """The page of data quality, and the page of disagreements."""
    yield Page("quality.html", "Data quality and linkage", _lead(bundle), list(_sections(bundle)))
    rows = bundle.rows("mart_partner_disagreement", "select * from mart_partner_disagreement order by kind, area_id")
    columns = {
        "kind_name": "Disagreement",
        "area_name": "Area",
        "child_count": "Children",
        "value_status": "Status",
        "dq_reason": "Why there is no figure",
    }
    meaning = list(
        dict.fromkeys(f"{words.sentence(str(r['kind_name']))} {words.sentence(str(r['words']))}" for r in rows)
    )
    tables = [listing("Children about whom partners say different things", rows, columns, bundle)] if rows else []
    lead = [
        "Where two partners say different things of the same child. Neither is taken to be right; each is a list to look into."
    ]
    yield Page(
        "disagreements.html",
        "Where partners disagree",
        lead,
        [Section("How many", tables=tables), Section("What each means", meaning)],
    )


def _lead(bundle: Bundle) -> list[str]:
    checks = bundle.manifest.get("checks") or {}
    said = [f"{checks.get('passed', 0):,} of {checks.get('judged', 0):,} checks passed before this release went out."]
    withheld = bundle.manifest.get("withheld_topics") or []
    if withheld:
        said.append(f"Withheld by the operator: {', '.join(withheld)}.")
    warnings = checks.get("warnings") or []
    if warnings:
        said.append(f"Warnings: {'; '.join(map(str, warnings))}.")
    return said


def _sections(bundle: Bundle) -> Iterator[Section]:
    for listed in _SECTIONS:
        rows = bundle.rows(listed.table, f"select * from {listed.table} order by all")
        tables = [listing(listed.heading, rows, listed.columns, bundle)] if rows else []
        yield Section(listed.heading, [] if rows else ["Not in this release."], tables=tables)
    grades: dict[str, int] = {}
    for figure in bundle.figures:
        if figure.is_shown and figure.dq_grade:
            grades[figure.dq_grade] = grades.get(figure.dq_grade, 0) + 1
    if grades:
        said = [f"{grade}, {words.GRADES[grade]}: {count:,} figures." for grade, count in sorted(grades.items())]
        yield Section("Grades of the figures given", said)
