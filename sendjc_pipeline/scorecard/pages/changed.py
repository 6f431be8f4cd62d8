"""What changed since the release before, over all measures.

Belongs here: one page; the words are changes.py's.
"""

from __future__ import annotations

from collections.abc import Iterator

from sendjc_pipeline.scorecard import changes
from sendjc_pipeline.scorecard.bundle import Bundle
from sendjc_pipeline.scorecard.page import Page, Section


def pages(bundle: Bundle) -> Iterator[Page]:
    """The page of changes."""
    table = changes.table(bundle)
    section = (
        Section("Changed figures", tables=[table])
        if table
        else Section("Changed figures", [changes.nothing_changed(bundle)])
    )
    yield Page("changes.html", "What changed since the last release", [f"Release {bundle.release_id}."], [section])
