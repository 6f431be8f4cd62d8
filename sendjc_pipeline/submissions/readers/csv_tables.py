"""Feeds of delimited files, one table per file: which file holds which table, and whether its header will do.

Belongs here: file names, headers, missing and surplus files. Does not belong here: the grammar of a line (`delimited`).
Every file is looked at before any is refused, so that a partner hears of all faults at once.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import duckdb

from sendjc_pipeline.feeds.library import load
from sendjc_pipeline.feeds.model import Feed, Table
from sendjc_pipeline.feeds.recognise import fitting_specs, likeness, recognise
from sendjc_pipeline.submissions.literals import literal, literal_rows
from sendjc_pipeline.submissions.macros import ensure_macros
from sendjc_pipeline.submissions.readers import FileRejected, FileWarning, ReadResult, empty_raw_table, rule_code
from sendjc_pipeline.submissions.readers.delimited import Loaded, read_delimited
from sendjc_pipeline.submissions.readers.encoding import TextFile, open_text
from sendjc_pipeline.submissions.readers.headers import absent_columns, find_columns, repeated_columns
from sendjc_pipeline.submissions.readers.textfile import read_header
from sendjc_pipeline.submissions.report.names import WHOLE
from sendjc_pipeline.warehouse.connection import few_at_once

_FAR = 0.3
# What `sendjc template` lays beside the tables; a partner may send its whole folder.
_DICTIONARY = "*_dictionary.csv"


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
    headers: dict[str, list[str]] = {}
    unread = [path for path in files if _is_left_unread(feed, path.name)]
    for number, path in enumerate(sorted(set(files) - set(unread))):
        (inside := folder / str(number)).mkdir()
        try:
            sources.append(_source(path, feed, spec, inside, headers))
        except FileRejected as fault:
            faults.append(fault)
    faults += _missing_tables(feed, spec, sources, faults)
    if faults:
        raise _together([_with_other_spec(feed, spec, headers, fault) for fault in faults])
    warnings = [warning for source in sources for warning in source.warnings] + [
        _not_read(feed, path) for path in unread
    ]
    for table in feed.tables.values():
        empty_raw_table(con, table)
    trimmed = dict.fromkeys((source.table.name for source in sources), True)
    for source, loaded in _load_all(con, feed, sources):
        trimmed[source.table.name] = trimmed[source.table.name] and loaded.is_trimmed
        warnings += _after_load(con, feed, source, loaded.blank_lines)
    named = [[name] for name, is_so in [("", True), *trimmed.items()] if is_so]
    con.execute(f"insert into raw_trimmed values {literal_rows(named)}")
    return ReadResult(tuple(warnings))


def _load_all(con: duckdb.DuckDBPyConnection, feed: Feed, sources: Sequence[_Source]) -> list[tuple[_Source, Loaded]]:
    """Load every file, a few tables at a time: a file that is loaded alone keeps one core of two busy. Files of one table keep their order."""
    groups: dict[str, list[_Source]] = {}
    for source in sources:
        groups.setdefault(source.table.name, []).append(source)

    def load_group(own: duckdb.DuckDBPyConnection, group: list[_Source]) -> list[tuple[_Source, Loaded]]:
        return [
            (s, read_delimited(own, feed, s.table, s.text, s.positions, len(s.header), is_alone=len(group) == 1))
            for s in group
        ]

    ensure_macros(con)  # before there are two who would define them
    # The largest first, so that the last one does not run on alone.
    order = sorted(groups.values(), key=lambda group: -sum(s.text.path.stat().st_size for s in group))
    loaded = {id(source): result for done in few_at_once(con, load_group, order) for source, result in done}
    return [(source, loaded[id(source)]) for source in sources]


def _together(faults: list[FileRejected]) -> FileRejected:
    first = faults[0]
    return FileRejected(first.rule, first.file, first.message, first.remedy, also=faults[1:])


def _with_other_spec(feed: Feed, spec: str, headers: Mapping[str, list[str]], fault: FileRejected) -> FileRejected:
    """The fault; where a table or column is missing and the headers are those of another spec, its remedy says so."""
    if fault.rule not in (rule_code(feed, "missing_table"), rule_code(feed, "missing_column")):
        return fault
    if not (fitting := fitting_specs(feed, spec, headers)):
        return fault
    others = f" (or {', '.join(fitting[1:])}, with the same columns)" if fitting[1:] else ""
    remedy = f"The files look like spec {fitting[0]}{others}: name it with --spec {fitting[0]}. Else: {fault.remedy[0].lower()}{fault.remedy[1:]}"
    return FileRejected(fault.rule, fault.file, fault.message, remedy)


def _missing_tables(feed: Feed, spec: str, sources: list[_Source], faults: list[FileRejected]) -> list[FileRejected]:
    """The tables for which nothing came, in one refusal; none where files that were refused unrecognised may be they."""
    there = {source.table.name for source in sources} | {name for f in faults for name in _named(feed, f.file)}
    due = [table for table in feed.tables.values() if feed.has_table(table, spec) and not table.optional]
    missing = [table.name for table in due if table.name not in there]
    unplaced = [fault for fault in faults if not _named(feed, fault.file)]
    if len(missing) <= len(unplaced):
        return []
    word = "table" if len(missing) == 1 else "tables"
    return [
        FileRejected(
            rule_code(feed, "missing_table"),
            WHOLE,
            f"no file for the {word} {', '.join(missing)}",
            "Send the whole set again; a table without rows still needs its file with the header.",
        )
    ]


def _is_left_unread(feed: Feed, file: str) -> bool:
    return _matches(file, (_DICTIONARY,)) or (not _named(feed, file) and _matches(file, feed.ignored_files))


def _named(feed: Feed, file: str) -> list[str]:
    return [table.name for table in feed.tables.values() if _matches(file, table.file)]


def _matches(file: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(file.lower(), pattern.lower()) for pattern in patterns)


def _not_read(feed: Feed, path: Path) -> FileWarning:
    message = "the file belongs to the layout and is not needed here, so it was not read"
    return FileWarning(rule_code(feed, "not_read"), path.name, message, "leave it out next time: less data, less risk")


def _source(path: Path, feed: Feed, spec: str, folder: Path, headers: dict[str, list[str]]) -> _Source:
    """Look at a file; `folder` is empty, and receives a copy in UTF-8 where the file is not. `headers` gains its header by table."""
    text = open_text(path, feed, folder)
    header = read_header(text, feed)
    named = _named(feed, path.name)
    # To look through every feed takes as long as to read a small file, and a header that fits its name needs no other.
    fits = None if named and likeness(feed, feed.tables[named[0]], header) > 1 - _FAR else recognise(header)
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
    headers[table.name] = header
    positions, warnings = find_columns(path, feed, table, spec, header)
    absent, hint = absent_columns(feed, table, spec, header, positions)
    if absent:
        if fits and fits != (feed.name, table.name):
            raise _wrong_feed(path, feed, fits)
        raise FileRejected(
            rule_code(feed, "missing_column"),
            path.name,
            f"table {table.name} lacks the required column {', '.join(absent)} (spec {spec})"
            + (f"; {hint}" if hint else ""),
            "Add the column under that name, or name the spec that the file follows.",
        )
    if repeated := repeated_columns(table, header):
        raise FileRejected(
            rule_code(feed, "duplicate_column"),
            path.name,
            f"the header names a column twice: {repeated}",
            "Leave each column once, so that nothing has to be guessed.",
        )
    if renamed:
        message = f"the file name matches no table; it was read as {table.name} by its header"
        warnings.append(FileWarning(rule_code(feed, "file_name"), path.name, message, f"name it {table.file[0]}"))
    return _Source(text, table, header, positions, (*text.warnings, *warnings))


def _fits_far_better(fits: tuple[str, str], feed: Feed, table: Table, header: list[str]) -> bool:
    """Whether the file merely happens to have what this table requires: a patient list has most of a referral file's identifiers."""
    other = load(fits[0])
    return likeness(other, other.tables[fits[1]], header) - likeness(feed, table, header) >= _FAR


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
    if places := [[table.name, name, None, key, place] for key, place in source.positions.items()]:
        con.execute(f"insert into raw_header values {literal_rows(places)}")
    warnings = []
    if blank:
        message = f"{blank} blank lines were passed over"
        warnings.append(
            FileWarning(rule_code(feed, "blank_lines"), name, message, "none needed; rows are numbered as in the file")
        )
    is_here = f"source_file::varchar = {literal(name)}"
    row = con.execute(
        f"select (select count(*) from raw_{table.name} where {is_here}) + (select count(*) from raw_reject where {is_here})"
    ).fetchone()
    if row and row[0] == 0 and not table.optional:
        message = f"table {table.name} holds a header and no rows"
        warnings.append(
            FileWarning(rule_code(feed, "no_rows"), name, message, "check that the export was not cut short")
        )
    return warnings
