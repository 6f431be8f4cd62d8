"""What has been found in an XML return and not yet been handed over: cells of rows, items of the header, names that the layout lacks.

Belongs here: which cell of a row an item fills. Does not belong here: the tree (`xml_tree`), the database (`xml_rows`).
"""

from __future__ import annotations

from collections.abc import Mapping

from sendjc_pipeline.feeds.model import Feed, Table


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


class Found:
    """Rows of all tables of a feed, the items beside the persons (`header`), and what was met that is no part of the layout."""

    def __init__(self, feed: Feed, spec: str) -> None:
        self._feed, self._spec = feed, spec
        self.tables = {name: TableRows(table, feed, spec) for name, table in feed.tables.items()}
        self.header: dict[str, str] = {}
        self.unknown: set[tuple[str, str]] = set()
        self.repeated: set[tuple[str, str]] = set()

    def blank(self) -> Found:
        """Of the same layout, with nothing found."""
        return Found(self._feed, self._spec)

    def add(self, name: str, items: Mapping[str, str | None]) -> None:
        """Append one row from items by element name; those that the spec lacks are noted as unknown."""
        table = self.tables[name]
        first = table.start()
        for item, text in items.items():
            if (place := table.places.get(item)) is not None:
                table.cells[first + place] = text
            elif item not in table.ignored:
                self.unknown.add((name, item))
