"""What changed since the release before, over all measures.

Belongs here: one page; the words are changes.py's.
"""

from __future__ import annotations

from collections.abc import Iterator

from sendjc_pipeline.scorecard import changes
from sendjc_pipeline.scorecard.bundle import Bundle
from sendjc_pipeline.scorecard.page import Page


def pages(bundle: Bundle) -> Iterator[Page]:
    """The page of changes."""
    lead = [
        f"Release {bundle.release_id}, compared with {bundle.manifest.get('previous_release_id') or 'none before it'}."
    ]
    lead += [*changes.in_brief(bundle), *changes.files(bundle)]
    yield Page("changes.html", changes.HEADING, lead, changes.everything(bundle))
