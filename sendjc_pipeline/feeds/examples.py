"""One small sound delivery of each feed: `examples/<feed>.yml`, which shows a partner what a good file holds and lets every rule be tried.

Belongs here: finding, reading and checking those files. Does not belong here: writing them as files of a format, or judging them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sendjc_pipeline.feeds.library import load
from sendjc_pipeline.feeds.model import Feed, Table
from sendjc_pipeline.settings import SendjcError

FOLDER = Path(__file__).with_name("examples")
# Every scalar stays the text that was written: a date or a code with a leading nought must not become a number.
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_BLANK = ("", "~", "null")
_WORDS = {"spec", "period", "tables", "more", "unfilled"}


@dataclass(frozen=True)
class Example:
    """One sound delivery: text by table, and in each row by column key; a blank cell is None.

    `unfilled` names columns (table.column) that are blank because they would contradict another one.
    """

    spec: str
    period: str
    tables: dict[str, tuple[dict[str, str | None], ...]]
    unfilled: tuple[str, ...] = ()


def has_example(feed: str) -> bool:
    """Whether the feed has an example file."""
    return (FOLDER / f"{feed}.yml").is_file()


@cache
def examples(feed: str) -> tuple[Example, ...]:
    """The feed's examples, the main one first; those under `more:` are of specs that differ too much for one.

    Raises:
        SendjcError: no such file, or a spec, table or header that the feed does not declare; the text names it.
    """
    declaration, path = load(feed), FOLDER / f"{feed}.yml"
    if not path.is_file():
        raise SendjcError(f"feed {feed} has no example; write feeds/examples/{feed}.yml.")
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506  a loader that makes texts only
    return tuple(_example(declaration, part) for part in (content, *content.get("more", ())))


def example_for(feed: str, spec: str) -> Example:
    """The example written for that spec, else the main one."""
    found = examples(feed)
    return next((example for example in found if example.spec == spec), found[0])


def _example(feed: Feed, content: dict[str, Any]) -> Example:
    where = f"feeds/examples/{feed.name}.yml"
    if strange := sorted(set(content) - _WORDS):
        raise SendjcError(
            f"{where}: {', '.join(strange)} is not a word of an example; known: {', '.join(sorted(_WORDS))}."
        )
    if content.get("spec") not in feed.specs:
        raise SendjcError(f"{where}: spec must be one of {', '.join(feed.specs)}.")
    spec, tables = content["spec"], {}
    for name, rows in content["tables"].items():
        if name not in feed.tables:
            raise SendjcError(f"{where}: the feed declares no table {name}.")
        tables[name] = tuple(_row(feed, feed.tables[name], spec, row, where) for row in rows or ())
    return Example(spec, content["period"], tables, tuple(name.lower() for name in content.get("unfilled", ())))


def _row(feed: Feed, table: Table, spec: str, row: dict[str, str], where: str) -> dict[str, str | None]:
    keys = {feed.header(column, spec).lower(): column.key for column in feed.columns(table, spec)}
    if strange := [header for header in row if header.lower() not in keys]:
        raise SendjcError(f"{where}: {table.name} has no column {', '.join(strange)} in spec {spec}.")
    return {keys[header.lower()]: None if value in _BLANK else value for header, value in row.items()}
