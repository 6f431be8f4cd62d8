"""What a generation wrote: a count to print, and the list to submit.

Belongs here: files, rows and specs of submissions. Does not belong here: the truth behind them (evidence).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sendjc_pipeline import feeds


@dataclass
class Summary:
    """What was written: rows by feed, partner, period and file; the spec of each submission (feed, partner, period)."""

    out: Path
    rows: dict[tuple[str, str, str, str], int] = field(default_factory=dict)
    specs: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def note(self, feed: str, partner: str, period: str, files: dict[str, int], spec: str | None = None) -> None:
        """Add the files of one submission, in the feed's default spec or in another."""
        self.specs[feed, partner, period] = spec or feeds.load(feed).default_spec
        self.rows |= {(feed, partner, period, file): count for file, count in files.items()}

    @property
    def files(self) -> int:
        """Number of files."""
        return len(self.rows)

    @property
    def rows_per_feed(self) -> dict[str, int]:
        """Rows by feed, in alphabetical order."""
        feeds = sorted({key[0] for key in self.rows})
        return {feed: sum(count for key, count in self.rows.items() if key[0] == feed) for feed in feeds}
