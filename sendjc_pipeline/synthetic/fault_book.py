"""How each rule can be broken: the faults declared in `faults/<feed>.yml`, and those that follow from a declaration.

Belongs here: what is changed in a row to put it at fault, and the nearest change that does not. Does not belong here: when a row is at fault
(the rules, which are written apart from this), or which rows are taken (planter).
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BeforeValidator, Field, ValidationError

from sendjc_pipeline.feeds import load
from sendjc_pipeline.feeds.codes import codes
from sendjc_pipeline.feeds.elements import Names, Record
from sendjc_pipeline.feeds.implied import is_shortened_by_spreadsheets
from sendjc_pipeline.feeds.model import Column, Feed, Table
from sendjc_pipeline.settings import SendjcError

FOLDER = Path(__file__).with_name("faults")
_UNSHOWN = Path(__file__).with_name("unshown.yml")
IDS = ("record_id", "person_id")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NO_DAY = {
    "%d": "31",
    "%m": "02",
    "%Y": "2025",
    "%y": "25",
    "%b": "Feb",
    "%B": "February",
    "%H": "09",
    "%M": "30",
    "%S": "00",
}
_ILL_FORMED = {
    "integer": "seven",
    "decimal": "a lot",
    "flag": "perhaps",
    "upn": "123",
    "nhs_number": "123",
    "postcode": "NOWHERE",
}
_UNLISTED = ("9Z", "ZZ9", "QQQ", "X0X")
_WRONG_CHECK = {
    "upn": "case when {0}[1] = 'A' then 'B' else 'A' end || {0}[2:]",
    "nhs_number": "{0}[:9] || ((ascii({0}[10]) - 47) % 10)::varchar",
}


def _expression(value: object) -> str:
    if value is None:
        return "null"
    return f"date '{value}'" if isinstance(value, date) else str(value)


def _expressions(value: object) -> object:
    return {key: _expression(item) for key, item in value.items()} if isinstance(value, dict) else value


class BadFault(SendjcError):
    """A fault that the database cannot work out; `rule` is whose it is."""

    def __init__(self, rule: str, why: str) -> None:
        super().__init__(f"the fault of {rule} cannot be worked out: {why}; correct it in synthetic/faults.")
        self.rule = rule


Cells = Annotated[dict[str, str], BeforeValidator(_expressions)]


class Fault(Record):
    """One way to break one rule. Expressions are DuckDB's and see what a rule's `when` sees.

    `cells` (in YAML `set`) and `sound` are {column: expression}; `also` is {table.column: expression} for other rows of the same family, in the
    sound change as well, where `sound` may give such a column another expression;
    `drop` are tables whose rows below or beside the row are removed; with `copy` the row stays and a changed copy of it is added.
    """

    rule: str
    table: str
    cells: Cells = Field(default={}, alias="set")
    sound: Cells = Field(default={})
    where: str | None = None
    is_copy: bool = Field(default=False, alias="copy")
    drop: Names = ()
    also: Cells = Field(default={})
    alone: bool = False

    @property
    def condition(self) -> str:
        """The predicate of the rows that can be broken so: a cell that is to change is filled, and its new value is not blank by accident."""
        parts = [self.where] if self.where else []
        for column, expression in self.cells.items():
            if self.where is None:
                parts.append(f'"raw_{column.lower()}" is not null')
            if expression.strip().lower() != "null":
                parts.append(f"({expression}) is not null")
        return " and ".join(f"({part})" for part in parts) or "true"


@cache
def declared(feed: str) -> dict[str, Fault]:
    """The faults declared for a feed's own rules, by rule code; empty when it has no file.

    Raises:
        SendjcError: a fault that is malformed, or of a table or column that the feed does not declare.
    """
    path = FOLDER / f"{feed}.yml"
    if not path.is_file():
        return {}
    declaration = load(feed)
    content: dict[str, dict[str, Any]] = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER) or {}  # noqa: S506
    return {code: _fault(declaration, code, body) for code, body in content.items()}


@cache
def unshown(feed: str) -> dict[str, str]:
    """The rules that the feed's files cannot break in the shape in which we write them, each with the reason (unshown.yml)."""
    content: dict[str, dict[str, str]] = yaml.load(_UNSHOWN.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506
    return content.get(feed, {})


def _fault(feed: Feed, code: str, body: dict[str, Any]) -> Fault:
    where = f"synthetic/faults/{feed.name}.yml at {code}"
    table = feed.tables.get(code.split(".")[1])
    if table is None:
        raise SendjcError(f"{where}: the feed declares no such table.")
    try:
        fault = Fault.model_validate({"rule": code, "table": table.name, **(body or {})})
    except ValidationError as error:
        first = error.errors()[0]
        raise SendjcError(f"{where}: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from None
    known = {f"{t.name}.{c.key}".lower() for t in feed.tables.values() for c in t.columns}
    named = [*(c if "." in c else f"{table.name}.{c}" for c in (*fault.cells, *fault.sound)), *fault.also]
    if strange := [name for name in named if name.lower() not in known]:
        raise SendjcError(f"{where}: not declared: {', '.join(strange)}.")
    if strange := [name for name in fault.drop if name not in feed.tables]:
        raise SendjcError(f"{where}: no table {', '.join(strange)}.")
    return fault


def implied(feed: Feed, table: Table, spec: str) -> list[Fault]:
    """The faults that break the rules which a declaration implies, in the order of the columns."""
    found = [fault for column in feed.columns(table, spec) for fault in _column_faults(feed, table, column, spec)]
    code = f"{feed.name.upper()}.{table.name}"
    keyed = " or ".join(f'"raw_{name.lower()}" is not null' for name in table.key)
    alone = not any(table.column(name).privacy in IDS or table.column(name).type in _WRONG_CHECK for name in table.key)
    found.append(Fault(rule=f"{code}.key.duplicate", table=table.name, copy=True, where=keyed, alone=alone))
    if table.parent:
        column = table.column(table.parent.column)
        nobody = "'999999999'" if column.type in ("integer", "decimal") else f"'no~' || \"raw_{column.key}\""
        found.append(Fault(rule=f"{code}.parent.orphan", table=table.name, set={column.key: nobody}))
    return found


def _column_faults(feed: Feed, table: Table, column: Column, spec: str) -> list[Fault]:
    code, found = f"{feed.name.upper()}.{table.name}.{column.key}", []

    def add(kind: str, expression: str, where: str | None = None) -> None:
        found.append(Fault(rule=f"{code}.{kind}", table=table.name, set={column.key: expression}, where=where))

    if column.required:
        add("missing", "null")
    if column.code_list:
        listed = codes(feed, column.code_list, spec)
        add("code", "'" + next(code for code in _UNLISTED if code not in listed) + "'", "true")
    if column.type in ("date", "datetime"):
        formats = feed.dialect.date_formats if column.type == "date" else feed.dialect.datetime_formats
        add("format", f"'{_no_day(formats[0])}'", "true")
    elif column.type in _ILL_FORMED:
        add("format", f"'{_ILL_FORMED[column.type]}'", "true")
    if is_shortened_by_spreadsheets(feed, column):
        add("shortened", "'1.23E+15'")
    if column.type in _WRONG_CHECK:
        add("check_digit", _WRONG_CHECK[column.type].format(f'"{column.key}"'), f'"{column.key}_is_valid"')
    return found


def _no_day(pattern: str) -> str:
    for directive, text in _NO_DAY.items():
        pattern = pattern.replace(directive, text)
    return pattern
