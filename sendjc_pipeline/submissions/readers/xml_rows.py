"""Rows of an XML return on their way from the parser to DuckDB.

Belongs here: handing rows over in batches. Does not belong here: which cell an item fills (`xml_found`), the tree (`xml_tree`).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack

import duckdb
import polars as pl

from sendjc_pipeline.feeds.model import Feed, Table
from sendjc_pipeline.submissions.casting import stored
from sendjc_pipeline.submissions.literals import literal
from sendjc_pipeline.submissions.macros import ensure_macros
from sendjc_pipeline.submissions.readers import empty_raw_table, raw_name
from sendjc_pipeline.submissions.readers.xml_found import Found, TableRows
from sendjc_pipeline.warehouse.connection import one_thread

# Rows of all tables per batch: enough to make each insert worth its statement, few enough to stay at some 80 MB.
BATCH = 100_000


class Rows(Found):
    """What has been found, and its way out: while DuckDB takes one batch in, on a thread of its own, the parser fills the next.

    `fill` gives whole columns that no element holds, of the rows with the given ordinals of a table: an order number, for instance.
    Between `with` and its end the connection belongs to that thread.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, feed: Feed, file: str, spec: str) -> None:
        super().__init__(feed, spec)
        self._con, self._file = con, file
        ensure_macros(con)  # the casts name them
        for table in feed.tables.values():
            self._prepare(con, feed, table)
        self.fill: Callable[[str, range], dict[str, pl.Series]] = lambda *_: {}
        self._sent: Future[None] | None = None
        self._held = ExitStack()

    @staticmethod
    def _prepare(con: duckdb.DuckDBPyConnection, feed: Feed, table: Table) -> None:
        name = empty_raw_table(con, table)
        beyond = stored(table, feed.dialect, [column.key for column in table.columns], is_trimmed=False)
        for column, kind in beyond.types.items():
            con.execute(f'alter table {name} add column "{column}" {kind}')

    def __enter__(self) -> Rows:
        """Gather all inserts in one transaction, which takes half the time of a commit for each."""
        # The parser has the other core; two threads of DuckDB for one batch take twice the work of one.
        self._held.enter_context(one_thread(self._con))
        self._con.begin()
        self._held.callback(self._con.commit)
        self._thread = self._held.enter_context(ThreadPoolExecutor(max_workers=1))
        self._held.callback(self._wait)
        return self

    def __exit__(self, *_: object) -> None:
        """Keep what was read, also of a file that is refused: its rows are counted."""
        self._held.close()

    def flush(self) -> None:
        """Send off what has been gathered, once the batch before has arrived: no more than two are held.

        Raises:
            duckdb.Error: the batch before could not be taken in.
        """
        batch = {table.name: self._frame(table) for table in self.tables.values() if table.count > table.flushed}
        self._wait()
        self._sent = self._thread.submit(self._insert, batch)

    def _wait(self) -> None:
        sent, self._sent = self._sent, None
        if sent:
            sent.result()

    def _frame(self, table: TableRows) -> pl.DataFrame:
        """The rows gathered. `source_row` is the place among its kind plus one, as if under a header."""
        places = range(table.flushed + 1, table.count + 1)
        columns = {key: pl.Series(cells, dtype=pl.String) for key, cells in table.columns().items()}
        # Beside the others and not after them: rows may hold nothing else.
        numbers = pl.int_range(places.start + 1, places.stop + 1, eager=True)
        return pl.DataFrame(columns | self.fill(table.name, places) | {"source_row": numbers})

    def _insert(self, batch: dict[str, pl.DataFrame]) -> None:
        for table, frame in batch.items():
            # The bare stream, which DuckDB reads as it is: a frame or table it would read by way of a library that takes 0.15 s to import.
            self._con.register("xml_batch", frame.__arrow_c_stream__())
            beyond = stored(self._feed.tables[table], self._feed.dialect, frame.columns, is_trimmed=False)
            found = beyond.over(f"select *, {literal(self._file)} as source_file from xml_batch")
            self._con.execute(f"insert into {raw_name(table)} by name {found}")
            self._con.unregister("xml_batch")
