"""Which faults can be planted in a submission, and which rows take them.

Belongs here: what a format can show at all, one fault to a family, an even spread over the rules. Does not belong here: SQL (breaking), frames and
the ledger (planter).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from sendjc_pipeline.feeds.implied import rules_of
from sendjc_pipeline.feeds.model import Feed, Table
from sendjc_pipeline.synthetic import fault_book, kinship
from sendjc_pipeline.synthetic.draws import Draws
from sendjc_pipeline.synthetic.fault_book import IDS, Fault

FIRST_ROW = 2  # the header is row 1


@dataclass(frozen=True)
class Sent:
    """One submission before it is written: text frames by declared table name, with the spec's headers."""

    feed: Feed
    partner: str
    period: str
    spec: str
    tables: dict[str, pl.DataFrame]
    files: dict[str, str]
    """The name of the file of each table."""
    is_tree: bool = False
    first_row: int = FIRST_ROW


def possible(sent: Sent, table: Table) -> list[Fault]:
    """The faults of a table's rules that this submission can show."""
    feed, spec = sent.feed, sent.spec
    if table.name not in sent.tables or not feed.has_table(table, spec):
        return []
    book = fault_book.declared(feed.name) | {fault.rule: fault for fault in fault_book.implied(feed, table, spec)}
    is_above = table.name in kinship.above_families(feed, spec)
    headers = {name: {header.lower() for header in frame.columns} for name, frame in sent.tables.items()}
    hidden = fault_book.unshown(feed.name)
    found = []
    for rule in rules_of(feed, table, spec):
        fault = book.get(rule.code)
        if (
            fault is None
            or rule.code in hidden
            or rule.outcome == "reject_file"
            or (is_above and rule.outcome != "warn")
        ):
            continue
        cells = [(table, name) for name in fault.cells]
        cells += [(feed.tables[name.split(".")[0]], name.split(".")[1]) for name in fault.also]
        columns = [(other, other.column(name)) for other, name in cells]
        if any(feed.header(column, spec).lower() not in headers.get(other.name, set()) for other, column in columns):
            continue
        if sent.is_tree and not _shows_in_tree(table, fault, headers[table.name]):
            continue
        found.append(fault)
    return found


def _shows_in_tree(table: Table, fault: Fault, headers: set[str]) -> bool:
    """A document has no identifiers, so that they cannot be wrong in it, and a row without its only item is not there at all."""
    named = [table.column(name) for name in fault.cells]
    if fault.is_copy:
        # A copy needs an identifier of its own to be nested.
        return any(column.name in table.key or column.key in table.key for column in named)
    items = [c for c in table.columns if c.privacy not in IDS and c.key in headers]
    if len(items) == 1 and fault.cells.get(items[0].key, "").strip().lower() == "null":
        return False
    return not any(column.privacy in IDS for column in named)


def choose(able: pl.DataFrame, count: int, wanted: int, draws: Draws, once: set[int]) -> pl.DataFrame:
    """Pick rows (fault, row_id): no family twice, the faults evenly, the rarest first; faults `once` at most once.

    `able` has fault, row_id, family; `count` is the number of faults.
    """
    order = pl.Series("turn", draws.uniform(able.height))
    able = (
        able.with_columns(order)
        .sort("turn", "fault", "row_id")
        .unique(["fault", "family"], keep="first", maintain_order=True)
    )
    turns = dict(enumerate(draws.uniform(count).tolist()))
    rows = able.group_by("fault").len().rows()
    queue = sorted(((int(fault), int(size)) for fault, size in rows), key=lambda pair: (pair[1], turns[pair[0]]))
    if wanted < len(queue):
        # Too few faults for all: a draw decides, so that another submission shows the others.
        queue = sorted(sorted(queue, key=lambda pair: turns[pair[0]])[:wanted], key=lambda pair: pair[1])
    pools = {int(key[0]): part for key, part in able.group_by("fault", maintain_order=True)}
    used: pl.Series = pl.Series("family", [], dtype=pl.String)
    parts, left = [pl.DataFrame(schema={"fault": pl.Int64, "row_id": pl.Int64})], wanted
    for place, (fault, _) in enumerate(queue):
        quota = 1 if fault in once else -(-left // (len(queue) - place))
        taken = pools[fault].filter(~pl.col("family").is_in(used.implode())).head(quota)
        used = pl.concat([used, taken["family"]])
        left -= taken.height
        parts.append(taken.select("fault", "row_id"))
    return pl.concat(parts)


def undisturbed(sent: Sent, faults: list[Fault], picks: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    """Keep apart faults in a row that stands for everybody (a header) and faults of rules that look at that row: a draw says which stay."""
    feed, spec = sent.feed, sent.spec
    shared = kinship.above_families(feed, spec)
    if feed.is_person_level:
        shared |= {t.name for t in feed.tables.values() if all(c.privacy not in IDS for c in t.columns)}
    chosen = sorted(set(picks["fault"].to_list()))
    spoilt = {faults[number].table for number in chosen} & shared
    looks = {rule.code: rule.when for table in feed.tables.values() for rule in rules_of(feed, table, spec)}
    disturbed = {
        number
        for number in chosen
        for name in spoilt - {faults[number].table}
        if f"{name}." in looks[faults[number].rule] or f"typed_{name}" in looks[faults[number].rule]
    }
    if disturbed and draws.chance(0.5, 1)[0]:
        disturbed = {number for number in chosen if faults[number].table in spoilt}
    return picks.filter(~pl.col("fault").is_in(sorted(disturbed)))
