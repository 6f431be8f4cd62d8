"""Feeds of delimited files, one table per file: which file holds which table, and whether its header will do.

Belongs here: file names, headers, missing and surplus files. Does not belong here: the grammar of a line (`delimited`).
Every file is looked at before any is refused, so that a partner hears of all faults at once.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import duckdb

from sendjc_pipeline.feeds.library import load
from sendjc_pipeline.feeds.model import Feed, Table
from sendjc_pipeline.feeds.recognise import likeness, recognise
from sendjc_pipeline.submissions.readers import FileRejected, FileWarning, ReadResult, empty_raw_table, rule_code
from sendjc_pipeline.submissions.readers.delimited import read_delimited
from sendjc_pipeline.submissions.readers.encoding import TextFile, open_text
from sendjc_pipeline.submissions.readers.headers import find_columns, printable
from sendjc_pipeline.submissions.readers.textfile import read_header

_FAR = 0.3


@dataclass(frozen=True)
class _Source:
    """One file and the table that it holds; `positions` says where each declared column stands, from 1."""

    text: TextFile
    table: Table
    header: list[str]
    positions: dict[str, int]
    warnings: tuple[FileWarning, ...]


def read(con: duckdb.DuckDBPyConnection, feed: Feed, spec: str, files: Sequence[Path]) -> ReadResult:
    """Read delimited files into raw tables (the reader interface of this package)."""
    with tempfile.TemporaryDirectory(dir=_scratch(con), prefix="utf8-") as folder:
        return _read(con, feed, spec, files, Path(folder))


def _scratch(con: duckdb.DuckDBPyConnection) -> str | None:
    """Where copies in another encoding may lie: beside what the database spills, which is swept when a process has died."""
    row = con.execute("select current_setting('temp_directory')").fetchone()
    return str(row[0]) if row and row[0] else None


def _read(con: duckdb.DuckDBPyConnection, feed: Feed, spec: str, files: Sequence[Path], folder: Path) -> ReadResult:
    sources: list[_Source] = []
    faults: list[FileRejected] = []
    unread = [path for path in files if not _named(feed, path.name) and _matches(path.name, feed.ignored_files)]
    for number, path in enumerate(sorted(set(files) - set(unread))):
        (inside := folder / str(number)).mkdir()
        try:
            sources.append(_source(path, feed, spec, inside))
        except FileRejected as fault:
            faults.append(fault)
    faults += _missing_tables(feed, spec, sources, faults)
    if faults:
        raise _together(faults)
    warnings = [warning for source in sources for warning in source.warnings] + [
        _not_read(feed, path) for path in unread
    ]
    for table in feed.tables.values():
        empty_raw_table(con, table)
    trimmed = dict.fromkeys((source.table.name for source in sources), True)
    for source in sources:
        name = source.table.name
        is_alone = sum(other.table.name == name for other in sources) == 1
        loaded = read_delimited(
            con, feed, source.table, source.text, source.positions, len(source.header), is_alone=is_alone
        )
        trimmed[name] = trimmed[name] and loaded.is_trimmed
        warnings += _after_load(con, feed, source, loaded.blank_lines)
    con.executemany(
        "insert into raw_trimmed values (?)", [[name] for name, is_so in [("", True), *trimmed.items()] if is_so]
    )
    return ReadResult(tuple(warnings))


def _together(faults: list[FileRejected]) -> FileRejected:
    first = faults[0]
    return FileRejected(first.rule, first.file, first.message, first.remedy, also=faults[1:])


def _missing_tables(feed: Feed, spec: str, sources: list[_Source], faults: list[FileRejected]) -> list[FileRejected]:
    there = {source.table.name for source in sources} | {name for f in faults for name in _named(feed, f.file)}
    due = [table for table in feed.tables.values() if feed.has_table(table, spec) and not table.optional]
    missing = [table for table in due if table.name not in there]
    if not missing:
        return []
    patterns = ", ".join(table.file[0] for table in missing)
    word = "table" if len(missing) == 1 else "tables"
    return [
        FileRejected(
            rule_code(feed, "missing_table"),
            patterns,
            f"no file for the {word} {', '.join(table.name for table in missing)}",
            "Send the whole set again; a table without rows still needs its file with the header.",
        )
    ]


def _named(feed: Feed, file: str) -> list[str]:
    return [table.name for table in feed.tables.values() if _matches(file, table.file)]


def _matches(file: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(file.lower(), pattern.lower()) for pattern in patterns)


def _not_read(feed: Feed, path: Path) -> FileWarning:
    message = "the file belongs to the layout and is not needed here, so it was not read"
    return FileWarning(rule_code(feed, "not_read"), path.name, message, "leave it out next time: less data, less risk")


def _source(path: Path, feed: Feed, spec: str, folder: Path) -> _Source:
    """Look at a file; `folder` is empty, and receives a copy in UTF-8 where the file is not."""
    text = open_text(path, feed, folder)
    header = read_header(text, feed)
    named = _named(feed, path.name)
    fits = recognise(header)
    if not named and fits and fits[0] == feed.name:
        table, renamed = feed.tables[fits[1]], True
    elif named:
        table, renamed = feed.tables[named[0]], False
    elif fits:
        raise _wrong_feed(path, feed, fits)
    else:
        raise FileRejected(
            rule_code(feed, "unknown_file"),
            path.name,
            f"neither the name nor the header is that of a table of feed {feed.name}",
            f"Name the files as {', '.join(t.file[0] for t in feed.tables.values())}, or leave this one out.",
        )
    if fits and fits != (feed.name, table.name) and _fits_far_better(fits, feed, table, header):
        raise _wrong_feed(path, feed, fits)
    positions, warnings = find_columns(path, feed, table, spec, header)
    absent = [feed.header(c, spec) for c in feed.columns(table, spec) if c.required and c.key not in positions]
    if absent:
        if fits and fits != (feed.name, table.name):
            raise _wrong_feed(path, feed, fits)
        raise FileRejected(
            rule_code(feed, "missing_column"),
            path.name,
            f"table {table.name} lacks the required column {', '.join(absent)} (spec {spec})",
            "Add the column under that name, or name the spec that the file follows.",
        )
    repeated = sorted(name for name, count in Counter(cell.lower() for cell in header if cell).items() if count > 1)
    if repeated:
        raise FileRejected(
            rule_code(feed, "duplicate_column"),
            path.name,
            f"the header names a column twice: {', '.join(map(printable, repeated))}",
            "Leave each column once, so that nothing has to be guessed.",
        )
    if renamed:
        message = f"the file name matches no table; it was read as {table.name} by its header"
        warnings.append(FileWarning(rule_code(feed, "file_name"), path.name, message, f"name it {table.file[0]}"))
    return _Source(text, table, header, positions, (*text.warnings, *warnings))


def _fits_far_better(fits: tuple[str, str], feed: Feed, table: Table, header: list[str]) -> bool:
    """Whether the file merely happens to have what this table requires: a patient list has most of a referral file's identifiers."""
    lowered = {cell.lower() for cell in header}
    other = load(fits[0])
    return likeness(other, other.tables[fits[1]], lowered) - likeness(feed, table, lowered) >= _FAR


def _wrong_feed(path: Path, feed: Feed, fits: tuple[str, str]) -> FileRejected:
    return FileRejected(
        rule_code(feed, "wrong_feed"),
        path.name,
        f"this looks like feed {fits[0]} table {fits[1]}",
        f"Submit it under --feed {fits[0]}."
        if fits[0] != feed.name
        else "Give each file the name of the table that it holds.",
    )


def _after_load(con: duckdb.DuckDBPyConnection, feed: Feed, source: _Source, blank: int) -> list[FileWarning]:
    table, name = source.table, source.text.name
    places = [[table.name, name, key, place] for key, place in source.positions.items()]
    con.executemany("insert into raw_header values (?, ?, null, ?, ?)", places)
    warnings = []
    if blank:
        message = f"{blank} blank lines were passed over"
        warnings.append(
            FileWarning(rule_code(feed, "blank_lines"), name, message, "none needed; rows are numbered as in the file")
        )
    row = con.execute(
        f"select (select count(*) from raw_{table.name} where source_file = $1) + (select count(*) from raw_reject where source_file = $1)",
        [name],
    ).fetchone()
    if row and row[0] == 0 and not table.optional:
        message = f"table {table.name} holds a header and no rows"
        warnings.append(
            FileWarning(rule_code(feed, "no_rows"), name, message, "check that the export was not cut short")
        )
    return warnings
