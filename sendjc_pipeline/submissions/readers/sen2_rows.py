"""Rows of a SEN2 return on their way from the XML parser to DuckDB.

Belongs here: gathering cells by table and handing them over in batches. Does not belong here: the tree (`sen2_xml`).
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.submissions.readers import raw_name


class Rows:
    """Rows of the nine tables as the parser meets them, flushed to DuckDB in batches.

    Columns are filled in Python because this is the parse itself; every cell is text as sent, and nothing is judged.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, feed: Feed, file: str, spec: str) -> None:
        self.con, self.file = con, file
        self.fields = {
            t.name: {feed.header(c, spec).lower(): c.key for c in feed.columns(t, spec)} for t in feed.tables.values()
        }
        self.columns: dict[str, dict[str, list[str | None]]] = {
            name: {key: [] for key in [*fields.values(), "source_row"]} for name, fields in self.fields.items()
        }
        self.count = dict.fromkeys(feed.tables, 0)
        self.unknown: set[tuple[str, str]] = set()
        self.repeated: set[tuple[str, str]] = set()
        self.names: dict[str, str] = {}
        self.header: dict[str, str | None] | None = None

    def local(self, tag: str) -> str:
        """The lower-case name of an element without its namespace."""
        if (name := self.names.get(tag)) is None:
            name = self.names[tag] = tag.rpartition("}")[2].lower()
        return name

    def add(self, table: str, items: dict[str, str | None], made: dict[str, str | None]) -> None:
        """Append one row: `items` as sent, and the identifiers made for it."""
        self.count[table] += 1
        ordinal = self.count[table]
        fields, columns = self.fields[table], self.columns[table]
        if surplus := items.keys() - fields.keys():
            self.unknown |= {(table, name) for name in surplus}
        row = {fields[name]: text for name, text in items.items() if name in fields}
        row |= {
            f"{table}orderseqcolumn": str(ordinal),
            "nativeid": (self.header or {}).get("lea"),
            "source_row": str(ordinal + 1),
            **made,
        }
        for key, cells in columns.items():
            cells.append(row.get(key))

    def flush(self) -> None:
        """Move what has been gathered to the raw tables."""
        for table, columns in self.columns.items():
            if not columns["source_row"]:
                continue
            frame = pa.table({key: pa.array(cells, pa.string()) for key, cells in columns.items()})
            self.con.register("sen2_batch", frame)
            cells = ", ".join(f'"{key}"' for key in columns if key != "source_row")
            self.con.execute(
                f"insert into {raw_name(table)} by name select {cells}, $1 as source_file, source_row::bigint as source_row from sen2_batch",
                [self.file],
            )
            self.con.unregister("sen2_batch")
            for gathered in columns.values():
                gathered.clear()
