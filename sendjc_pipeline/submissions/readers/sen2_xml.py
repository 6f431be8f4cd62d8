"""The SEN2 return as XML: the same nine tables as the Blade export, with identifiers made from each element's place.

Belongs here: the layout of the return. Does not belong here: the walk (`xml_tree`), or the meaning of any item.
Where the officers' items stand is not published: they are taken from the Header or from any element beside Persons.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import polars as pl

from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.submissions.readers import FileWarning, ReadResult, rule_code
from sendjc_pipeline.submissions.readers.xml_guard import Guard
from sendjc_pipeline.submissions.readers.xml_person import Node
from sendjc_pipeline.submissions.readers.xml_rows import Rows
from sendjc_pipeline.submissions.readers.xml_told import warnings
from sendjc_pipeline.submissions.readers.xml_tree import Walk

# Which elements hold which: a child outside this tree is reported, never guessed at.
_BELOW: Mapping[str, tuple[str, ...]] = {
    "person": ("requests",),
    "requests": ("assessment", "activeplans"),
    "assessment": ("namedplan",),
    "namedplan": ("plandetail",),
    "activeplans": ("placementdetail", "senneed"),
}
_RETURN_ID = "1"


def read(con: duckdb.DuckDBPyConnection, feed: Feed, spec: str, path: Path) -> ReadResult:
    """Read one XML return into the nine raw tables.

    Raises:
        FileRejected: as `xml_tree.Walk.run` does.
    """
    guard, rows = Guard(path, feed), Rows(con, feed, path.name, spec)
    rows.fill = lambda table, places: _order(table, places, rows)
    with rows:
        Walk(guard, rows, "persons", "person", _node("person", "sen2")).run()
        rows.add("sen2", {**rows.header, "sen2tableid": _RETURN_ID})
        rows.flush()
    told = warnings(guard, spec, rows)
    if not rows.tables["person"].count:
        told.append(
            FileWarning(rule_code(feed, "no_rows"), path.name, "the return holds no person", "check the export")
        )
    return ReadResult(tuple(told))


def _node(table: str, above: str) -> Node:
    below = {name: _node(name, table) for name in _BELOW.get(table, ())}
    return Node(table, key=f"{table}tableid", parent_key=f"{above}tableid", below=below)


def _order(table: str, places: range, rows: Rows) -> dict[str, pl.Series]:
    """The columns that COLLECT adds to its export: a row's place among its kind, and the authority."""
    return {
        f"{table}orderseqcolumn": pl.int_range(places.start, places.stop, eager=True).cast(pl.String),
        "nativeid": pl.repeat(rows.header.get("lea"), len(places), dtype=pl.String, eager=True),
    }
