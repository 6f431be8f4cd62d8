"""A picture with its words and its table beside it, and how Vega-Lite's SVG is made fit for a page.

Belongs here: what every picture owes a reader who cannot see it (WCAG 2.2, 1.1.1). Does not belong here: what a chart shows (charts.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import vl_convert
from lxml import etree

_SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Tag:
    """A short verdict in a box: `kind` picks its colours, `text` says it, `says` is its meaning for whoever cannot see the box."""

    kind: str
    text: str
    says: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell of a table that is more than its text."""

    text: str
    href: str = ""
    tags: Sequence[Tag] = ()
    note: str = ""


@dataclass(frozen=True)
class Table:
    """Rows to be read; the first cell of each is its heading. `numeric` are the positions of columns that are set to the right."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | Cell]]
    numeric: frozenset[int] = frozenset()
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Picture:
    """An SVG with a sentence that says what it shows, and the same numbers as a table; svg is empty where there is nothing to draw."""

    svg: str
    says: str
    table: Table


def draw(spec: dict[str, Any], says: str, table: Table) -> Picture:
    """Turn a Vega-Lite specification into a picture; the numbers must be in the specification, for nothing is fetched."""
    return Picture(_readable(vl_convert.vegalite_to_svg(spec), says), says, table)


def nothing(says: str, table: Table) -> Picture:
    """A picture that cannot be drawn, with the words that say why."""
    return Picture("", says, table)


def _readable(svg: str, says: str) -> str:
    """The SVG as one image with a name, free of the roles that Vega gives each mark: a screen reader has the table instead."""
    root = etree.fromstring(svg.encode())
    for node in root.iter():
        for name in [n for n in map(str, node.attrib) if n.startswith("aria-") or n in ("role", "class", "tabindex")]:
            del node.attrib[name]
    width, height = root.get("width"), root.get("height")
    for name in ("width", "height"):
        if name in root.attrib:
            del root.attrib[name]
    root.set("viewBox", root.get("viewBox", f"0 0 {width} {height}"))
    root.set("style", f"max-width:{width}px")
    root.set("role", "img")
    root.set("aria-label", says)
    background = root.find(f"{_SVG}rect")
    if background is not None and background.get("fill") == "white":
        root.remove(background)
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="unicode")
