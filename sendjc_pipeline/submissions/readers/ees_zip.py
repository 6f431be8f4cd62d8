"""Reader of a DfE open-data release: the zip as published, or its CSVs loose.

Here: which of the release's files were sent and whether they are all there. Not here: the data files' columns
(ees_layout.py, ees_figure.py), the supporting tribunal table, whose layout is its own (ees_tribunal.py), or any
meaning of a cell.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.submissions.readers import FileRejected, FileWarning, ReadResult, rule_code
from sendjc_pipeline.submissions.readers.archive import entries, unpack
from sendjc_pipeline.submissions.readers.ees_figure import read_figures
from sendjc_pipeline.submissions.readers.ees_layout import Sent, layout
from sendjc_pipeline.submissions.readers.ees_tribunal import read_tribunals


def read(con: duckdb.DuckDBPyConnection, feed: Feed, spec: str, files: Sequence[Path]) -> ReadResult:  # noqa: ARG001  a reader's signature
    """Fill raw_figure and raw_tribunal, one row per cell.

    A zip must be whole: every file that the layout does not call optional. Loose CSVs may be a part of the release.

    Raises:
        FileRejected: <FEED>.file.unreadable, .unsafe_archive, .empty, .encoding, .wrong_feed, .missing_table or
            .missing_column; the text names the file and the columns, and `also` holds the faults of the other files.
    """
    with tempfile.TemporaryDirectory() as temp:
        sent = [item for number, path in enumerate(files) for item in _open(path, feed, Path(temp) / str(number))]
        figures = [item for item in sent if item.stem in layout(feed.name).files]
        tribunals = [item for item in sent if "tribunal" in item.stem]
        if not figures and not tribunals:
            raise FileRejected(
                rule_code(feed, "wrong_feed"),
                files[0].name if files else feed.name,
                "none of the release's files is in it",
                "Send the release's zip, or its CSVs under the names that DfE gives them.",
            )
        _check_whole(feed, files, figures)
        warnings = [_stranger(feed, item) for item in sent if item not in figures and item not in tribunals]
        warnings += read_figures(con, feed, figures)
        warnings += read_tribunals(con, feed, tribunals)
    return ReadResult(warnings=tuple(warnings))


def _open(path: Path, feed: Feed, folder: Path) -> Iterator[Sent]:
    """The CSVs of one file sent."""
    if path.suffix.lower() != ".zip":
        yield Sent(path.name, path)
        return
    wanted = {name: entry for name, entry in entries(path, feed).items() if name.lower().endswith(".csv")}
    folder.mkdir()
    for name, copy in unpack(path, feed, wanted, folder).items():
        yield Sent(name, copy)


def _check_whole(feed: Feed, files: Sequence[Path], figures: Sequence[Sent]) -> None:
    there = {item.stem for item in figures}
    needed = (stem for stem, body in layout(feed.name).files.items() if not body.optional)
    missing = [f"{stem}.csv" for stem in needed if stem not in there]
    if missing and any(path.suffix.lower() == ".zip" for path in files):
        raise FileRejected(
            rule_code(feed, "missing_table"),
            files[0].name,
            f"the release lacks {', '.join(missing)}",
            "Download the whole release again.",
        )


def _stranger(feed: Feed, item: Sent) -> FileWarning:
    return FileWarning(
        rule_code(feed, "unknown_file"),
        item.name,
        "the file is not one that the feed declares, and was not loaded",
        "Declare it in the feed's layout file if its figures are wanted.",
    )
