"""The ledger of a release: every cell in which it differs from the release of the same quarter that stood before it.

Belongs here: making the table `revision` and saying what its columns are. Does not belong here: comparing (changes.py) or naming causes (causes.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from sendjc_pipeline.release import ledger
from sendjc_pipeline.release.causes import CAUSES, add_causes
from sendjc_pipeline.release.changes import Side, compare
from sendjc_pipeline.release.write import PublishedTable, relation_of
from sendjc_pipeline.settings import Settings

NAME = "revision"
DESCRIPTION = "Every published cell that differs from the release of the same quarter before this one; empty in a quarter's first release."
COLUMNS = {
    "release_id": "The release that says this, such as 2024-25-Q4.r1.",
    "previous_release_id": "The release that it is compared with: the one that stood before it.",
    "table_name": "The published table that holds the cell.",
    "metric_id": "Metric of the cell; null in tables that hold no metrics, as all that follows up to breakdown.",
    "area_id": "Area.",
    "quarter": "Quarter, as 2024-25-Q4.",
    "month": "Month, in monthly tables.",
    "time_window": "Window.",
    "service": "Service.",
    "tier": "Tier.",
    "breakdown_topic": "What the figure is broken down by.",
    "breakdown": "Which part of the breakdown.",
    "row_key": "What else tells the row from others, as JSON; empty where nothing does.",
    "change": "changed: both releases have the row. added or gone: only one has it; one row of the ledger then stands for the whole row.",
    "column_name": "The column that changed; * for a whole row of a table without a column `value`.",
    "old_value": "What the release before showed, as text; null where it showed nothing or either of the two hides the cell.",
    "new_value": "What this release shows, in the same way.",
    "old_suppression": "Whether the release before hid small numbers in this row: none, primary, secondary or rounded.",
    "new_suppression": "Whether this release does.",
    "cause": f"What could have changed it, separated by '; ': {', '.join(CAUSES)}.",
}


_TERMS = {
    "purpose": "To tell what changed since the release before, and why.",
    "legal_basis": "Children and Families Act 2014 sections 25 and 26; UK GDPR article 6(1)(e). Aggregate figures only.",
    "disclosure_profile": "partner",
}


def stage(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    before: ledger.Release | None,
    now: Mapping[str, Any],
    tables: Sequence[PublishedTable],
) -> PublishedTable:
    """Make the temporary table of the ledger against the release that stood before (None: an empty ledger)."""
    sides = {}
    for table in tables:
        path = before.folder / table.path if before else None
        if path is not None and path.is_file():
            sides[table.name] = (Side.of(con, relation_of(path)), Side.of(con, table.relation), table.key)
    compare(con, "revision_cells", sides)
    made = ledger.made_of(settings, before) if before else {}
    add_causes(con, "revision_cells", "revision_caused", made, now, _parts_of(con, tables))
    standing = f"'{before.release_id}'" if before else "null"
    con.execute(
        f"create or replace temp table release_{NAME} as select {standing}::varchar as previous_release_id, * from revision_caused"
    )
    key = ("table_name", *list(COLUMNS)[3:13], "column_name")
    return PublishedTable(NAME, f"temp.main.release_{NAME}", DESCRIPTION, COLUMNS, key=key, terms=_TERMS)


def _parts_of(con: duckdb.DuckDBPyConnection, tables: Sequence[PublishedTable]) -> dict[str, list[str]]:
    rollup = next((table.relation for table in tables if table.name == "area_rollup"), None)
    if rollup is None:
        return {}
    found = con.execute(f"select rollup_id, list(area_id order by area_id) from {rollup} group by rollup_id").fetchall()
    return dict(found)


def counted(con: duckdb.DuckDBPyConnection, table: PublishedTable) -> dict[str, int]:
    """How many cells changed, by cause."""
    return dict(con.execute(f"select cause, count(*) from {table.relation} group by cause order by cause").fetchall())
