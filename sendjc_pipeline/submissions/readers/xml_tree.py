"""An XML return from its root to its persons: one header, one container of persons.

Belongs here: what stands beside the persons, and who reads each of them. Does not belong here: what stands inside one (`xml_person`,
`xml_shape`), the layout of any return, limits on the file (`xml_guard`), the database (`xml_rows`).
"""

from __future__ import annotations

from typing import Any

from sendjc_pipeline.submissions.readers.xml_guard import MAX_DEPTH, MAX_ITEM, Guard
from sendjc_pipeline.submissions.readers.xml_person import Node, Person, local_name
from sendjc_pipeline.submissions.readers.xml_rows import BATCH, Rows
from sendjc_pipeline.submissions.readers.xml_shapes import Shapes

_MAX_HEADER = 1_000  # elements beside the persons


class Walk:
    """One reading: persons (elements `person`) stand under `container`, and everything else under the root is the header.

    Any item of the header, at whatever depth, ends up in `rows.header`.
    """

    def __init__(self, guard: Guard, rows: Rows, container: str, person: str, node: Node) -> None:
        self._guard, self._rows = guard, rows
        self._container, self._name = container, person
        self._person, self._persons = Person(guard, rows, node, self._close_person), rows.tables[node.table]
        self._above: list[str] = []
        self._text: str | None = None
        self._seen: set[str] = set()
        self._met = self._pending = 0
        self._parser: Any = None
        # Persons of a shape met before pass the parser by, in files that say they are UTF-8: nothing else can hold these bytes.
        self._shapes = Shapes(guard, rows, person, node)
        self._is_utf8 = False
        self._close = b""  # the end tag of a person, as the first has it
        self._given = self._closed = 0  # bytes given to the parser; where in them the last person ended

    def run(self) -> None:
        """Read the whole file; the last rows are left to be flushed.

        Raises:
            FileRejected: as `Guard.parse` does, or <FEED>.file.wrong_feed when there is no header or no element for the persons.
        """
        self._guard.parse(self._prepare, self._take)
        if not {"header", self._container} <= self._seen:
            what = f"{self._guard.feed.name.upper()} return"
            message = f"the XML is not a {what}: it has no Header and {self._container.capitalize()} under its root"
            remedy = f"Send the {what}, or submit this file under its own feed."
            raise self._guard.refused("wrong_feed", message, remedy)

    def _prepare(self, parser: Any) -> None:
        self._parser = parser
        parser.XmlDeclHandler = self._declare
        self._handle(self._start, self._end, self._data)

    def _declare(self, _: str, encoding: str | None, __: int) -> None:
        self._is_utf8 = encoding is not None and encoding.lower() == "utf-8"

    def _take(self, block: bytes) -> None:
        """Give a block to the parser, cut after each person."""
        at = 0
        while self._close and (end := block.find(self._close, at)) >= 0:
            start, at = at, end + len(self._close)
            self._take_person(block[start:at])
            if self._closed != self._given:
                break  # what was cut there was a comment, or another element of that name
        self._give(block[at:])

    def _take_person(self, piece: bytes) -> None:
        matched = self._shapes.match(piece) if self._closed == self._given else None
        if matched is None:
            self._give(piece)
            return
        shape, parts, lines = matched
        self._guard.pass_by(len(piece), lines)
        shape.write(parts, self._path())
        self._end_person(shape.rows)

    def _give(self, piece: bytes) -> None:
        self._given += len(piece)
        self._parser.Parse(piece, False)

    def _handle(self, start: Any, end: Any, data: Any) -> None:
        parser = self._parser
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, data

    def _start(self, tag: str, _: object) -> None:
        name, depth = local_name(tag), len(self._above)
        is_inside = self._above[1:] == [self._container]
        if is_inside and name == self._name:
            if self._is_utf8:
                self._close = f"</{tag}>".encode()
            self._person.open(self._path())
            self._handle(self._person.start, self._person.end, self._person.data)
            return
        self._met += 1
        if self._met > _MAX_HEADER or depth > MAX_DEPTH:
            raise self._guard.refused("wrong_feed", "the XML is not this return: most of it belongs to no person")
        if depth == 1:
            self._seen.add(name)
        elif is_inside:
            self._rows.unknown.add((self._container, name))
        self._above.append(name)
        self._text = ""

    def _end(self, _: str) -> None:
        name = self._above.pop()
        if self._text is not None and len(self._above) > 1 and self._above[1] != self._container:
            self._rows.header[name] = self._text
        self._text = None

    def _data(self, more: str) -> None:
        if self._text is not None and len(self._text) < MAX_ITEM:
            self._text += more

    def _path(self) -> str:
        return str(self._persons.count + 1)

    def _close_person(self, rows: int) -> None:
        self._closed = self._parser.CurrentByteIndex + len(self._close)
        self._end_person(rows)
        self._handle(self._start, self._end, self._data)

    def _end_person(self, rows: int) -> None:
        self._pending += rows
        if self._pending >= BATCH:
            self._rows.flush()
            self._pending = 0
