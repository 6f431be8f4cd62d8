"""The SEN2 return as XML: the same nine tables as the Blade export, with identifiers made from each element's place.

Belongs here: the tree and its safe parsing. Does not belong here: meaning of any item. An element's identifier is its ordinal
path (person 17, its second request 17.2, that one's first assessment 17.2.1), so a second reading gives the same ones.
`source_row` is the element's place among its kind plus one, as if it stood in a sheet under a header.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
from lxml import etree

from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.submissions.readers import (
    FileRejected,
    FileWarning,
    ReadResult,
    empty_raw_table,
    rule_code,
)
from sendjc_pipeline.submissions.readers.sen2_rows import Rows

# Persons per batch: enough to make each insert worth its statement, few enough to stay at some 100 MB.
_BATCH = 10_000
# Which elements hold which: a child outside this tree is reported, never guessed at.
_BELOW = {
    "sen2": (),
    "person": ("requests",),
    "requests": ("assessment", "activeplans"),
    "assessment": ("namedplan",),
    "namedplan": ("plandetail",),
    "plandetail": (),
    "activeplans": ("placementdetail", "senneed"),
    "placementdetail": (),
    "senneed": (),
}
_RETURN_ID = "1"
_SEND = "Export the return again from the case system and send it unchanged."


def read(con: duckdb.DuckDBPyConnection, feed: Feed, spec: str, path: Path) -> ReadResult:
    """Read one XML return into the nine raw tables.

    Raises:
        FileRejected: empty, not well-formed (the line is named), not a SEN2 return, or with a document type declaration.
    """
    if path.stat().st_size == 0:
        raise FileRejected(rule_code(feed, "empty"), path.name, "the file is empty (0 bytes)", _SEND)
    for table in feed.tables.values():
        empty_raw_table(con, table)
    rows = Rows(con, feed, path.name, spec)
    try:
        _walk(path, feed, rows)
    except etree.XMLSyntaxError as error:
        # Never the parser's own text, which may quote the content.
        message = f"the XML breaks off or is malformed at line {error.lineno or 1}"
        raise FileRejected(rule_code(feed, "unreadable"), path.name, message, _SEND) from None
    rows.flush()
    return ReadResult(tuple(_warnings(feed, path, spec, rows)))


def _walk(path: Path, feed: Feed, rows: Rows) -> None:
    context = etree.iterparse(
        str(path),
        events=("end",),
        tag=("{*}Header", "{*}Person"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    for number, (_, element) in enumerate(context):
        if number == 0:
            _refuse_dtd(path, feed, element)
        if rows.local(element.tag) == "header":
            rows.header = _leaves(element, rows)
        else:
            _add(element, "person", str(rows.count["person"] + 1), ("sen2", _RETURN_ID), rows)
            if rows.count["person"] % _BATCH == 0:
                rows.flush()
        # Forget what has been read, and the empty shells before it: memory stays flat however long the return.
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    _refuse_dtd(path, feed, context.root)
    others = {rows.local(child.tag): child for child in context.root}
    if "persons" not in others or rows.header is None:
        message = "the XML is not a SEN2 return: it has no Header and Persons under its root"
        raise FileRejected(
            rule_code(feed, "wrong_feed"),
            path.name,
            message,
            "Send the SEN2 return, or submit this file under its own feed.",
        )
    # Where the officers' items stand is not published: they are taken from the Header or from any element beside Persons.
    for name, element in others.items():
        rows.header |= {} if name == "persons" else _leaves(element, rows)
    rows.add("sen2", rows.header, {"sen2tableid": _RETURN_ID})


def _refuse_dtd(path: Path, feed: Feed, element: Any) -> None:
    if element.getroottree().docinfo.doctype:
        message = "the XML has a document type declaration, which no return needs and which can harm the reader"
        raise FileRejected(rule_code(feed, "unsafe_xml"), path.name, message, _SEND)


def _leaves(element: Any, rows: Rows) -> dict[str, str | None]:
    return {rows.local(leaf.tag): leaf.text for leaf in element.iter() if not len(leaf) and leaf is not element}


def _add(element: Any, table: str, path: str, parent: tuple[str, str], rows: Rows) -> None:
    """Add an element and those below it; `path` is its ordinal path."""
    items: dict[str, str | None] = {}
    below: list[tuple[Any, str]] = []
    for child in element:
        name = rows.local(child.tag)
        if name in _BELOW[table]:
            below.append((child, name))
            continue
        if name in items:
            rows.repeated.add((table, name))
        items[name] = child.text
    rows.add(table, items, {f"{table}tableid": path, f"{parent[0]}tableid": parent[1]})
    met = dict.fromkeys(_BELOW[table], 0)
    for child, name in below:
        met[name] += 1
        _add(child, name, f"{path}.{met[name]}", (table, path), rows)


def _warnings(feed: Feed, path: Path, spec: str, rows: Rows) -> list[FileWarning]:
    unknown = [
        FileWarning(
            rule_code(feed, "unknown_column"),
            path.name,
            f"element {name} under {table} is not part of spec {spec} and was not read",
            "leave it out, correct its name, or name the spec that the file follows",
        )
        for table, name in sorted(rows.unknown)
    ]
    repeated = [
        FileWarning(
            rule_code(feed, "repeated_item"),
            path.name,
            f"an item {name} stands twice in one {table}; the last was read",
            "send it once",
        )
        for table, name in sorted(rows.repeated)
    ]
    none = (
        []
        if rows.count["person"]
        else [FileWarning(rule_code(feed, "no_rows"), path.name, "the return holds no person", "check the export")]
    )
    return [*unknown, *repeated, *none]
