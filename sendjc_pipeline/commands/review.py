"""`sendjc review`: give reviewers the pairs that the model cannot settle, and take their verdicts."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import duckdb

from sendjc_pipeline.commands.console import console, errors, show
from sendjc_pipeline.identity import review_queue, verdicts, worklist
from sendjc_pipeline.identity.filled import Fault, read, shown_name
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.warehouse.lock import only_one

_MOST_FAULTS = 20
_PARTS = (review_queue.WAITING, review_queue.CONFLICT, review_queue.DECIDED, review_queue.LAPSED)
_WORDS = {
    "no verdict": "no verdict yet",
    "same": "agreed: same child",
    "different": "agreed: different children",
    "one verdict": "one verdict, a second reviewer is needed",
    "unsure": "nobody is sure: another reviewer is asked, and these again once one has spoken",
    "conflict": "reviewers differ, or decisions contradict each other",
    review_queue.NOT_LISTED: "given out or judged, and listed by no run any more",
}


def export(
    settings: Settings, quarter: Quarter, name: str, today: date, most: int | None, *, conflicts: bool, replace: bool
) -> None:
    """Write the reviewer's worklist and say where it is and how many pairs are on it; never a child.

    Raises:
        SendjcError: the quarter was not run, the name is no staff name, or a worklist is there already.
    """
    reviewer = verdicts.reviewer_name(name)
    with only_one(settings, "review"), verdicts.opened(settings) as con:
        pairs = verdicts.waiting(con, settings, quarter, reviewer, conflicts=conflicts)
        missing = verdicts.conflicts_not_listed(con, settings, quarter) if conflicts else 0
        if missing:
            console.print(
                f"Pairs in conflict that the last run of {quarter} does not list: {missing:,}. Run the quarter that decided them again"
                f" (`sendjc run --quarter {quarter}`), then export its conflicts."
            )
        pairs = pairs.head(most) if most else pairs
        if pairs.is_empty():
            waits = "is in conflict and listed" if conflicts else f"waits for {reviewer}"
            console.print(f"No pair of {quarter} {waits}; nothing was written.")
            return
        paths = worklist.places(settings, quarter, reviewer, replace=replace, conflicts=conflicts)
        verdicts.issue(con, settings, pairs, reviewer, today)
        worklist.write(paths, pairs, reviewer)
    for path in paths:
        console.print(f"{path}", markup=False)
    console.print(f"Pairs for {reviewer}: {pairs.height:,}. They hold personal data: fill them in where they lie.")


def take(settings: Settings, path: Path, name: str, on: date, now: datetime, today: date) -> None:
    """Record a reviewer's verdicts, all of the file or none, and say what the verdicts of all reviewers come to.

    Raises:
        SendjcError: rows are at fault (each was shown with its rule), the day lies ahead, or the file cannot be read.
    """
    reviewer = verdicts.reviewer_name(name)
    _require_past(on, today)
    with only_one(settings, "review"), verdicts.opened(settings) as con:
        filled = read(con, path, reviewer, on)
        if filled.faults:
            _refuse(path, filled.faults)
        again = verdicts.reinstated(con, settings, filled.verdicts, reviewer)
        added = verdicts.record(con, settings, filled.verdicts, reviewer, on, now)
        stood = filled.verdicts.height - added
        console.print(
            f"Verdicts of {reviewer}: {added:,} recorded, {stood:,} stood already; rows without one: {filled.blank:,}."
        )
        if again:
            console.print(
                f"Of these {reviewer} had taken {again:,} back with `sendjc review undo`: this import puts them in force again."
            )
        _say_states(con, settings)


def undo(settings: Settings, pairs: list[str], name: str, on: date, now: datetime, today: date) -> None:
    """Take back a reviewer's verdicts on some pairs; what was said stays on record.

    Raises:
        SendjcError: the reviewer has no standing verdict on one of them, or the day lies ahead.
    """
    reviewer = verdicts.reviewer_name(name)
    _require_past(on, today)
    with only_one(settings, "review"), verdicts.opened(settings) as con:
        verdicts.take_back(con, settings, pairs, reviewer, on, now)
        console.print(f"Verdicts of {reviewer} taken back: {len(set(pairs)):,}.")
        _say_states(con, settings)


def status(settings: Settings, quarter: Quarter | None, today: date, as_json: bool) -> None:
    """Print how many pairs wait, are in conflict, decided or no longer listed, by age; never a pair.

    Raises:
        SendjcError: nothing was run in the home yet, or the quarter has no list of pairs.
    """
    with verdicts.opened(settings) as con:
        lines = review_queue.queue(con, settings, today, quarter)
    if not review_queue.lists(settings) and not any(line.pairs for line in lines):
        raise SendjcError(
            f"no quarter was run in {settings.home} yet, so there are no pairs: `sendjc run --quarter` first."
        )
    if as_json:
        print(json.dumps([asdict(line) for line in lines], indent=1, default=str))
        return
    parts = {part: sum(line.pairs for line in lines if line.part == part) for part in _PARTS}
    title = ", ".join(f"{part} {count:,}" for part, count in parts.items())
    headers = [
        "queue",
        "state",
        "pairs",
        "not given out",
        "7 days or less",
        "8 to 28",
        "over 28",
        "oldest given out on",
    ]
    rows = [(line.part, _WORDS[line.state], *list(asdict(line).values())[2:]) for line in lines]
    show(f"Pairs for review: {title}; by days since first given to a reviewer", headers, rows, right=range(2, 7))


def _require_past(on: date, today: date) -> None:
    if on > today:
        raise SendjcError(f"--on {on} is still to come: give the day on which the pairs were decided.")


def _refuse(path: Path, faults: list[Fault]) -> None:
    name = shown_name(path)
    for fault in faults[:_MOST_FAULTS]:
        where = f"{name} row {fault.row}" if fault.row else name
        errors.print(f"{where}: {fault.rule}: {fault.message}; {fault.remedy}.", markup=False)
    more = f", of which the first {_MOST_FAULTS} are shown" if len(faults) > _MOST_FAULTS else ""
    raise SendjcError(f"{name}: faults: {len(faults):,}{more}; nothing was recorded. Mend them and import it again.")


def _say_states(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    found = verdicts.states(con)
    show(
        "Pairs by what reviewers said",
        ["state", "pairs"],
        [(_WORDS[s], found[s]) for s in _WORDS if s in found],
        right=(1,),
    )
    path = verdicts.write_conflicts(con, settings)
    if found.get("conflict"):
        console.print(
            f"Pairs on which reviewers differ: {found['conflict']:,}, listed in {path}; nothing follows from those."
        )
    console.print("Decisions on which two agree count from the next run of a quarter on.")
