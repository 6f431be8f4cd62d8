"""Which columns of an accepted table survive into its pseudonymous copy, and under what name and type.

`raw_columns` is the only place that decides it: the copies are written from it and the warehouse's views are cast to
it, so a column that is not in its answer cannot get into the warehouse.
"""

from __future__ import annotations

from sendjc_pipeline.feeds import Column, Feed, Table
from sendjc_pipeline.identity.sources import person_column
from sendjc_pipeline.submissions.casting import INCOMPLETE, PARQUET_TYPES

# Privacy classes that stop at the restricted zone. A class that this file does not know stops there too.
_KEPT = ("none", "record_id", "person_id")
HASHED = ("record_id", "person_id")

# What every pseudonymous table has after its own columns: where each row came from.
ORIGIN = {
    "partner": "VARCHAR",
    "period": "VARCHAR",
    "period_start": "DATE",
    "period_end": "DATE",
    "submission_id": "VARCHAR",
    "received_at": "TIMESTAMP",
    "source_row": "BIGINT",
}


def kept_columns(table: Table) -> list[Column]:
    """The declared columns that survive, in the order of the declaration."""
    return [column for column in table.columns if column.privacy in _KEPT]


def column_type(column: Column) -> str:
    """The DuckDB type of a surviving column; a pseudonym is text, whatever the identifier was."""
    return "VARCHAR" if column.privacy in HASHED else PARQUET_TYPES.get(column.type, "VARCHAR")


def raw_columns(feed: Feed, table: Table) -> list[tuple[str, str]]:
    """The (name, DuckDB type) of every column of raw.<feed>_<table>, in order.

    Declared ones first, then person_key where the table names a child, INCOMPLETE where rows are of persons, then
    ORIGIN; the same for every spec of the feed, because a column that a spec lacks is NULL.
    """
    own = [(column.key, column_type(column)) for column in kept_columns(table)]
    key = [("person_key", "VARCHAR")] if feed.is_person_level and person_column(table) else []
    incomplete = [(INCOMPLETE, "BOOLEAN")] if feed.is_person_level else []
    return [*own, *key, *incomplete, *ORIGIN.items()]
