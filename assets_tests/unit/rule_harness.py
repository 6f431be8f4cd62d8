"""Every rule against its fault: many copies of a feed's example in one delivery, two per rule, one of them broken and one nearly so.

The example, the rule and the fault are written apart from each other; this module sets them against each other, by the judges
themselves and without the reading of files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from rule_copies import bench_of, has_ids, window_of

from sendjc_pipeline.feeds.examples import Example, example_for, examples
from sendjc_pipeline.feeds.implied import rules_of
from sendjc_pipeline.feeds.model import Feed, Rule, Table
from sendjc_pipeline.submissions import judge
from sendjc_pipeline.submissions.readers import raw_name
from sendjc_pipeline.synthetic import fault_book
from sendjc_pipeline.synthetic.fault_book import BadFault, Fault

Said = dict[int, set[tuple[str, str, int]]]  # by copy: (rule, table, place of the row in its copy)


@dataclass
class Findings:
    """What the trial of one feed found: codes tried, and a sentence for each that failed."""

    tried: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Trial:
    """One rule, its fault, and the row of the example (number in its table) that the fault is put in."""

    rule: Rule
    fault: Fault
    row: int


def messages_of_example(feed: Feed, example: Example) -> list[str]:
    """What the intake says about the example: nothing, if it is sound."""
    said = _judged(feed, example, example.spec, copies=1).get(0, set())
    return [f"{table} row {row + 1}: {rule}" for rule, table, row in sorted(said)]


def unfilled(feed: Feed, spec: str) -> list[str]:
    """Declared columns of the spec that no example of it fills."""
    filled: set[str] = set()
    for example in (e for e in examples(feed.name) if e.spec == spec):
        filled |= {name.lower() for name in example.unfilled}
        filled |= {
            f"{t}.{key}".lower() for t, rows in example.tables.items() for row in rows for key in row if row[key]
        }
    declared = [
        f"{table.name}.{column.key}"
        for table in feed.tables.values()
        if feed.has_table(table, spec)
        for column in feed.columns(table, spec)
    ]
    return [name for name in declared if name.lower() not in filled]


def rules_by_spec(feed: Feed) -> dict[str, list[tuple[Table, Rule]]]:
    """Every rule, declared or implied, under the newest spec that has it."""
    seen: set[str] = set()
    found: dict[str, list[tuple[Table, Rule]]] = {}
    newest = [feed.default_spec, *(spec for spec in reversed(feed.specs) if spec != feed.default_spec)]
    for spec in newest:
        for table in (t for t in feed.tables.values() if feed.has_table(t, spec)):
            for rule in (r for r in rules_of(feed, table, spec) if r.code not in seen):
                seen.add(rule.code)
                found.setdefault(spec, []).append((table, rule))
    return found


def try_rules(feed: Feed) -> Findings:
    """Break every rule of a feed and nearly break it."""
    findings = Findings()
    for spec, rules in rules_by_spec(feed).items():
        book = dict(fault_book.declared(feed.name))
        for table in {table.name: table for table, _ in rules}.values():
            book |= {fault.rule: fault for fault in fault_book.implied(feed, table, spec) if fault.rule not in book}
        for _, rule in rules:
            findings.tried.add(rule.code)
            if rule.code not in book:
                findings.failed[rule.code] = f"has no fault in synthetic/faults/{feed.name}.yml"
        pairs = [(rule, book[rule.code]) for _, rule in rules if rule.code in book]
        _try_spec(feed, spec, pairs, findings)
    return findings


def _try_spec(feed: Feed, spec: str, pairs: list[tuple[Rule, Fault]], findings: Findings) -> None:
    example = example_for(feed.name, spec)
    trials = _without_bad(pairs, findings, lambda some: _trials(feed, spec, example, some, findings)) or []
    told = [trial for trial in trials if not trial.fault.alone]
    for group in ([t for t in told if _tells_apart(feed, t)], [t for t in told if not _tells_apart(feed, t)]):
        _without_bad(group, findings, lambda some: _try_together(feed, spec, example, some, findings))
    # Rows that nothing tells apart may have stood in each other's way.
    again = [trial for trial in told if not _tells_apart(feed, trial) and findings.failed.pop(trial.rule.code, None)]
    alone = [[trial] for trial in (*again, *(t for t in trials if t.fault.alone and not _is_repeated_key(t)))]
    sound = _judged(feed, example, spec, 1).get(0, set()) if trials else set()
    for group in [*alone, [trial for trial in trials if trial.fault.alone and _is_repeated_key(trial)]]:
        _without_bad(group, findings, lambda some: _try_alone(feed, spec, example, some, findings, sound))


def _is_repeated_key(trial: Trial) -> bool:
    """Repeated keys of different tables do not meet, so that one delivery can hold them all."""
    return trial.rule.code.endswith(".key.duplicate")


def _tells_apart(feed: Feed, trial: Trial) -> bool:
    return has_ids(feed.tables[trial.fault.table])


def _without_bad(
    items: Sequence[Any], findings: Findings, action: Callable[[list[Any]], list[Trial] | None]
) -> list[Trial] | None:
    """Do it with all items, and again without each one whose fault cannot be worked out."""
    left = list(items)
    while left:
        try:
            return action(left)
        except BadFault as error:
            findings.failed[error.rule] = str(error)
            left = [item for item in left if _code(item) != error.rule]
    return None


def _code(item: Any) -> str:
    return (item.rule if isinstance(item, Trial) else item[0]).code


def _trials(
    feed: Feed, spec: str, example: Example, pairs: Sequence[tuple[Rule, Fault]], findings: Findings
) -> list[Trial]:
    """Find the first row of the example that each fault fits."""
    with bench_of(feed, spec, example, copies=1) as bench:
        rows = bench.eligible([fault for _, fault in pairs]).group_by("fault").agg(pl.col("row_id").min())
    first = dict(rows.rows())
    for place, (rule, fault) in enumerate(pairs):
        if place not in first:
            findings.failed[rule.code] = (
                f"no row of {fault.table} in the example of spec {spec} fits `where`: {fault.condition}"
            )
    return [Trial(rule, fault, first[place]) for place, (rule, fault) in enumerate(pairs) if place in first]


def _try_together(feed: Feed, spec: str, example: Example, trials: list[Trial], findings: Findings) -> None:
    """One delivery: a broken copy for each rule, a nearly broken one where that is more than the example, and one as it is."""
    if not trials:
        return
    near = [nearly for trial in trials if (nearly := _nearly(trial.fault)) is not None]
    near_rows = [trial.row for trial in trials if trial.fault.sound]
    faults = [*(trial.fault for trial in trials), *near]
    rows = [*(trial.row for trial in trials), *near_rows]
    headers_too = not _tells_apart(feed, trials[0])
    said = _judged(feed, example, spec, len(faults) + 1, faults, rows, headers_too)
    sound_copies = iter(range(len(trials), len(faults)))
    for place, trial in enumerate(trials):
        sound = next(sound_copies) if trial.fault.sound else len(faults)
        _conclude(trial, spec, said.get(place, set()), said.get(sound, set()), findings)


def _try_alone(
    feed: Feed, spec: str, example: Example, trials: list[Trial], findings: Findings, sound: set[tuple[str, str, int]]
) -> None:
    """A delivery of one copy for rules about the whole submission, and one for the nearest sound change."""
    rows = [trial.row for trial in trials]
    feed = _narrowed(feed, trials)
    at_fault = _judged(feed, example, spec, 1, [t.fault for t in trials], rows, one_copy=True).get(0, set())
    for trial in trials:
        nearly = _nearly(trial.fault)
        if nearly is not None:
            sound = _judged(feed, example, spec, 1, [nearly], [trial.row]).get(0, set())
        _conclude(trial, spec, at_fault, sound, findings)


def _narrowed(feed: Feed, trials: list[Trial]) -> Feed:
    """The feed with the tables that the rules and faults name, and those above; no other rule is asked. For the sake of speed."""
    text = " ".join(f"{trial.rule.when} {trial.fault.model_dump_json()}" for trial in trials)
    named = [table for name, table in feed.tables.items() if name in text]
    wanted = {table.name for below in named for table in (below, *feed.ancestors(below))}
    tried = {trial.rule.code for trial in trials}
    kept = {
        name: table.model_copy(update={"rules": tuple(rule for rule in table.rules if rule.code in tried)})
        for name, table in feed.tables.items()
        if name in wanted
    }
    return feed.model_copy(update={"tables": kept})


def _conclude(
    trial: Trial, spec: str, at_fault: set[tuple[str, str, int]], sound: set[tuple[str, str, int]], findings: Findings
) -> None:
    fault, code = trial.fault, trial.rule.code
    told = {other for other, *_ in at_fault}
    if (code, fault.table, trial.row) not in at_fault and not (fault.is_copy and code in told):
        findings.failed[code] = (
            f"`set` {fault.cells or ''} on row {trial.row + 1} of {fault.table} (spec {spec}) does not bring it;"
            f" it brings {sorted(told) or 'nothing'}"
        )
    elif code in {other for other, *_ in sound}:
        change = f"{fault.sound}{' with `also`' if fault.also else ''}" if fault.sound else "(the example itself)"
        findings.failed[code] = f"`sound` {change} (spec {spec}) brings it, too"


def _nearly(fault: Fault) -> Fault | None:
    """The nearest sound change; None where that is the example itself."""
    if not fault.sound:
        return None
    cells = {name: text for name, text in fault.sound.items() if "." not in name}
    others = {name: text for name, text in fault.sound.items() if "." in name}
    return fault.model_copy(update={"cells": cells, "also": fault.also | others, "drop": ()})


def _judged(
    feed: Feed,
    example: Example,
    spec: str,
    copies: int,
    faults: Sequence[Fault] = (),
    rows: Sequence[int] = (),
    headers_too: bool = False,
    one_copy: bool = False,
) -> Said:
    """Judge copies of the example, the fault of each place put into the copy of that place; returns what was found."""
    heights = {name: len(rows) for name, rows in example.tables.items()}
    picks = pl.DataFrame(
        {
            "fault": list(range(len(faults))),
            "row_id": [(0 if one_copy else n) * heights[f.table] + rows[n] for n, f in enumerate(faults)],
        },
        schema={"fault": pl.Int64, "row_id": pl.Int64},
    )
    with bench_of(feed, spec, example, copies, headers_too) as bench:
        bench.apply(faults, picks)
        bench.close()
        con = bench.con
        judge.judge(con, feed, spec, window_of(example))
        said: Said = {}
        for table in feed.tables.values():
            told = con.execute(f"""
                select p.sheet::integer, b.rule, p.row_id from (
                    select row_id, unnest(faults) as rule_id from {judge.fault_name(table)}) f
                join rule_book b using (rule_id) join {raw_name(table.name)} r on r.rowid = f.row_id
                join place p on p.table_name = '{table.name}' and p.sheet = r.source_sheet and p.source_row = r.source_row
            """).fetchall()
            for copy, rule, row in told:
                said.setdefault(copy, set()).add((rule, table.name, row % heights[table.name]))
    return said
