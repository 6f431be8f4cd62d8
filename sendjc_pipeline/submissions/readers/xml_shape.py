"""Persons whose tags have been met before, in the same order: their rows are their texts, laid where the last such person's were.

Belongs here: laying out the texts of one shape. Does not belong here: which persons are of that shape (`xml_shapes`), what an element
means (`xml_person` is asked, once for each shape).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter

from sendjc_pipeline.submissions.readers.xml_found import Found, TableRows
from sendjc_pipeline.submissions.readers.xml_guard import Guard
from sendjc_pipeline.submissions.readers.xml_person import Node, Person

# A person in parts is its texts and tags by turns, a text first.
Part = str | None
# Stand-ins of the path and of the texts, from what Unicode leaves to private use.
_PATH, _TEXT = "\ue000", 0xF0000
_BLANK, _BROKEN = 0, -1  # the place of the text before the person, which fills no cell; of an item in two pieces


class Shape:
    """Which parts of a person fill which cells. `made` are the cells that hold no text of it: its path, and what is made from that."""

    __slots__ = ("_laid", "_made", "rows")

    def __init__(self, rows: int, made: Sequence[str], laid: Sequence[tuple[TableRows, int, Sequence[int]]]) -> None:
        self.rows, self._made = rows, made
        self._laid: list[tuple[TableRows, int, Callable[[list[Part]], tuple[Part, ...]]]]
        self._laid = [(table, count, itemgetter(*places)) for table, count, places in laid]

    def write(self, parts: list[Part], path: str) -> None:
        """Add the person's rows to their tables; `path` is its ordinal. The parts are used up."""
        parts[_BLANK] = None
        parts += [made.replace(_PATH, path) for made in self._made]
        for table, count, pick in self._laid:
            cells = pick(parts)
            table.cells += cells if "" not in cells else [cell or None for cell in cells]
            table.count += count


class Draughtsman:
    """Draws shapes, by sending a person of stand-ins for its texts through `Person` and looking where they come to lie."""

    def __init__(self, guard: Guard, found: Found, node: Node) -> None:
        self._found, self._trial = found, found.blank()
        self._closed: list[int] = []
        self._person = Person(guard, self._trial, node, self._closed.append)

    def draw(self, tags: Sequence[str]) -> Shape | None:
        """The shape of a person with these tags, the first of which opens it; None if it cannot be laid out.

        That is so where the last does not close it, or one before does (another person follows, of a tag written otherwise), or an item
        is broken in two by an element inside it.
        """
        for table in self._trial.tables.values():
            table.cells, table.count = [], 0
        self._closed.clear()
        self._person.open(_PATH)
        for place, tag in enumerate(tags[1:], start=1):
            if self._closed:
                return None
            self._pass(tag, chr(_TEXT + 2 * place + 2))
        if not self._closed:
            return None
        made: dict[str, int] = {}
        laid = []
        for name, table in self._trial.tables.items():
            places = [self._place(cell, made, 2 * len(tags) + 1) for cell in table.cells]
            if _BROKEN in places or len(places) == 1:
                return None
            if places:
                laid.append((self._found.tables[name], table.count, places))
        return Shape(self._closed[0], list(made), laid)

    @staticmethod
    def _place(cell: Part, made: dict[str, int], parts: int) -> int:
        """Which part fills a cell; what is made stands behind the `parts` of the person."""
        if cell is None:
            return _BLANK
        if ord(cell[0]) < _TEXT:
            return made.setdefault(cell, parts + len(made))
        return ord(cell) - _TEXT if len(cell) == 1 else _BROKEN

    def _pass(self, tag: str, text: str) -> None:
        name = tag.strip("/")
        if not tag.startswith("/"):
            self._person.start(name, None)
        if name != tag:
            self._person.end(name)
        self._person.data(text)
