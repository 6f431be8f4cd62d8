"""A page before it is rendered: sections of words, pictures and tables.

Belongs here: the shapes that every module of pages/ yields. Does not belong here: HTML (templates/), or where pages are written (site.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sendjc_pipeline.scorecard.picture import Picture, Table


@dataclass(frozen=True)
class Term:
    """A term and what is said of it, such as `Target`: `40% by 31 July 2024`."""

    name: str
    says: str


@dataclass(frozen=True)
class Section:
    """A part of a page under a heading of its own."""

    heading: str
    words: Sequence[str] = ()
    pictures: Sequence[Picture] = ()
    tables: Sequence[Table] = ()
    terms: Sequence[Term] = ()


@dataclass(frozen=True)
class Page:
    """A file name in the scorecard's folder, a title that no other page has, a lead that answers the page's question, and its sections."""

    path: str
    title: str
    lead: Sequence[str]
    sections: Sequence[Section]
