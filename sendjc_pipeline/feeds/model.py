"""The shape of a feed's declaration: feed, tables, columns, rules, dialect.

Belongs here: the records themselves and the questions they answer about themselves. Does not belong here: what any one
partner sends (the YAML beside this file), reading of files, or SQL.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

ColumnType = Literal[
    "text",
    "code",
    "date",
    "datetime",
    "integer",
    "decimal",
    "flag",
    "upn",
    "nhs_number",
    "postcode",
    "published_number",
]
Privacy = Literal["none", "identifier", "record_id", "person_id", "birth_date", "postcode"]
Category = Literal["blank", "wrong_format", "bad_value", "inconsistent", "duplicate", "orphan"]
Outcome = Literal["reject_file", "quarantine_row", "warn"]

# YAML may give one name where several are possible.
Names = Annotated[tuple[str, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)]

# Types whose text is kept as sent, so that "lenient" loses nothing, and types that gain a <column>_is_valid.
_TEXT_TYPES = ("text", "code", "upn", "nhs_number", "postcode")
CHECKED_TYPES = ("upn", "nhs_number", "postcode")


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Column(_Record):
    """One column as the partner sends it. `since`/`until` are the first and last spec that have it."""

    name: str
    type: ColumnType = "text"
    required: bool = False
    code_list: str | None = Field(default=None, alias="list")
    lenient: bool = False
    """A value outside the code list or pattern is a warning, not a quarantine; only for types kept as text."""
    since: str | None = None
    until: str | None = None
    renamed: dict[str, str] = {}
    """Header in older specs: {last spec with the old header: old header}."""
    privacy: Privacy = "none"
    description: str

    @model_validator(mode="after")
    def _coherent(self) -> Column:
        if self.code_list and self.type != "code":
            raise ValueError(f"column {self.name}: only a column of type code may name a code list")
        if self.lenient and self.type not in _TEXT_TYPES:
            raise ValueError(f"column {self.name}: lenient would blank a cell that is not kept as text")
        return self

    @property
    def key(self) -> str:
        """The column's name in raw tables and in Parquet."""
        return self.name.lower()

    @property
    def is_checked(self) -> bool:
        """Whether accepted tables carry <key>_is_valid for it."""
        return self.type in CHECKED_TYPES


class Rule(_Record):
    """One check on the rows of a table.

    `when` is a DuckDB predicate, TRUE when the row is at fault; NULL counts as sound. It sees the cast columns, the trimmed
    text as raw_<column>, the accepted ancestors as <table>.<column>, any table of the feed as typed_<table>, and the
    constants period_start and period_end (NULL in a dry run without a period).
    """

    code: str
    when: str
    columns: Names
    category: Category
    outcome: Outcome
    message: str
    action: str
    since: str | None = None
    until: str | None = None


class Parent(_Record):
    """The table above: `column` bears the same name in the child and, as key, in the parent."""

    table: str
    column: str


class Table(_Record):
    """One table of a feed. `file` are name patterns, matched without regard to case; `key` are columns of `columns`."""

    name: str
    file: Names
    description: str
    key: Names
    parent: Parent | None = None
    optional: bool = False
    columns: tuple[Column, ...]
    ignored: tuple[str, ...] = ()
    """Headers of the layout that are not needed here and therefore, by data minimisation, never read."""
    rules: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _columns_exist(self) -> Table:
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


class Dialect(_Record):
    """How the feed's text files are written. Date formats are strptime patterns, tried in order."""

    delimiter: str = ","
    quote: str = '"'
    encoding: Literal["utf-8"] = "utf-8"
    date_formats: tuple[str, ...] = ("%Y-%m-%d",)
    datetime_formats: tuple[str, ...] = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")
    date_example: str = "2025-01-31"


class Feed(_Record):
    """What one kind of partner sends. Tables stand parents first, in the order in which they are judged."""

    name: str
    title: str
    description: str
    partners: Literal["council", "provider", "publisher"]
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

    def is_valid(self, item: Column | Rule, spec: str) -> bool:
        """Whether a column or rule belongs to that spec."""
        order = self.specs.index
        return (item.since is None or order(item.since) <= order(spec)) and (
            item.until is None or order(spec) <= order(item.until)
        )

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
