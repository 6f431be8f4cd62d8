"""What a partner's new file changes, told by its header: columns renamed, gone, new, moved.

Belongs here: comparing two headers of one table, with the declaration as the judge. Does not belong here: reading files or printing; the
caller says how a name that nobody declared is to be shown, for a file without a header has data there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher, get_close_matches

from sendjc_pipeline.feeds.drift import Change
from sendjc_pipeline.feeds.model import Column, Feed, Table
from sendjc_pipeline.feeds.recognise import spelling

Show = Callable[[str], str]
_ALIKE = 0.7


def between_headers(
    feed: Feed, table: Table, old: Sequence[str], new: Sequence[str], spec: str, show: Show, is_ordered: bool = True
) -> list[Change]:
    """The changes from header `old` to header `new` of one table, as the intake under `spec` would take them.

    Kinds: column_renamed, column_looks_renamed, column_missing (required), column_removed, column_added, column_other_spec,
    column_not_needed, column_unknown, column_moved, column_repeated. Case, spaces, underscores and hyphens do not matter to what is read.
    """
    return _Comparison(feed, table, spec, show).changes(_clean(old), _clean(new), is_ordered)


def best_spec(feed: Feed, table: Table, header: Sequence[str]) -> str:
    """The spec whose columns the header has most of and exceeds least; among equals the default one, then the newest."""
    sent = {spelling(name) for name in header}

    def score(spec: str) -> tuple[int, bool, int]:
        names = {spelling(feed.header(column, spec)) for column in feed.columns(table, spec)}
        return len(names & sent) - len(names ^ sent), spec == feed.default_spec, feed.specs.index(spec)

    return max(feed.specs, key=score)


def _clean(header: Sequence[str]) -> list[str]:
    return [name.strip() for name in header if name.strip()]


class _Comparison:
    def __init__(self, feed: Feed, table: Table, spec: str, show: Show) -> None:
        self.feed, self.table, self.spec = feed, table, spec
        self.known: dict[str, Column] = {}
        for column in table.columns:
            for name in (column.name, *column.renamed.values(), *column.also_called):
                self.known[spelling(name)] = column
        self.ignored = {name.lower() for name in table.ignored}
        self.show: Show = lambda name: name if self._column(name) or name.lower() in self.ignored else show(name)

    def changes(self, old: list[str], new: list[str], is_ordered: bool) -> list[Change]:
        before, after = {n.lower(): n for n in old}, {n.lower(): n for n in new}
        gone = [name for key, name in before.items() if key not in after]
        come = [name for key, name in after.items() if key not in before]
        found: list[Change] = []
        for was, now, is_sure in self._pairs(gone, come):
            gone.remove(was)
            come.remove(now)
            found.append(self._renamed(was, now, is_sure))
        found += [self._gone(name) for name in gone]
        found += [self._come(name, set(after)) for name in come]
        found += self._missing_in_both(set(before), set(after))
        if is_ordered:
            found += self._moved([n.lower() for n in old], [n.lower() for n in new], after)
        return [*found, *self._repeated(new)]

    def _pairs(self, gone: list[str], come: list[str]) -> Iterator[tuple[str, str, bool]]:
        """Names gone and names new that are one column: surely, where the declaration says so, else by their spelling."""
        left, right = list(gone), list(come)
        for was in tuple(gone):  # the caller takes pairs out of it as they come
            now = next(
                (n for n in right if self._column(was) is not None and self._column(n) is self._column(was)), None
            )
            if now is not None:
                left.remove(was)
                right.remove(now)
                yield was, now, True
        for was in left:
            spelt = {n.lower(): n for n in right if self._column(n) is None and n.lower() not in self.ignored}
            if alike := get_close_matches(was.lower(), spelt, n=1, cutoff=_ALIKE):
                right.remove(spelt[alike[0]])
                yield was, spelt[alike[0]], False

    def _renamed(self, was: str, now: str, is_sure: bool) -> Change:
        if is_sure:
            text = f"column {self.show(was)} is now called {self.show(now)}; both are read"
            return self._change("column_renamed", now, text)
        column = self._column(was)
        need = self.feed.header(column, self.spec) if column else None
        fate = "the file will be refused" if column and column.required else "it is not read"
        remedy = f"if it is the same, name it {need}; until then {fate}" if need else "neither is read"
        text = f"column {self.show(was)} is gone and {self.show(now)} is new and spelt alike; {remedy}"
        return self._change("column_looks_renamed", now, text)

    def _gone(self, name: str) -> Change:
        column = self._column(name)
        if column is None or not self.feed.is_valid(column, self.spec):
            return self._change("column_removed", name, f"column {self.show(name)} is gone; it was not read")
        if column.required:
            text = f"column {self.show(name)} is gone and required (spec {self.spec}): the file will be refused"
            return self._change("column_missing", name, text)
        return self._change("column_removed", name, f"column {self.show(name)} is gone; the item will be blank")

    def _come(self, name: str, there: set[str]) -> Change:
        column = self._column(name)
        if column is None:
            if name.lower() in self.ignored:
                text = f"column {self.show(name)} is new and not needed here; it is not read, so leave it out"
                return self._change("column_not_needed", name, text)
            wanted = {self.feed.header(c, self.spec).lower(): c for c in self.feed.columns(self.table, self.spec)}
            alike = get_close_matches(name.lower(), wanted.keys() - there, n=1, cutoff=_ALIKE)
            hint = f"; is {self.feed.header(wanted[alike[0]], self.spec)} meant?" if alike else ""
            return self._change(
                "column_unknown", name, f"column {self.show(name)} is new and unknown; it is not read{hint}"
            )
        if not self.feed.is_valid(column, self.spec):
            text = f"column {self.show(name)} is new and belongs to another spec than {self.spec}; name the spec that the file follows"
            return self._change("column_other_spec", name, text)
        return self._change("column_added", name, f"column {self.show(name)} is new and is read")

    def _missing_in_both(self, before: set[str], after: set[str]) -> Iterator[Change]:
        for column in self.feed.columns(self.table, self.spec):
            names = {name for name, known in self.known.items() if known is column}
            if column.required and not names & {spelling(name) for name in before | after}:
                name = self.feed.header(column, self.spec)
                yield self._change(
                    "column_missing", name, f"column {name} is required (spec {self.spec}) and in neither file"
                )

    def _moved(self, old: list[str], new: list[str], shown: dict[str, str]) -> Iterator[Change]:
        common = set(old) & set(new)
        before, after = [n for n in old if n in common], [n for n in new if n in common]
        kept = {
            name
            for block in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
            for name in before[block.a : block.a + block.size]
        }
        if moved := [self.show(shown[name]) for name in after if name not in kept]:
            text = f"columns stand elsewhere: {', '.join(moved)}; nothing depends on their order"
            yield self._change("column_moved", None, text)

    def _repeated(self, new: list[str]) -> Iterator[Change]:
        for name, count in Counter(n.lower() for n in new).items():
            if count > 1:
                text = f"column {self.show(name)} stands there more than once: the file will be refused"
                yield self._change("column_repeated", name, text)

    def _column(self, name: str) -> Column | None:
        return self.known.get(spelling(name))

    def _change(self, kind: str, name: str | None, text: str) -> Change:
        return Change(kind, self.table.name, self.show(name) if name else None, text)
