"""`sendjc drift`: what a new layout changes, of two specs or of a partner's files. Belongs here: finding the two sides, and printing."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from sendjc_pipeline import feeds
from sendjc_pipeline.commands.console import console
from sendjc_pipeline.feeds.drift import Change, between_specs
from sendjc_pipeline.feeds.drift_headers import best_spec, between_headers
from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.feeds.recognise import recognise
from sendjc_pipeline.settings import SendjcError
from sendjc_pipeline.submissions.readers import FileRejected
from sendjc_pipeline.submissions.readers.encoding import open_text
from sendjc_pipeline.submissions.readers.textfile import read_header
from sendjc_pipeline.submissions.readers.workbook_guard import column_letters
from sendjc_pipeline.submissions.report.names import looks_plain, shown

_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_HINT = "write a spec as FEED:SPEC (or name --feed), or the path of a CSV file or of a folder of them"


@dataclass(frozen=True)
class _Side:
    """One side: a spec of the feed, or headers by table as the files have them."""

    feed: Feed
    spec: str | None
    headers: dict[str, list[str]]


def drift(old: str, new: str, feed: str | None, as_json: bool) -> None:
    """Print what changes from `old` to `new`, each FEED:SPEC, a spec of `feed`, a CSV file or a folder.

    Raises:
        SendjcError: a side that is neither, two feeds, or files of no known table.
    """
    before, after = _sides(old, new, feed)
    if before.feed.name != after.feed.name:
        raise SendjcError(f"{before.feed.name} and {after.feed.name} are two feeds; compare layouts of one.")
    changes = _changes(before, after)
    if as_json:
        told = {"feed": before.feed.name, "old": _name(old), "new": _name(new), "changes": [asdict(c) for c in changes]}
        print(json.dumps(told, indent=2))
        return
    console.print(f"{before.feed.title}: from {_name(old)} to {_name(new)}", markup=False)
    if not changes:
        console.print("Nothing changes.")
    table: str | None = ""
    for change in changes:
        if change.table != table:
            table = change.table
            console.print(f"\n{table or 'the feed'}", markup=False)
        console.print(f"  - {change.text}", markup=False)


def _changes(before: _Side, after: _Side) -> list[Change]:
    feed = before.feed
    if before.spec and after.spec:
        return between_specs(feed, before.spec, after.spec)
    found: list[Change] = []
    for table in feed.tables.values():
        old, new = _header(before, after, table.name), _header(after, before, table.name)
        if old is None and new is None:
            continue
        if new is None:
            found.append(Change("table_missing", table.name, None, f"table {table.name} has no file any more"))
        elif old is None:
            found.append(Change("table_new", table.name, None, f"table {table.name} has a file now"))
        else:
            spec = before.spec or after.spec or feed.default_spec
            is_files = not (before.spec or after.spec)
            fits = best_spec(feed, table, new)
            if is_files and fits != best_spec(feed, table, old):
                spec = fits
                text = f"the new header is that of spec {fits}; submit it with --spec {fits}"
                found.append(Change("spec_changed", table.name, None, text))
            found += between_headers(feed, table, old, new, spec, _letter(old, new), is_files)
    return found


def _letter(old: list[str], new: list[str]) -> Callable[[str], str]:
    """How a name that nobody declared is shown, which may be data: by its letter in the new header, or in the old one."""
    before, after = ({name: place for place, name in enumerate(header, start=1)} for header in (old, new))
    return lambda name: (
        column_letters(after[name]) if name in after else f"{column_letters(before[name])} of the old header"
    )


def _header(side: _Side, other: _Side, table: str) -> list[str] | None:
    """The table's header on a side; a spec is asked only for the tables of which the other side has a file."""
    if side.spec is None:
        return side.headers.get(table)
    declared = side.feed.tables[table]
    if table not in other.headers or not side.feed.has_table(declared, side.spec):
        return None
    return [side.feed.header(column, side.spec) for column in side.feed.columns(declared, side.spec)]


def _sides(old: str, new: str, feed: str | None) -> tuple[_Side, _Side]:
    """Both sides; a file whose header fits nothing any more is taken for the table of the file on the other side."""
    before, after = _side(old, feed), _side(new, feed)
    if before is None and after is not None:
        before = _alike(old, after)
    if after is None and before is not None:
        after = _alike(new, before)
    if before is None or after is None:
        lost = _name(old if before is None else new)
        raise SendjcError(f"{lost}: no CSV file there is a table of {f'feed {feed}' if feed else 'any feed; name it with --feed'}.")  # fmt: skip
    return before, after


def _alike(text: str, other: _Side) -> _Side | None:
    by_name = _files(Path(text), other.feed.name)
    if by_name is None and Path(text).is_file() and len(other.headers) == 1:
        return _Side(other.feed, None, {table: _read(Path(text), other.feed) for table in other.headers})
    return by_name


def _side(text: str, feed: str | None) -> _Side | None:
    """The side, or None for files that fit no table."""
    path = Path(text)
    if path.exists():
        return _files(path, feed)
    name, colon, spec = text.rpartition(":")
    if (not colon and feed is None) or not looks_plain(
        text.replace(":", " ")
    ):  # else a mistyped file's name would be repeated
        raise SendjcError(f"{shown(text)} is neither a file nor a spec; {_HINT}.")
    declared = feeds.load(name or str(feed))
    return _Side(declared, feeds.resolve_spec(declared, spec), {})


def _files(path: Path, feed: str | None) -> _Side | None:
    paths = sorted(p for p in path.iterdir() if p.is_file() and p.suffix.lower() in (".csv", ".txt")) if path.is_dir() else [path]  # fmt: skip
    found: dict[str, dict[str, list[str]]] = {}
    for file in paths:
        if path.is_dir() and file.name.lower().endswith("_dictionary.csv"):  # of `sendjc template`
            continue
        header = _read(file, feeds.load(feed or feeds.names()[0]))
        place = _place(file, header, feed)
        if place:
            found.setdefault(place[0], {}).setdefault(place[1], header)
    if not found:
        return None
    name = max(found, key=lambda key: len(found[key]))
    return _Side(feeds.load(name), None, found[name])


def _read(file: Path, feed: Feed) -> list[str]:
    if file.suffix.lower() in _WORKBOOKS:
        raise SendjcError(f"{shown(file.name)} is a workbook: compare CSV files or specs; save the sheet as CSV.")
    try:
        with tempfile.TemporaryDirectory() as folder:  # for a copy of a file that is not in UTF-8
            return read_header(open_text(file, feed, Path(folder)), feed)
    except FileRejected as fault:  # its rule names a feed that the file may have nothing to do with
        raise SendjcError(f"{shown(file.name)}: {fault.message}. {fault.remedy}") from None


def _place(file: Path, header: list[str], feed: str | None) -> tuple[str, str] | None:
    """The (feed, table) that a file holds: by its name where the feed is told, else by its header."""
    if feed:
        for table in feeds.load(feed).tables.values():
            if any(fnmatchcase(file.name.lower(), pattern.lower()) for pattern in table.file):
                return feed, table.name
    fits = recognise(header)
    return fits if fits and feed in (None, fits[0]) else None


def _name(text: str) -> str:
    """A side as it may be printed: a spec, or the bare name of a file or folder."""
    return shown(Path(text).name) if Path(text).exists() else text
