"""Rows of an XML return on their way from the parser to DuckDB.

Belongs here: which cell of a row an item fills, and handing rows over in batches. Does not belong here: the tree (`xml_tree`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import duckdb
import polars as pl

from sendjc_pipeline.feeds.model import Feed, Table
from sendjc_pipeline.submissions.casting import stored
from sendjc_pipeline.submissions.macros import ensure_macros
from sendjc_pipeline.submissions.readers import empty_raw_table, raw_name

# Rows of all tables per batch: enough to make each insert worth its statement, few enough to stay at some 80 MB.
BATCH = 100_000


class TableRows:
    """The rows of one table, in one flat list of cells.

    A list per row would be half a million objects for the collector of garbage to visit again and again: a fifth of the time.
    """

    def __init__(self, table: Table, feed: Feed, spec: str) -> None:
        self.name = table.name
        self.keys = [column.key for column in table.columns]
        self.places = {
            name.lower(): self.keys.index(column.key)
            for column in feed.columns(table, spec)
            for name in (*column.also_called, feed.header(column, spec))
        }
        self.ignored = {name.lower() for name in table.ignored}
        self.cells: list[str | None] = []
        self.count = self.flushed = 0
        self._blank: list[str | None] = [None] * len(self.keys)

    def start(self) -> int:
        """Begin a row; returns where in `cells` it begins. Its cells hold text as sent, NULL until they are filled."""
        first = len(self.cells)
        self.cells += self._blank
        self.count += 1
        return first

    def columns(self) -> dict[str, list[str | None]]:
        """The rows gathered since the last call, as the columns that hold anything; they are forgotten here."""
        width, cells = len(self.keys), self.cells
        self.cells, self.flushed = [], self.count
        found = {key: cells[place::width] for place, key in enumerate(self.keys)}
        return {key: column for key, column in found.items() if column.count(None) < len(column)}

    def place(self, column: str) -> int:
        """The cell of a column."""
        return self.keys.index(column.lower())


class Rows:
    """Rows of all tables of a feed, the items beside the persons (`header`), and what was met that is no part of the layout.

    `fill` gives whole columns that no element holds, of the rows with the given ordinals of a table: an order number, for instance.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, feed: Feed, file: str, spec: str) -> None:
        self.con, self.file, self._feed = con, file, feed
        self.tables = {name: TableRows(table, feed, spec) for name, table in feed.tables.items()}
        ensure_macros(con)  # the casts name them
        for table in feed.tables.values():
            self._prepare(con, feed, table)
        self.header: dict[str, str] = {}
        self.fill: Callable[[str, range], dict[str, pl.Series]] = lambda *_: {}
        self.unknown: set[tuple[str, str]] = set()
        self.repeated: set[tuple[str, str]] = set()

    @staticmethod
    def _prepare(con: duckdb.DuckDBPyConnection, feed: Feed, table: Table) -> None:
        name = empty_raw_table(con, table)
        beyond = stored(table, feed.dialect, [column.key for column in table.columns], is_trimmed=False)
        for column, (kind, _) in beyond.items():
            con.execute(f'alter table {name} add column "{column}" {kind}')

    def __enter__(self) -> Rows:
        """Gather all inserts in one transaction, which takes half the time of a commit for each."""
        self.con.begin()
        return self

    def __exit__(self, *_: object) -> None:
        """Keep what was read, also of a file that is refused: its rows are counted."""
        self.con.commit()

    def add(self, name: str, items: Mapping[str, str | None]) -> None:
        """Append one row from items by element name; those that the spec lacks are noted as unknown."""
        table = self.tables[name]
        first = table.start()
        for item, text in items.items():
            if (place := table.places.get(item)) is not None:
                table.cells[first + place] = text
            elif item not in table.ignored:
                self.unknown.add((name, item))

    def flush(self) -> None:
        """Move what has been gathered to the raw tables. `source_row` is the place among its kind plus one, as if under a header."""
        for table in self.tables.values():
            if table.count == table.flushed:
                continue
            places = range(table.flushed + 1, table.count + 1)
            batch = {key: pl.Series(cells, dtype=pl.String) for key, cells in table.columns().items()}
            frame = pl.DataFrame(batch | self.fill(table.name, places))
            frame = frame.with_columns(source_row=pl.int_range(places.start + 1, places.stop + 1))
            self.con.register("xml_batch", frame.to_arrow(compat_level=pl.CompatLevel.newest()))
            beyond = stored(self._feed.tables[table.name], self._feed.dialect, frame.columns, is_trimmed=False)
            values = "".join(f', {value} as "{name}"' for name, (_, value) in beyond.items())
            self.con.execute(
                f"insert into {raw_name(table.name)} by name select *, $1 as source_file{values} from xml_batch",
                [self.file],
            )
            self.con.unregister("xml_batch")
