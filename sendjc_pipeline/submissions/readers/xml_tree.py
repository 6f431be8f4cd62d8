"""An XML return from its root to its persons: one header, one container of persons, and what is said of the rest.

Belongs here: what stands beside the persons, and the warnings. Does not belong here: what stands inside one (`xml_person`), the layout of any
return, limits on the file (`xml_guard`), the database (`xml_rows`).
"""

from __future__ import annotations

from typing import Any

from sendjc_pipeline.submissions.readers import FileWarning, rule_code
from sendjc_pipeline.submissions.readers.headers import printable
from sendjc_pipeline.submissions.readers.xml_guard import MAX_DEPTH, MAX_ITEM, Guard
from sendjc_pipeline.submissions.readers.xml_person import Node, Person, local_name
from sendjc_pipeline.submissions.readers.xml_rows import BATCH, Rows

_MAX_HEADER = 1_000  # elements beside the persons
_MAX_TOLD = 20


class Walk:
    """One reading: persons (elements `person`) stand under `container`, and everything else under the root is the header.

    Any item of the header, at whatever depth, ends up in `rows.header`.
    """

    def __init__(self, guard: Guard, rows: Rows, container: str, person: str, node: Node) -> None:
        self._guard, self._rows = guard, rows
        self._container, self._name = container, person
        self._person = Person(guard, rows, node, self._end_person)
        self._above: list[str] = []
        self._text: str | None = None
        self._seen: set[str] = set()
        self._met = self._pending = 0
        self._parser: Any = None

    def run(self) -> None:
        """Read the whole file; the last rows are left to be flushed.

        Raises:
            FileRejected: as `Guard.parse` does, or <FEED>.file.wrong_feed when there is no header or no element for the persons.
        """
        self._guard.parse(self._prepare)
        if not {"header", self._container} <= self._seen:
            what = f"{self._guard.feed.name.upper()} return"
            message = f"the XML is not a {what}: it has no Header and {self._container.capitalize()} under its root"
            remedy = f"Send the {what}, or submit this file under its own feed."
            raise self._guard.refused("wrong_feed", message, remedy)

    def _prepare(self, parser: Any) -> None:
        self._parser = parser
        self._handle(self._start, self._end, self._data)

    def _handle(self, start: Any, end: Any, data: Any) -> None:
        parser = self._parser
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, data

    def _start(self, tag: str, _: object) -> None:
        name, depth = local_name(tag), len(self._above)
        is_inside = self._above[1:] == [self._container]
        if is_inside and name == self._name:
            self._person.open()
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

    def _end_person(self, rows: int) -> None:
        self._pending += rows
        if self._pending >= BATCH:
            self._rows.flush()
            self._pending = 0
        self._handle(self._start, self._end, self._data)


def warnings(guard: Guard, spec: str, rows: Rows) -> list[FileWarning]:
    """What was met that the spec lacks, by name only, and no more of it than a reader can use."""
    path, feed = guard.path, guard.feed
    unknown = sorted({(table, printable(name)) for table, name in rows.unknown})
    told = [
        FileWarning(
            rule_code(feed, "unknown_column"),
            path.name,
            f"element {name} under {table} is not part of spec {spec} and was not read",
            "leave it out, correct its name, or name the spec that the file follows",
        )
        for table, name in unknown[:_MAX_TOLD]
    ]
    if len(unknown) > _MAX_TOLD:
        message = f"{len(unknown) - _MAX_TOLD:,} more elements are not part of spec {spec} and were not read"
        remedy = "send the return as its layout says"
        told.append(FileWarning(rule_code(feed, "unknown_column"), path.name, message, remedy))
    told += [
        FileWarning(
            rule_code(feed, "repeated_item"),
            path.name,
            f"an item {name} stands twice in one {table}; the last was read",
            "send it once",
        )
        for table, name in sorted(rows.repeated)
    ]
    return told
