"""Telling which persons of a return are of a shape that has been met before.

Belongs here: what makes two persons alike, and how many shapes are kept. Does not belong here: laying out their texts (`xml_shape`).
A return has thousands of persons and some hundred shapes, and the parser need not see a person that is matched: its tags are, one for
one, those of a person that the parser took, and its texts hold no sign that XML forbids or reads as anything but text.
"""

from __future__ import annotations

import re
from typing import cast

from sendjc_pipeline.submissions.readers.xml_found import Found
from sendjc_pipeline.submissions.readers.xml_guard import MAX_ITEM, Guard
from sendjc_pipeline.submissions.readers.xml_person import Node, local_name
from sendjc_pipeline.submissions.readers.xml_shape import Draughtsman, Part, Shape

_MAX_TAGS = 100_000  # of all shapes that are kept: of the widest layout, and of nothing but rows, some 80 MB
_PLAIN = re.compile(r"""/?[^\s/="'!?]+/?""")  # neither attributes nor blanks, which few returns have, nor a comment
# Bytes that are text wherever they stand. The others are marks of tags and entities, and what XML forbids.
_TEXT = bytes({*range(0x20, 0x100), *b"\t\n\r"} - {*b"<>&"})
_LAST = b"\xef\xbf"  # begins the last 64 signs of the first plane in UTF-8; XML forbids two of them


class Shapes:
    """The shapes met in one file, whose persons are elements `name` and make rows as `node` says."""

    def __init__(self, guard: Guard, found: Found, name: str, node: Node) -> None:
        self._name, self._draughtsman = name, Draughtsman(guard, found, node)
        self._forget()

    def match(self, piece: bytes) -> tuple[Shape, list[Part], int] | None:
        """The shape and the parts of a person, given in UTF-8 from the end of the one before to its own end tag; and how many lines end in it.

        None where the walk must read it: its shape is new or cannot be laid out, or it holds more than tags and plain texts. A new shape is
        drawn when it is met again, for by then the walk has said of it what there is to say.
        """
        marks = piece.translate(None, _TEXT)
        if marks != b"<>" * (len(marks) // 2) or _LAST in piece or len(piece) > MAX_ITEM:
            return None
        try:
            text = piece.decode()
        except UnicodeDecodeError:
            return None
        if "\r" in text:  # XML's ends of lines are one sign
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        parts = text.replace(">", "<").split("<")
        shape = self._shape(tuple(parts[1::2]))
        return (shape, cast("list[Part]", parts), text.count("\n")) if shape else None

    def _shape(self, tags: tuple[str, ...]) -> Shape | None:
        shape = self._drawn.get(tags)
        if shape is None and tags in self._met:
            if tags not in self._drawn:
                shape = self._drawn[tags] = self._draughtsman.draw(tags)
        elif shape is None:
            self._meet(tags)
        return shape

    def _meet(self, tags: tuple[str, ...]) -> None:
        if local_name(tags[0]) != self._name or not all(map(_PLAIN.fullmatch, tags)):
            return
        self._room -= len(tags)
        if self._room < 0:
            self._forget()
        # Each name once, and not once for each of its tags.
        self._met.add(tuple(map(self._names.setdefault, tags, tags)))

    def _forget(self) -> None:
        self._met: set[tuple[str, ...]] = set()
        self._drawn: dict[tuple[str, ...], Shape | None] = {}
        self._names: dict[str, str] = {}
        self._room = _MAX_TAGS
