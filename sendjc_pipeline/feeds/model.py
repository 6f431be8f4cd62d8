"""The shape of a feed's declaration: a feed and its tables, and the questions that they answer about themselves.

Belongs here: what holds for every feed. Does not belong here: what any one partner sends (the YAML beside this file), reading of
files, or SQL. The parts that a table is made of are in `elements`.
"""

from __future__ import annotations

import hashlib
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import BeforeValidator, model_validator

from sendjc_pipeline.feeds.elements import Column, Dated, Dialect, Names, Outcome, Parent, Record, Rule

__all__ = ["Column", "Dialect", "Feed", "Outcome", "Parent", "Rule", "Table"]

# raw_header and raw_reject are the intake's own.
_TAKEN = ("header", "reject")
Kind = Literal["council", "provider", "board", "publisher"]


class Table(Dated):
    """One table of a feed. `file` are name patterns, matched without regard to case; `key` are columns of `columns`."""

    name: str
    file: Names
    description: str
    key: Names
    parent: Parent | None = None
    optional: bool = False
    settles_parent: bool = True
    """Whether its rows settle what became of the row above: without one of them, how that case stands is not known."""
    columns: tuple[Column, ...]
    ignored: tuple[str, ...] = ()
    """Headers of the layout that are not needed here and therefore, by data minimisation, never read."""
    rules: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _columns_exist(self) -> Table:
        if self.name.lower() in _TAKEN:
            raise ValueError(f"table {self.name}: the intake has a side table of that name; choose another")
        known = {column.key for column in self.columns}
        if len(known) != len(self.columns):
            raise ValueError(f"table {self.name}: a column is declared twice")
        named = [*self.key, *([self.parent.column] if self.parent else []), *(c for r in self.rules for c in r.columns)]
        if missing := sorted({name for name in named if name.lower() not in known}):
            raise ValueError(f"table {self.name}: not declared: {', '.join(missing)}")
        return self

    def column(self, key: str) -> Column:
        """The column of that name, in any case."""
        return next(column for column in self.columns if column.key == key.lower())


class Feed(Record):
    """What one kind of partner sends. Tables stand parents first, in the order in which they are judged."""

    name: str
    title: str
    description: str
    partners: Annotated[tuple[Kind, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)]
    reader: str
    selection: Literal["snapshot", "cumulative"]
    period_bound: bool
    """Whether a submission counts only once its period has ended; a published file covers many periods and does not."""
    specs: tuple[str, ...]
    default_spec: str
    unzip: bool = False
    """Whether a .zip is a bundle of the feed's own files; otherwise its reader gets the archive itself."""
    ignored_files: tuple[str, ...] = ()
    """Name patterns of files that belong to the layout and are not needed here: they are left unread, with a warning."""
    dialect: Dialect = Dialect()
    tables: dict[str, Table]

    @model_validator(mode="after")
    def _parents_come_first(self) -> Feed:
        if self.default_spec not in self.specs:
            raise ValueError(f"feed {self.name}: default_spec is not one of its specs")
        seen: set[str] = set()
        for table in self.tables.values():
            if table.parent and table.parent.table not in seen:
                raise ValueError(f"feed {self.name}: {table.name} stands before its parent {table.parent.table}")
            seen.add(table.name)
        return self

    @property
    def is_person_level(self) -> bool:
        """Whether any column identifies or describes a person, so that rows stop at the restricted zone."""
        return any(column.privacy != "none" for table in self.tables.values() for column in table.columns)

    def is_valid(self, item: Dated, spec: str) -> bool:
        """Whether a table, column or rule belongs to that spec."""
        order = self.specs.index
        return (
            (item.since is None or order(item.since) <= order(spec))
            and (item.until is None or order(spec) <= order(item.until))
            and (not item.only or any(fnmatchcase(spec, pattern) for pattern in item.only))
        )

    def has_table(self, table: Table, spec: str) -> bool:
        """Whether the spec asks for the table; one that it does not ask for is empty."""
        return self.is_valid(table, spec)

    def columns(self, table: Table, spec: str) -> list[Column]:
        """The columns of a table that the spec has."""
        return [column for column in table.columns if self.is_valid(column, spec)]

    def header(self, column: Column, spec: str) -> str:
        """The column's header in that spec."""
        for last in sorted(column.renamed, key=self.specs.index):
            if self.specs.index(spec) <= self.specs.index(last):
                return column.renamed[last]
        return column.name

    def ancestors(self, table: Table) -> list[Table]:
        """The tables above, nearest first."""
        found: list[Table] = []
        while table.parent:
            table = self.tables[table.parent.table]
            found.append(table)
        return found

    def fingerprint(self, *more: str) -> str:
        """12 hex digits that change whenever the declaration, or any of the texts in `more`, does."""
        text = "\x1f".join([self.model_dump_json(), *more])
        return hashlib.sha256(text.encode()).hexdigest()[:12]
