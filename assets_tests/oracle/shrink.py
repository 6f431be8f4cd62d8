"""The smallest child on whom the oracle and dbt differ: `python -m assets_tests.oracle.shrink SEED [CHILDREN] [YEAR QUARTER]`.

The children of the seed are compared; of the first that differs, records are left out while it still differs. All candidates of a
round are children of one warehouse, so a round costs one dbt run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from .compare import children_of, compare
from .records import TABLES, Child, Setting, setting_of


def smallest(child: Child, setting: Setting) -> Child:
    """The child with as few records as still make a difference."""
    while candidates := list(_smaller(child)):
        found = compare([_renamed(candidate, place) for place, candidate in enumerate(candidates)], setting)
        differing = {int(str(name).rsplit("~", 1)[1]) for name in found.differences["person"]}
        if not differing:
            break
        child = candidates[min(differing)]
    return child


def _smaller(child: Child) -> Iterator[Child]:
    """The child with one record less, whole tables first."""
    for table in TABLES:
        if getattr(child, table):
            yield _with(child, table, [])
    for table in TABLES:
        rows = getattr(child, table)
        for place in range(len(rows)):
            yield _with(child, table, rows[:place] + rows[place + 1 :])


def _with(child: Child, table: str, rows: list[Any]) -> Child:
    fields: dict[str, Any] = {table: rows}
    return replace(child, **fields)


def _renamed(child: Child, place: int) -> Child:
    """The same child under other identifiers, so that many versions of it fit into one warehouse."""
    names = {child.person.key}
    for table in TABLES:
        for row in getattr(child, table):
            names |= {getattr(row, field) for field in _IDENTIFIERS if hasattr(row, field)}

    def other(value: object) -> object:
        return f"{value}~{place}" if isinstance(value, str) and value in names else value

    renamed: dict[str, Any] = {
        table: [type(row)(*map(other, row)) for row in getattr(child, table)] for table in TABLES
    }
    return replace(child, person=child.person._replace(key=f"{child.person.key}~{place}"), **renamed)


_IDENTIFIERS = (
    "request", "assessment", "plan", "active_plan", "local_request", "local_review", "advice",
    "referral", "team", "contact", "activity", "patient", "care_plan", "pathway", "step", "caseload", "item", "package",
)  # fmt: skip


def main(seed: int, count: int = 20_000, year: int = 2023, quarter: int = 4) -> None:
    """Compare, shrink and print."""
    setting = setting_of(year, quarter)
    children = children_of(setting, seed, count)
    found = compare(children, setting)
    print(f"{found.children:,} children, {found.clocks:,} clocks, {found.differences.height} differences")
    if not found.differences.height:
        return
    name = found.differences["person"][0]
    child = smallest(next(child for child in children if child.person.key == name), setting)
    print(child.person, *(row for table in TABLES for row in getattr(child, table)), sep="\n")
    for row in compare([child], setting).differences.iter_rows(named=True):
        print(row)
    sys.exit(1)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
