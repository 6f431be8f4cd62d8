"""What each data file of a DfE open-data release must hold, and a file's header held against it.

Here: the declared layout (feeds/<feed>.layout.yaml) and the names that a file's columns get. Not here: cells.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

import sendjc_pipeline.feeds as feeds_room
from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.submissions.readers import FileRejected, FileWarning, rule_code


@dataclass(frozen=True)
class Sent:
    """One CSV of the release: its bare name as sent, and where its bytes are now."""

    name: str
    path: Path

    @property
    def stem(self) -> str:
        """The name without its ending, in lower case."""
        return Path(self.name).stem.lower()


class FileLayout(BaseModel):
    """What one file must hold: columns that name a row, and columns of figures."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    identity: tuple[str, ...]
    measures: tuple[str, ...]
    optional: bool = False


class Layout(BaseModel):
    """The release: its files by stem. `labels` are columns that only repeat a code in words."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    labels: tuple[str, ...]
    files: dict[str, FileLayout]

    def figures(self, stem: str, names: Sequence[str]) -> list[str]:
        """Those of a file's columns that hold figures, new ones too."""
        return [name for name in names if name not in self.files[stem].identity and name not in self.labels]


@cache
def layout(feed_name: str) -> Layout:
    """The declared layout, from the file beside the feed's declaration."""
    path = Path(feeds_room.__file__).parent / f"{feed_name}.layout.yaml"
    return Layout.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def read_header(feed: Feed, item: Sent) -> list[str]:
    """The file's column names, each once: a repeated header is kept under a name of its own, <header>__2.

    Raises:
        FileRejected: <FEED>.file.empty, .encoding or .missing_column, which names the columns.
    """
    try:
        with item.path.open(encoding="utf-8-sig", newline="") as text:
            sent = [name.strip() for name in next(csv.reader(text), [])]
    except (UnicodeDecodeError, csv.Error):
        raise not_text(feed, item) from None
    if not sent:
        raise FileRejected(rule_code(feed, "empty"), item.name, "the file holds nothing", "Download it again.")
    declared = layout(feed.name).files[item.stem]
    if missing := [name for name in (*declared.identity, *declared.measures) if name not in sent]:
        raise FileRejected(
            rule_code(feed, "missing_column"),
            item.name,
            f"it has no column {', '.join(missing)}",
            "Download the file again, or declare the new layout in the feed's layout file.",
        )
    before = [sent[:place].count(name) for place, name in enumerate(sent)]
    return [name if times == 0 else f"{name}__{times + 1}" for name, times in zip(sent, before, strict=True)]


def undeclared(feed: Feed, item: Sent, names: Sequence[str]) -> list[FileWarning]:
    """A warning for each column of figures that the layout does not name: a repeated header, or a new measure."""
    declared = layout(feed.name).files[item.stem].measures
    return [_warning(feed, item, name) for name in layout(feed.name).figures(item.stem, names) if name not in declared]


def _warning(feed: Feed, item: Sent, name: str) -> FileWarning:
    header, _, repeated = name.rpartition("__")
    if header and repeated.isdigit():
        fault, action = "repeated_column", "Ask DfE what the second one was meant to be."
        message = f"the header {header} stands there more than once; the later column is loaded as {name}"
    else:
        fault, action = "unknown_column", "Declare it in the feed's layout file."
        message = f"column {name} is new; it is loaded as a measure"
    return FileWarning(rule_code(feed, fault), item.name, message, action)


def not_text(feed: Feed, item: Sent) -> FileRejected:
    """The refusal of a file that is not a CSV in UTF-8."""
    return FileRejected(
        rule_code(feed, "encoding"), item.name, "it is not a UTF-8 CSV", "Download it again; do not save it from Excel."
    )
