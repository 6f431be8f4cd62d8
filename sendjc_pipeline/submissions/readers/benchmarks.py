"""Published DfE files other than the SEN2 release: which shape each file has, told by its ending and its header, never by its name.

Belongs here: the shapes, and that every file is looked at before any is refused. Does not belong here: how a shape becomes long
(`benchmark_shapes`, `benchmark_open_data`), or the meaning of a value.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.submissions.readers import (
    FileRejected,
    FileWarning,
    ReadResult,
    empty_raw_table,
    raw_name,
    rule_code,
)
from sendjc_pipeline.submissions.readers import benchmark_shapes as shapes
from sendjc_pipeline.submissions.readers.archive import entries, unpack
from sendjc_pipeline.submissions.readers.benchmark_files import Sent, header_of, load_authorities
from sendjc_pipeline.submissions.readers.benchmark_open_data import read_open_data

_ENDINGS = (".csv", ".parquet", ".json")
_Load = Callable[[duckdb.DuckDBPyConnection, Feed, Sent], list[FileWarning]]


def read(con: duckdb.DuckDBPyConnection, feed: Feed, spec: str, files: Sequence[Path]) -> ReadResult:  # noqa: ARG001  a reader's signature
    """Fill raw_figure, raw_neighbour and raw_measure (the reader interface of this package). A zip is read as the files in it.

    Raises:
        FileRejected: <FEED>.file.wrong_feed, .unreadable, .unsafe_archive, .empty, .encoding, .missing_column or .undeclared_filter; `also`
            holds the faults of the other files.
    """
    for table in feed.tables.values():
        empty_raw_table(con, table)
    load_authorities(con)
    faults: list[FileRejected] = []
    warnings: list[FileWarning] = []
    with tempfile.TemporaryDirectory() as temp:
        sent = [item for number, path in enumerate(sorted(files)) for item in _opened(path, feed, Path(temp), number)]
        meta = {item.stem.removesuffix(".meta"): item for item in sent if item.stem.endswith(".meta")}
        data = [item for item in sent if not item.stem.endswith(".meta")]
        for item in data:
            try:
                warnings += _loader(feed, item, meta.get(item.stem))(con, feed, item)
            except FileRejected as fault:
                faults.append(fault)
    if not data:
        faults.append(_stranger(feed, files[0].name if files else feed.name))
    if faults:
        first, *others = faults
        raise FileRejected(first.rule, first.file, first.message, first.remedy, others)
    warnings += [_no_rows(feed, item) for item in data if not _has_rows(con, feed, item)]
    return ReadResult(tuple(warnings))


def _has_rows(con: duckdb.DuckDBPyConnection, feed: Feed, item: Sent) -> bool:
    places = [raw_name(table.name) for table in feed.tables.values()]
    found = " union all ".join(f"select 1 from {place} where source_file = $1" for place in [*places, "raw_reject"])
    row = con.execute(f"select exists ({found})", [item.name]).fetchone()
    return bool(row and row[0])


def _no_rows(feed: Feed, item: Sent) -> FileWarning:
    message = "the file holds a header and no rows"
    return FileWarning(rule_code(feed, "no_rows"), item.name, message, "check that the download was not cut short")


def _opened(path: Path, feed: Feed, temp: Path, number: int) -> list[Sent]:
    if path.suffix.lower() != ".zip":
        return [Sent(path.name, path)]
    wanted = {name: entry for name, entry in entries(path, feed).items() if name.lower().endswith(_ENDINGS)}
    folder = temp / str(number)
    folder.mkdir()
    return [Sent(name, copy) for name, copy in unpack(path, feed, wanted, folder).items()]


def _loader(feed: Feed, item: Sent, meta: Sent | None) -> _Load:
    """The function that reads a file of this shape. Raises FileRejected where it has none of the shapes."""
    ending = Path(item.name).suffix.lower()
    if ending == ".parquet":
        return shapes.read_lait
    if ending == ".json":
        return shapes.read_story
    if ending == ".csv":
        names = set(header_of(feed, item))
        for table in feed.tables.values():
            required = {c.key for c in table.columns if c.required}
            if required <= names <= {c.key for c in table.columns}:
                return lambda con, of, sent: shapes.read_long(con, of, sent, table)
        if shapes.DICTIONARY.keys() <= names:
            return shapes.read_dictionary
        if {"old_la_code", "SN_1", "SN_1P"} <= names:
            return shapes.read_neighbours
        if {"time_period", "time_identifier", "geographic_level"} <= names:
            return lambda con, of, sent: read_open_data(con, of, sent, meta)
    raise _stranger(feed, item.name)


def _stranger(feed: Feed, name: str) -> FileRejected:
    return FileRejected(
        rule_code(feed, "wrong_feed"),
        name,
        "the file has none of the shapes that are read: open-data CSV, LAIT parquet or dictionary, statistical neighbours, SEN attendance JSON",
        "Send the file as its publisher made it; the SEN2 release is the feed dfe_ehc_plans.",
    )
