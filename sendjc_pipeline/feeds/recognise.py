"""What a header row belongs to: which feed and table, and which spec, so that a partner is told so instead of being called broken.

Belongs here: headers against declarations. Does not belong here: files, or what a partner is told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from sendjc_pipeline.feeds.library import load, names
from sendjc_pipeline.feeds.model import Feed, Table

# A file is recognised when at least this share of all headers, its own and the table's required ones, are common.
_LIKENESS = 0.6
_BETWEEN_WORDS = str.maketrans("", "", " _-\u00a0\t\r\n")


@lru_cache(maxsize=20_000)
def spelling(header: str) -> str:
    """The header as it is compared: without spaces, underscores, hyphens and case, for people write "Caseload ID" for caseload_id."""
    return header.translate(_BETWEEN_WORDS).lower()


def likeness(feed: Feed, table: Table, headers: Collection[str]) -> float:
    """0 to 1: how well headers fit a table, over the specs of its feed; 0 if a required column is missing in all."""
    sent = {spelling(header) for header in headers}
    return max(_likeness_in(feed, table, spec, sent) for spec in feed.specs)


def recognise(headers: Collection[str]) -> tuple[str, str] | None:
    """The (feed, table) that the headers fit best, or None if they fit none well."""
    scores = [
        (likeness(load(feed), table, headers), feed, name)
        for feed in names()
        for name, table in load(feed).tables.items()
    ]
    score, feed, table = max(scores, default=(0.0, "", ""))
    return (feed, table) if score >= _LIKENESS else None


def fitting_specs(feed: Feed, spec: str, headers: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """The specs, other than `spec`, of which every due table is among `headers` with its required columns: those that fit best.

    Several are named when their headers are alike; the likeliest comes first (`likeliest`).
    """
    sent = {name: {spelling(header) for header in header_row} for name, header_row in headers.items()}
    scores = {other: _score(feed, other, sent) for other in feed.specs if other != spec}
    best = max(scores.values(), default=0.0)
    return likeliest(feed, [other for other, score in scores.items() if score == best]) if best > 0 else ()


def likeliest(feed: Feed, specs: Sequence[str]) -> tuple[str, ...]:
    """The specs with those in force first, newest to oldest; then those that are declared ahead of time."""
    place, in_force = feed.specs.index, feed.specs.index(feed.default_spec)
    return tuple(sorted(specs, key=lambda spec: (place(spec) > in_force, abs(in_force - place(spec)))))


def _score(feed: Feed, spec: str, sent: Mapping[str, set[str]]) -> float:
    """0 if the spec would refuse the headers, else the sum of the tables' likeness; a table that it does not have adds nothing."""
    tables = [table for table in feed.tables.values() if feed.has_table(table, spec)]
    if any(table.name not in sent and not table.optional for table in tables):
        return 0.0
    scores = [_likeness_in(feed, table, spec, sent[table.name]) for table in tables if table.name in sent]
    return sum(scores) if all(scores) else 0.0


def _likeness_in(feed: Feed, table: Table, spec: str, sent: set[str]) -> float:
    columns = {spelling(feed.header(column, spec)): column for column in feed.columns(table, spec)}
    known = set(columns) | {spelling(name) for name in table.ignored}
    required = {header for header, column in columns.items() if column.required}
    return len(known & sent) / len(sent | required) if required and required <= sent else 0.0
