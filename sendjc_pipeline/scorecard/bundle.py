"""One release as the pages read it: its tables, by name, and its manifest.

Belongs here: opening the Parquet of a release folder. A table that the release does not hold (its topic was withheld, or an older release never had it)
reads as no rows, so that a page can say what is missing. Does not belong here: any reckoning; a page shows what was published and nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

from sendjc_pipeline.scorecard import words
from sendjc_pipeline.scorecard.figure import Figure
from sendjc_pipeline.settings import SendjcError
from sendjc_pipeline.warehouse.connection import connect

Row = Mapping[str, Any]


class TornRelease(SendjcError):
    """A file of a release is missing or cannot be read."""


_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def torn(path: Path) -> TornRelease:
    """The error for a file of a release that is missing or broken."""
    return TornRelease(f"{path} is missing or torn: copy the whole release again from the machine that made it")


def commented(folder: Path) -> duckdb.DuckDBPyConnection:
    """The release's marts.duckdb, where tables and columns have their comments."""
    path = folder / "marts.duckdb"
    try:
        return connect(path, read_only=True)
    except duckdb.Error:
        raise torn(path) from None


def _manifest(path: Path) -> Mapping[str, Any]:
    try:
        told: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise torn(path) from None
    return told


class Bundle:
    """The tables of one release, opened read-only.

    Args:
        folder: the release's own folder, with the Parquet files.
        manifest: what its manifest says, or will say; read from manifest.json where it is not given.
    """

    def __init__(self, folder: Path, manifest: Mapping[str, Any] | None = None) -> None:
        self.folder = folder
        self.manifest: Mapping[str, Any] = manifest or _manifest(folder / "manifest.json")
        self.release_id = str(self.manifest["release_id"])
        self.quarter = self.release_id.rsplit(".", 1)[0]
        self.period = words.quarter(self.quarter)
        self._con = connect(None)
        for path in sorted([*folder.glob("*.parquet"), *(folder / "tables").glob("*.parquet")]):
            name = str(path).replace("'", "''")
            try:
                self._con.execute(f"create view \"{path.stem}\" as select * from read_parquet('{name}')")
            except duckdb.Error:
                raise torn(path) from None
        self.tables = frozenset(
            name for (name,) in self._con.execute("select view_name from duckdb_views() where not internal").fetchall()
        )

    def __enter__(self) -> Bundle:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._con.close()

    def rows(self, table: str, query: str, parameters: Sequence[object] = ()) -> list[Row]:
        """What `query` gives as dictionaries by column; none where the release has no `table`."""
        if table not in self.tables:
            return []
        answer = self._con.execute(query, list(parameters))
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    @cached_property
    def areas(self) -> dict[str, str]:
        """Area id -> name: authorities first, then what they add up into."""
        query = "select area_id, area_name from area order by geographic_level <> 'Local authority', area_id"
        return {row["area_id"]: row["area_name"] for row in self.rows("area", query)}

    @cached_property
    def figures(self) -> list[Figure]:
        """Every quarterly figure, in a fixed order."""
        query = "select * from metric_quarterly order by metric_id, time_window, service, tier, breakdown_topic, breakdown, area_id"
        return [Figure(row, self.label, self.named) for row in self.rows("metric_quarterly", query)]

    @cached_property
    def definitions(self) -> dict[str, Row]:
        """Metric id -> its definition."""
        rows = self.rows("metric_definition", "select * from metric_definition order by topic, metric_id")
        return {row["metric_id"]: row for row in rows}

    @cached_property
    def targets(self) -> dict[str, list[Row]]:
        """Metric id -> its targets, those of all areas, oldest first."""
        found: dict[str, list[Row]] = {}
        for row in self.rows(
            "metric_target", "select * from metric_target order by metric_id, area_id, effective_from"
        ):
            found.setdefault(row["metric_id"], []).append(row)
        return found

    @cached_property
    def _names(self) -> dict[str, str]:
        rows = self.rows("display_name", "select code, name from display_name")
        return {str(row["code"]): str(row["name"]) for row in rows}

    def label(self, code: str) -> str:
        """The name that the seed display_name gives a code, else the code in words."""
        return self._names.get(code) or self.areas.get(code) or words.spaced(code)

    def named(self, text: str) -> str:
        """A text of the warehouse, such as a reason, with the codes of areas, partners, feeds and services in it said by name."""
        return _CODE.sub(lambda found: self._in_text.get(found[0]) or found[0].replace("_", " "), text)

    @cached_property
    def _in_text(self) -> dict[str, str]:
        # A code that is its own name, such as `education`, is a word of any sentence.
        own = {code: name for code, name in self._names.items() if name.lower() not in (code, f"{code}s")}
        return {code: words.within(name) for code, name in own.items()} | self.areas
