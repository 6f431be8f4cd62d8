"""The corpus of hostile and broken files: what each is, how it is made, and what must become of it.

A case is refused by a file-level rule, or read with so many rows received and quarantined. Both are said beforehand: a reader that
guesses fails here, and so does one that gives up on what a partner may rightly send.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Refused:
    """The whole submission is refused by <FEED>.file.<rule>."""

    rule: str


@dataclass(frozen=True)
class Read:
    """Read: rows of `table` received and quarantined, and file-level warnings that must be among those given."""

    received: int
    quarantined: int = 0
    table: str = "demographics"
    warnings: tuple[str, ...] = ()


Build = Callable[[Path], Sequence[Path]]


@dataclass(frozen=True)
class Case:
    """One file or set of files."""

    name: str
    feed: str
    build: Build
    expect: Refused | Read


def one(name: str, content: bytes) -> Build:
    """A single file of those bytes."""

    def build(folder: Path) -> Sequence[Path]:
        path = folder / name
        path.write_bytes(content)
        return [path]

    return build
