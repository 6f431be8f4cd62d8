"""Feeding an XML file to the parser, with everything refused that a return does not need and that could harm the reader.

Belongs here: limits, encodings, refusals. Does not belong here: which element means what (`xml_tree`). The parser is expat, which
opens nothing but the bytes it is given; no tree is built, so memory does not grow with what is not kept.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.parsers import expat

from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.submissions.readers import FileRejected, rule_code

SEND = "Export the return again from the case system and send it unchanged."
MAX_DEPTH = 64  # the deepest layout has 9 levels
MAX_NAMES = 2_000  # elements and attributes of different names; the widest layout has 60
MAX_ITEM = 100_000  # characters in one item
_MAX_TAG = 1024 * 1024  # bytes of one tag or comment, which the parser holds whole
_BLOCK = 256 * 1024


class Guard:
    """One file on its way through the parser; what refuses it says so under one rule."""

    def __init__(self, path: Path, feed: Feed) -> None:
        self.path, self.feed = path, feed
        self._passed = self._passed_lines = 0

    def refused(self, fault: str, message: str, remedy: str = SEND) -> FileRejected:
        """The refusal of this file, to be raised."""
        return FileRejected(rule_code(self.feed, fault), self.path.name, message, remedy)

    def parse(self, prepare: Callable[[Any], None], take: Callable[[bytes], None]) -> None:
        """Parse the file; `prepare` sets the handlers of the parser, and their exceptions come through.

        `take` gives each block on to the parser, every byte of it, in order: whether the file is well-formed is the parser's to say. What is
        known to be, it may pass by the parser (`pass_by`).

        Raises:
            FileRejected: <FEED>.file.empty, .unreadable (malformed: the line is named), .encoding, or .unsafe_xml (a document type
                declaration, or beyond a limit).
        """
        if self.path.stat().st_size == 0:
            raise self.refused("empty", "the file is empty (0 bytes)")
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartDoctypeDeclHandler = self._refuse_dtd
        prepare(parser)
        try:
            self._feed(parser, take)
        except expat.ExpatError as error:
            # Never the parser's own text, which may quote the content.
            line = f"the XML breaks off or is malformed at line {(error.lineno or 1) + self._passed_lines}"
            raise self.refused("unreadable", line) from None
        except (LookupError, UnicodeError, ValueError):
            message = "the XML declares an encoding that cannot be read"
            raise self.refused("encoding", message, "Export the return in UTF-8.") from None

    def pass_by(self, size: int, lines: int) -> None:
        """Count bytes, and the ends of lines in them, that the parser does not see."""
        self._passed += size
        self._passed_lines += lines

    def _feed(self, parser: Any, take: Callable[[bytes], None]) -> None:
        sent = 0
        with self.path.open("rb") as file:
            while block := file.read(_BLOCK):
                take(block)
                sent += len(block)
                if sent - self._passed - max(parser.CurrentByteIndex, 0) > _MAX_TAG:
                    raise self.refused("unsafe_xml", f"a tag or comment is longer than {_MAX_TAG // 1024:,} KiB")
                if len(parser.intern) > MAX_NAMES:
                    raise self.refused("unsafe_xml", f"the XML has more than {MAX_NAMES:,} different names of elements")
        parser.Parse(b"", True)

    def _refuse_dtd(self, *_: object) -> None:
        message = "the XML has a document type declaration, which no return needs and which can harm the reader"
        raise self.refused("unsafe_xml", message)
