"""What a new layout of a feed changes, in words: between two specs of the declaration.

Belongs here: comparing declarations. Does not belong here: comparing headers of files (`drift_headers`), reading them, or printing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sendjc_pipeline.feeds.codes import read_seed
from sendjc_pipeline.feeds.model import Column, Feed, Rule, Table

Labels = Callable[[str, str], dict[str, str]]


@dataclass(frozen=True)
class Change:
    """One difference: `kind` is a word for a script, `text` a sentence for a data officer. Without a table it concerns the whole feed."""

    kind: str
    table: str | None
    column: str | None
    text: str


def between_specs(feed: Feed, old: str, new: str) -> list[Change]:
    """The changes from spec `old` to spec `new`, table by table: tables, columns, codes, rules. None when nothing differs.

    Kinds: table_added, table_removed, column_added, column_required (added, and a row without it is put aside), column_removed,
    column_renamed, code_added, code_removed, code_changed, rule_added, rule_removed.
    """
    labels = _labels(feed)
    found: list[Change] = []
    for table in feed.tables.values():
        before, after = feed.has_table(table, old), feed.has_table(table, new)
        if before and after:
            found += [
                *_columns(feed, table, old, new),
                *_codes(feed, table, old, new, labels),
                *_rules(feed, table, old, new),
            ]
        elif after:
            need = "may be sent" if table.optional else "must be sent, if only with its header"
            found.append(Change("table_added", table.name, None, f"table {table.name} is new and {need}"))
        elif before:
            text = f"table {table.name} is no longer asked for; what is sent of it is not read"
            found.append(Change("table_removed", table.name, None, text))
    return found


def _columns(feed: Feed, table: Table, old: str, new: str) -> Iterator[Change]:
    for column in table.columns:
        before, after = feed.is_valid(column, old), feed.is_valid(column, new)
        was, now = feed.header(column, old), feed.header(column, new)
        if before and after and was != now:
            text = f"column {was} is now called {now}; the old name is still read, with a warning"
            yield Change("column_renamed", table.name, now, text)
        elif after and not before and column.required:
            text = f"column {now} is new and required: {_lower(column.description)}. A file without it is refused"
            yield Change("column_required", table.name, now, text)
        elif after and not before:
            text = f"column {now} is new: {_lower(column.description)}. Without it the item is blank"
            yield Change("column_added", table.name, now, text)
        elif before and not after:
            yield Change("column_removed", table.name, was, f"column {was} is gone; if it is still sent it is not read")


def _codes(feed: Feed, table: Table, old: str, new: str, labels: Labels) -> Iterator[Change]:
    for column in table.columns:
        if not column.code_list or not (feed.is_valid(column, old) and feed.is_valid(column, new)):
            continue
        before, after = labels(column.code_list, old), labels(column.code_list, new)
        yield from _code_list(table, column, feed.header(column, new), before, after)


def _code_list(
    table: Table, column: Column, name: str, before: dict[str, str], after: dict[str, str]
) -> Iterator[Change]:
    fate = "it is reported and the row counts" if column.lenient else "a row with it is put aside"
    for code in before.keys() - after.keys():
        text = f"{name}: code {code} ({before[code]}) is withdrawn; {fate}"
        yield Change("code_removed", table.name, name, text)
    for code, label in after.items():
        if code not in before:
            yield Change("code_added", table.name, name, f"{name}: code {code} ({label}) is new")
        elif before[code] != label:
            text = f"{name}: code {code} changes its meaning, from '{before[code]}' to '{label}'"
            yield Change("code_changed", table.name, name, text)


def _rules(feed: Feed, table: Table, old: str, new: str) -> Iterator[Change]:
    for rule in table.rules:
        before, after = feed.is_valid(rule, old), feed.is_valid(rule, new)
        if after and not before:
            text = f"rule {rule.code} is new ({_outcome(rule)}): {_lower(rule.message).rstrip('.')}"
            yield Change("rule_added", table.name, None, text)
        elif before and not after:
            text = f"rule {rule.code} no longer holds: {_lower(rule.message).rstrip('.')}"
            yield Change("rule_removed", table.name, None, text)


def _labels(feed: Feed) -> Labels:
    """A function from a list and a spec to {code: label}, in the seed's order."""
    seed = read_seed()
    rows = list(seed[["list_id", "code", "label", "valid_from_spec", "valid_to_spec"]].itertuples(index=False))
    order = feed.specs.index

    def found(list_id: str, spec: str) -> dict[str, str]:
        return {
            str(row.code): str(row.label)
            for row in rows
            if row.list_id == list_id
            and (not row.valid_from_spec or order(str(row.valid_from_spec)) <= order(spec))
            and (not row.valid_to_spec or order(spec) <= order(str(row.valid_to_spec)))
        }

    return found


def _outcome(rule: Rule) -> str:
    words = {"warn": "a warning", "quarantine_row": "the row is put aside", "reject_file": "the file is refused"}
    return words[rule.outcome]


def _lower(text: str) -> str:
    """A sentence's first letter small, unless the word is an abbreviation."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
