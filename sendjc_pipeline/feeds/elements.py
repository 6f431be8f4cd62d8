"""The parts of a declaration: column, rule, parent, dialect. Records only; what holds them together is `model`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from sendjc_pipeline.feeds.forms import FORMS

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


class Record(BaseModel):
    """A frozen record that refuses fields it does not know, so that a misspelt word in a declaration is told."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Dated(Record):
    """What belongs to some specs of a feed only: a base layout and its differences by year are one declaration.

    `since` and `until` are the first and last spec that have it; `only` are patterns, such as "*-spring" for what a school census
    asks in spring alone.
    """

    since: str | None = None
    until: str | None = None
    only: Names = ()


class Column(Dated):
    """One column as the partner sends it."""

    name: str
    type: ColumnType = "text"
    required: bool = False
    code_list: str | None = Field(default=None, alias="list")
    form: str | None = None
    """Of `forms`: what a value without a code list must look like to leave the restricted zone, in a feed of persons."""
    lenient: bool = False
    """A value outside the code list or pattern is a warning, not a quarantine; only for types kept as text."""
    renamed: dict[str, str] = {}
    """Header in older specs: {last spec with the old header: old header}."""
    also_called: Names = ()
    """Other headers under which suppliers' systems are known to export it, in any spec; a known misprint is one."""
    privacy: Privacy = "none"
    description: str

    @model_validator(mode="after")
    def _coherent(self) -> Column:
        if self.code_list and self.type != "code":
            raise ValueError(f"column {self.name}: only a column of type code may name a code list")
        if self.form and (self.code_list or self.type not in ("text", "code")):
            raise ValueError(f"column {self.name}: only a text, or a code without a list, may have a form")
        if self.form and self.form not in FORMS:
            raise ValueError(f"column {self.name}: the form {self.form} is none of {', '.join(FORMS)}")
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


class Rule(Dated):
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


class Parent(Record):
    """The table above: `column` bears the same name in the child and, as key, in the parent."""

    table: str
    column: str


class Dialect(Record):
    """How the feed's text files are written. Date formats are strptime patterns, tried in order."""

    delimiter: str = ","
    quote: str = '"'
    encodings: tuple[Literal["utf-8", "utf-16", "cp1252"], ...] = ("utf-8", "utf-16", "cp1252")
    """What the bytes may be: UTF-16 only behind a byte-order mark, cp1252 only where they cannot be UTF-8; the partner is then told."""
    date_formats: tuple[str, ...] = ("%Y-%m-%d",)
    datetime_formats: tuple[str, ...] = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")
    date_example: str = "2025-01-31"
