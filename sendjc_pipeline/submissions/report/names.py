"""Which names of files and sheets a report may show: a partner may have put a child's identifier into one.

Belongs here: the form of such names. Does not belong here: names of columns (`readers.headers`), or which words are known
(`feeds.vocabulary`). A personal name cannot be told from any other word, so a name is shown only if all of its words are known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sendjc_pipeline.feeds.vocabulary import is_known

WHOLE = "the submission"  # what stands in a file's place where a message is about no one file
_PLAIN = re.compile(r"[\w .()&+'-]{1,120}")
# Ten digits (NHS number, ULN), a UPN, a postcode; with or without the signs that people write into them.
_IDENTIFIER = re.compile(
    r"(?<!\d)\d{3}[ ._-]{0,3}\d{3}[ ._-]{0,3}\d{4}(?!\d)"
    r"|(?<![A-Za-z\d])[A-Za-z]\d{11}[\dA-Za-z](?![A-Za-z\d])"
    r"|(?<![A-Za-z\d])[A-Za-z]{1,2}\d[A-Za-z\d]?[ ._-]{0,3}\d[A-Za-z]{2}(?![A-Za-z\d])"
)


def looks_plain(name: str, feed: str = "") -> bool:
    """Whether a name is of known words, short numbers and the usual signs, and holds nothing of the form of an identifier.

    `feed` is the one whose words it is likely to be of.
    """
    return bool(_PLAIN.fullmatch(name)) and not _IDENTIFIER.search(name) and is_known(name, feed)


def shown(name: str) -> str:
    """The name of a file for an error on a terminal, or words in its place."""
    return name if looks_plain(name) else "(name withheld)"


def scrubbed(text: str) -> str:
    """A sentence about a whole file, which may quote a header or a sheet's name, without what has the form of an identifier."""
    return _IDENTIFIER.sub("(withheld)", text)


def shown_files(found: Sequence[str], sent: Sequence[str], feed: str = "") -> dict[str, str]:
    """How each file is called in a report: by its name, or by its place among those sent (in an archive: among those found)."""
    places = {name: f"file {number} of {len(sent)}" for number, name in enumerate(sent, start=1)}
    inside = [name for name in sorted(set(found)) if name and name not in places and name != WHOLE]
    where = " in the archive" if any(name.lower().endswith(".zip") for name in sent) else ""
    places |= {name: f"file {number} of {len(inside)}{where}" for number, name in enumerate(inside, start=1)}
    return {name: name if not name or looks_plain(name, feed) else f"{places[name]} (name withheld)" for name in found}


def shown_sheets(found: Sequence[str]) -> dict[str, str]:
    """How each sheet is called in a report."""
    return {name: name if looks_plain(name) else "(sheet name withheld)" for name in found}
