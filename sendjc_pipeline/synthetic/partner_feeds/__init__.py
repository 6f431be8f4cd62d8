"""Synthetic partners, one module per feed, found by their names: partner_feeds/<feed>.py writes the feed of that name.

A module has

- ``FEED``: the feed's name;
- ``partners(areas) -> list[str]``: who sends it for these areas;
- ``extract(scene, partner) -> dict[str, pl.DataFrame] | None``: text frames by declared table name, with the headers of the spec; None when
  nothing is due this quarter. A table that is left out of the dict gets no file. One more key, ``"_person"``, is not written: a frame with
  ``source_person_id`` (text, as in the file) and ``person`` (the row of ``world.persons``), one row per child in the file. It is the truth
  against which linkage is measured; every feed with a person table gives it;

and, where the defaults do not serve,

- ``spec(scene) -> str`` (default: the feed's default spec) and ``period(scene) -> str`` (default: the quarter's label);
- ``write(scene, partner, tables, folder) -> dict[str, int]``: write the frames, which may have been spoilt on purpose, into ``folder`` and
  return rows by file name. The default writes one CSV per table in the feed's dialect (csv_files);
- ``file_of(scene, partner, table) -> str``: with ``write``, the name of the file that holds a table. Not needed where one file holds all;
- ``IS_TREE = True``: rows stand nested in one document (XML), so that a row is counted in document order, and identifiers are made by the
  reader. The frames still have their identifier columns, to nest by;
- ``FIRST_ROW: int`` (default 2): the number, as Excel counts, of the first data row of a sheet with lines above its header.

A module reads nothing but the scene; the same scene gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Protocol, cast

import polars as pl

from sendjc_pipeline.synthetic.scene import Scene


class PartnerFeed(Protocol):
    """What every module of this package has; the optional names are asked for with getattr."""

    FEED: str

    def partners(self, areas: Sequence[str]) -> list[str]:
        """Who sends the feed for these areas."""

    def extract(self, scene: Scene, partner: str) -> dict[str, pl.DataFrame] | None:
        """The text frames of one submission, or None."""


def names() -> tuple[str, ...]:
    """The feeds that have a module here, in alphabetical order."""
    return tuple(
        sorted(found.name for found in iter_modules([str(Path(__file__).parent)]) if not found.name.startswith("_"))
    )


def get(feed: str) -> PartnerFeed:
    """The module that writes a feed."""
    return cast("PartnerFeed", import_module(f"{__name__}.{feed}"))
