"""What must hold of the delivery plans and their BRAG history (domain rules 6.2) before anything is built from them.

Belongs here: keys, the five states, and that a history is only ever added to. Does not belong here: whether an action is overdue this
quarter (mart_delivery_plan), or dates of a published plan that contradict each other: those are flagged and never corrected.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from sendjc_pipeline.quality.seed_file import SeedFault, SeedRow, read, twice, unreadable_days

STATES = ("Blue", "Green", "Amber", "Red", "Grey")
_ACTION = ("plan_id", "priority_no", "ref")
_CHAIN = "chain"
Key = tuple[str, ...]


def faults(folder: Path) -> Iterator[SeedFault]:
    """Faults of the actions, of what hangs on them, and of the history."""
    actions, links = read(folder, "plan_action"), read(folder, "plan_action_metric")
    milestones, history = read(folder, "plan_milestone"), read(folder, "plan_brag_history")
    metrics = {row["metric_id"] for row in read(folder, "metric_definition")}
    for row, earlier in twice(actions, *_ACTION):
        yield row.fault(
            f"action {_name(row)} stands twice, first in row {earlier.number}", "give each its own priority or ref"
        )
    known = {row.key(*_ACTION): row for row in actions}
    for row in (*milestones, *links, *history):
        if row.key(*_ACTION) not in known:
            yield row.fault(f"{_name(row)} is no action of plan_action.csv", "correct plan, priority or ref")
    for row in links:
        if row["metric_id"] not in metrics:
            yield row.fault(
                f"{_name(row)} is tied to {row['metric_id']}, a metric that is not defined",
                "correct the metric_id, or define the metric",
            )
    yield from unreadable_days(actions, "start_date", "due_date")
    yield from unreadable_days(milestones, "due_date", "completed_date")
    yield from unreadable_days(links, "kpi_due_date", "met_on")
    yield from unreadable_days(history, "as_of", "completed_date", "approval_date")
    yield from _states(history, known, links)
    yield from _only_added_to(history)


def link_of(row: SeedRow, before: str) -> str:
    """What ties an entry to the one before it: changing either changes it."""
    said = "|".join(value for column, value in row.values.items() if column != _CHAIN)
    return sha256(f"{before}|{said}".encode()).hexdigest()[:12]


def _name(row: SeedRow) -> str:
    return " ".join(row.key(*_ACTION))


def _states(
    history: Sequence[SeedRow], actions: Mapping[Key, SeedRow], links: Sequence[SeedRow]
) -> Iterator[SeedFault]:
    standing: dict[Key, SeedRow] = {}
    for row in history:
        key, action = row.key(*_ACTION), actions.get(row.key(*_ACTION))
        before = standing.get(key)
        standing[key] = row
        if row["brag"] not in STATES:
            yield row.fault(f"{_name(row)} has the state '{row['brag']}'", f"use one of {', '.join(STATES)}")
        if before is not None and row["as_of"] < before["as_of"]:
            yield row.fault(
                f"{_name(row)} is dated before its entry in row {before.number}", "add entries in order of as_of"
            )
        if before is not None and before["brag"] == "Blue" != row["brag"] and not row["reopening_record"]:
            yield row.fault(
                f"{_name(row)} leaves Blue without a reopening record",
                "say in reopening_record who reopened it, and why",
            )
        if row["brag"] == "Blue":
            yield from _blue(row, [link for link in links if link.key(*_ACTION) == key and link["role"] == "kpi"])
        if action is None:
            continue
        if row["brag"] == "Grey" and not action["start_date"] > row["as_of"]:
            yield row.fault(
                f"{_name(row)} is Grey and does not start after {row['as_of']}", "give its start_date, or another state"
            )
        if row["brag"] == "Green" and action["due_date"] and action["due_date"] < row["as_of"]:
            yield row.fault(
                f"{_name(row)} is Green and was due on {action['due_date']}",
                "an overdue action is Amber or Red until it is Blue",
            )


def _blue(row: SeedRow, kpis: Sequence[SeedRow]) -> Iterator[SeedFault]:
    """Complete, impact measures achieved, and approval to close obtained: all three (S2)."""
    if not row["completed_date"] or row["completed_date"] > row["as_of"]:
        yield row.fault(f"{_name(row)} is Blue without a completed_date", "fill it, or use another state")
    if not row["approved_by"] or not row["approval_date"] or row["approval_date"] > row["as_of"]:
        yield row.fault(
            f"{_name(row)} is Blue without approval to close",
            "fill approved_by and approval_date, or use another state",
        )
    unmet = sorted({kpi["metric_id"] for kpi in kpis if not kpi["met_on"] or kpi["met_on"] > row["as_of"]})
    if unmet:
        yield row.fault(
            f"{_name(row)} is Blue and these measures are not met: {', '.join(unmet)}",
            "use another state until they are",
        )


def _only_added_to(history: Sequence[SeedRow]) -> Iterator[SeedFault]:
    """The first entry that is not tied to the one before it: it, or an entry above it, was changed, moved or taken out."""
    before = ""
    for number, row in enumerate(history, 1):
        wanted = link_of(row, before)
        if row["entry_no"] != str(number) or row[_CHAIN] != wanted:
            last = number == len(history)
            yield row.fault(
                f"entry {row['entry_no']} of the history is not tied to the one before it",
                f"a new entry is number {number} with chain {wanted}"
                if last
                else "restore the history as it was: entries are only added",
            )
            return
        before = row[_CHAIN]
