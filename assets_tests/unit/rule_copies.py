"""Copies of a feed's example in one delivery: every copy with identifiers of its own, so that no two share a child."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import numpy as np
import polars as pl

from sendjc_pipeline import reporting
from sendjc_pipeline.feeds.examples import Example
from sendjc_pipeline.feeds.model import Column, Feed, Table
from sendjc_pipeline.submissions import judge
from sendjc_pipeline.submissions.readers import empty_raw_table, raw_name
from sendjc_pipeline.synthetic import fault_book, identifiers
from sendjc_pipeline.synthetic.breaking import Bench
from sendjc_pipeline.warehouse.connection import connect

FILE = "example"
_LEARNER_NUMBERS = ("uniquelearnernumber", "uln")
_BODIES = 999_000_000 + np.arange(100_000, dtype=np.int64)
_CHECKS = identifiers.nhs_check_digit(_BODIES)
_NHS = (_BODIES * 10 + _CHECKS)[_CHECKS < 10]
_LEARNER_CHECKS = identifiers.uln_check_digit(_BODIES)
_LEARNERS = (_BODIES * 10 + _LEARNER_CHECKS)[(_LEARNER_CHECKS > 0) & (_LEARNER_CHECKS < 10)]


def window_of(example: Example) -> judge.Window:
    span = reporting.period(example.period)
    return judge.Window(span.start, span.end)


def has_ids(table: Table) -> bool:
    """Whether copies of its rows can be told apart; the rows of a header, say, cannot, and stand in the first copy only."""
    return any(c.privacy in fault_book.IDS or c.type in ("upn", "nhs_number") for c in table.columns)


@contextmanager
def bench_of(feed: Feed, spec: str, example: Example, copies: int, headers_too: bool = False) -> Iterator[Bench]:
    """Copies of the example as raw tables; a row's sheet is the number of its copy."""
    con = connect()
    try:
        for table in feed.tables.values():
            _load(con, feed, table, spec, example, copies if headers_too or has_ids(table) else 1)
        yield Bench(con, feed, spec, window_of(example))
    finally:
        con.close()


def _load(con: duckdb.DuckDBPyConnection, feed: Feed, table: Table, spec: str, example: Example, copies: int) -> None:
    empty_raw_table(con, table)
    rows = example.tables.get(table.name, ())
    if not rows or not feed.has_table(table, spec):
        return
    columns = feed.columns(table, spec)
    frame = pl.DataFrame(
        {column.key: [row.get(column.key) for row in rows] for column in columns},
        schema={column.key: pl.String for column in columns},
    ).with_row_index("_place")
    numbers = pl.DataFrame({"_copy": range(copies)})
    every = numbers.join(frame, how="cross")
    every = every.with_columns(_distinct(column, every) for column in columns)
    every = every.select(
        *(column.key for column in columns),
        source_file=pl.lit(FILE),
        source_sheet=pl.col("_copy").cast(pl.String),
        source_row=pl.col("_place").cast(pl.Int64) + 2,
    )
    con.register("loaded", every.to_arrow())
    con.execute(f"insert into {raw_name(table.name)} by name select * from loaded")
    con.unregister("loaded")


def _distinct(column: Column, frame: pl.DataFrame) -> pl.Series:
    """The column with identifiers of each copy's own: two copies must share no child."""
    cells, copy = frame[column.key], frame["_copy"]
    if column.privacy in fault_book.IDS:
        mark = (
            pl.format("~{}", "_copy")
            if column.type not in ("integer", "decimal")
            else pl.format("{}", pl.col("_copy") + 1000)
        )
        return frame.select(pl.concat_str(pl.col(column.key), mark).alias(column.key)).to_series()
    if column.type not in ("upn", "nhs_number") and column.key not in _LEARNER_NUMBERS:
        return cells
    maker = _MAKERS.get(column.type, _learner_number)
    made = [None if cell is None else maker(cell, number) for cell, number in zip(cells, copy, strict=True)]
    return pl.Series(column.key, made, dtype=pl.String)


def _nhs(cell: str, copy: int) -> str:
    digits = cell.replace(" ", "")
    return cell if copy == 0 else str(_NHS[(int(digits[3:9]) * 7919 + copy) % len(_NHS)])


def _learner_number(cell: str, copy: int) -> str:
    return cell if copy == 0 else str(_LEARNERS[(int(cell[3:9]) * 7919 + copy) % len(_LEARNERS)])


def _upn(cell: str, copy: int) -> str:
    """A UPN of the same council and year; a temporary one (last character a letter) stays one."""
    if copy == 0:
        return cell
    body = f"{cell[1:4]}{(int(cell[4:8]) + copy * 7) % 10_000:04d}{cell[8:10]}{(int(cell[10:12]) + copy // 1_000) % 100:02d}{cell[12]}"
    places = [identifiers.UPN_ALPHABET.index(c) if c.isalpha() else int(c) for c in body]
    total = sum(value * place for place, value in enumerate(places, start=2))
    return identifiers.UPN_ALPHABET[total % 23] + body


_MAKERS = {"upn": _upn, "nhs_number": _nhs}
