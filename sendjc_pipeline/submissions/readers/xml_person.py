"""One person of an XML return, from start tag to end tag: its rows and those inside it.

Belongs here: which element fills which cell. Does not belong here: what stands beside the persons (`xml_tree`), the layout of any return.
A row's made identifier is its ordinal path (the second request of person 17 is 17.2), so a second reading gives the same ones.
Every tag and every text of a person of a new shape (`xml_shape`) passes through `Person`: what a method does not need is left to a rarer one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sendjc_pipeline.submissions.readers.xml_found import Found
from sendjc_pipeline.submissions.readers.xml_guard import MAX_DEPTH, MAX_ITEM, Guard

_MAX_ROWS = 20_000  # of one person; the widest real ones have a hundred
_NOTHING, _SKIP, _WRAP, _ROW = -1, -2, -3, -4
_RETURN = "1"
_DEEP = f"elements are nested more than {MAX_DEPTH} deep"


@dataclass(frozen=True)
class Node:
    """An element that is a row. Names of elements are in lower case.

    `key` is filled with the row's path and `parent_key` with that of the row above; `inherited` is filled, once the outermost row
    is complete, with the cell of the same name there. `wraps` are elements whose items belong to this row. `item` is the column of
    an element that has text and no items.
    """

    table: str
    key: str | None = None
    parent_key: str | None = None
    inherited: str | None = None
    item: str | None = None
    wraps: frozenset[str] = frozenset()
    below: Mapping[str, Node] = field(default_factory=dict)


class _Frame:
    """A node made ready for one file. `actions` is what to do at each tag met so far: a cell to fill, or a constant above."""

    def __init__(self, node: Node, found: Found) -> None:
        self.node, self.table = node, found.tables[node.table]
        self.key, self.parent_key = self._cell(node.key), self._cell(node.parent_key)
        self.inherited, self.item = self._cell(node.inherited), self._cell(node.item)
        # Cells that this reader fills; an element of such a name must not.
        self.made = {self.key, self.parent_key} | ({self.inherited} if node.key else set())
        self.actions: dict[str, int] = {}
        self.frames: dict[str, _Frame] = {}
        self.below = {name: _Frame(child, found) for name, child in node.below.items()}

    def _cell(self, column: str | None) -> int:
        return self.table.place(column) if column else _NOTHING

    def start(self, path: str, above: str) -> int:
        """Begin a row with its identifiers; returns where in the table's cells it begins."""
        table = self.table
        first = table.start()
        if self.key >= 0:
            table.cells[first + self.key] = path
        if self.parent_key >= 0:
            table.cells[first + self.parent_key] = above
        return first


class Person:
    """The handlers of the parser while a person is open; `closed` is called with the number of its rows at its end tag."""

    __slots__ = (
        "_actions",
        "_cell",
        "_cells",
        "_closed",
        "_first",
        "_found",
        "_frame",
        "_guard",
        "_heirs",
        "_made",
        "_met",
        "_path",
        "_root",
        "_skipped",
        "_stack",
    )  # fmt: skip

    def __init__(self, guard: Guard, found: Found, node: Node, closed: Callable[[int], None]) -> None:
        self._guard, self._found, self._root, self._closed = guard, found, _Frame(node, found), closed

    def open(self, path: str) -> None:
        """Begin a person, whose start tag has just been read; `path` is its ordinal."""
        self._frame, self._path = self._root, path
        self._first = self._root.start(self._path, _RETURN)
        self._actions, self._cells = self._root.actions, self._root.table.cells
        self._stack: list[tuple[_Frame, int, str, dict[str, int]] | None] = []
        self._met: dict[str, int] = {}
        self._heirs: list[tuple[list[str | None], int]] = []
        self._cell = _NOTHING  # where in `_cells` the text of the item that is open goes
        self._skipped = self._made = 0

    def start(self, tag: str, _: object) -> None:
        """A start tag inside the person."""
        if self._skipped or self._cell >= 0:
            self._skipped += 1
            if self._skipped > MAX_DEPTH:
                raise self._guard.refused("unsafe_xml", _DEEP)
            return
        action = self._actions.get(tag)
        if action is None:
            action = self._resolve(self._frame, tag)
        if action >= 0:
            self._cell = self._first + action
            if self._cells[self._cell] is not None:
                self._found.repeated.add((self._frame.table.name, self._frame.table.keys[action]))
                self._cells[self._cell] = None
        elif action == _SKIP:
            self._skipped = 1
        elif action == _WRAP:
            self._stack.append(None)
            if len(self._stack) > MAX_DEPTH:
                raise self._guard.refused("unsafe_xml", _DEEP)
        else:
            self._start_row(tag)

    def end(self, _: str) -> None:
        """An end tag: of what is skipped, of an item, of a row or wrap, or of the person."""
        if self._skipped:
            self._skipped -= 1
            return
        if self._cell >= 0:
            self._cell = _NOTHING
            if self._frame.item < 0:
                return
        if not self._stack:
            for cells, place in self._heirs:
                cells[place] = self._cells[self._first + self._root.inherited]
            self._closed(self._made + 1)
        elif (last := self._stack.pop()) is not None:
            self._frame, self._first, self._path, self._met = last
            self._actions, self._cells = self._frame.actions, self._frame.table.cells

    def data(self, text: str) -> None:
        """Text, which counts where an item is open."""
        if self._cell >= 0 and not self._skipped:
            before = self._cells[self._cell]
            if before is None:
                self._cells[self._cell] = text
            elif len(before) < MAX_ITEM:
                self._cells[self._cell] = before + text
            else:
                raise self._guard.refused("unsafe_xml", f"an item is longer than {MAX_ITEM:,} characters")

    def _start_row(self, tag: str) -> None:
        self._made += 1
        if self._made > _MAX_ROWS:
            raise self._guard.refused("unsafe_xml", f"one person holds more than {_MAX_ROWS:,} records")
        self._stack.append((self._frame, self._first, self._path, self._met))
        above, frame = self._path, self._frame.frames[tag]
        number = self._met[frame.table.name] = self._met.get(frame.table.name, 0) + 1
        self._frame, self._path, self._met = frame, f"{above}.{number}", {}
        self._actions, self._cells = frame.actions, frame.table.cells
        self._first = frame.start(self._path, above)
        if frame.inherited >= 0:
            self._heirs.append((self._cells, self._first + frame.inherited))
        if frame.item >= 0:
            self._cell = self._first + frame.item

    def _resolve(self, frame: _Frame, tag: str) -> int:
        """Decide what an element means inside a row, once for each name met there."""
        name = local_name(tag)
        action = _SKIP
        if name in frame.below:
            action, frame.frames[tag] = _ROW, frame.below[name]
        elif name in frame.node.wraps:
            action = _WRAP
        elif frame.table.places.get(name, _NOTHING) not in frame.made | {_NOTHING}:
            action = frame.table.places[name]
        elif name not in frame.table.ignored:
            self._found.unknown.add((frame.table.name, name))
        frame.actions[tag] = action
        return action


def local_name(tag: str) -> str:
    """The name of an element in lower case, without its namespace's prefix."""
    return tag.rpartition(":")[2].lower()
