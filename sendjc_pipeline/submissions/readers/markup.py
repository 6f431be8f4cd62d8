"""Whether a file that should be XML is XML at all, so that a CSV sent in its place is not called malformed at line 1.

Belongs here: the first sign of a file. Does not belong here: parsing and limits (`xml_guard`).
"""

from __future__ import annotations

from pathlib import Path

from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.submissions.readers import FileRejected, rule_code

_START = 4096
# Marks of UTF-8 and UTF-16, and what may stand before the first tag; UTF-16 has a NUL beside each sign.
_BEFORE = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"


def require_markup(path: Path, feed: Feed) -> None:
    """Raise FileRejected (<FEED>.file.unreadable) if the file's first sign does not open a tag; an empty file passes."""
    with path.open("rb") as file:
        start = file.read(_START).lstrip(_BEFORE)
    if start and not start.startswith(b"<"):
        remedy = "Export the return as XML from the case system and send it unchanged."
        raise FileRejected(rule_code(feed, "unreadable"), path.name, "the file is not XML", remedy)
