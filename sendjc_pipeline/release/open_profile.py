"""Metric tables as anybody may see them: the open profile of domain rule 7.4.

Belongs here: what the open-data files ask of disclosure control. Does not belong here: what is hidden and how the rest is rounded (disclosure/).
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from sendjc_pipeline.disclosure import profiles
from sendjc_pipeline.disclosure.cells import FIGURE


def protect(
    con: duckdb.DuckDBPyConnection,
    source: str,
    target: str,
    earlier: Sequence[str] = (),
    known: profiles.Known | None = None,
) -> None:
    """Copy a metric table, withheld figures emptied, to temporary table `target` with `suppression` primary, secondary or rounded.

    `earlier` are what `hidden` told of earlier releases: it stays hidden.
    """
    profiles.protect(con, source, target, "open", earlier, known)


def hidden(target: str) -> str:
    """SQL for the figures of a protected table that are hidden, to be remembered. It tells no more than the files do: not which of them are small."""
    figure = ", ".join(name for name in FIGURE if name != "month")
    return f"select {figure}, 'secondary' as suppression from {target} where suppression in ('primary', 'secondary') order by all"
