"""Which tables a release holds, read from dbt's exposures, and how a topic is withheld.

Belongs here: reading the declarations. An exposure names each published table with its purpose, legal basis and profile, so what leaves the
warehouse is declared beside the models and nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import duckdb

from sendjc_pipeline.disclosure.counts import suppress_counts
from sendjc_pipeline.disclosure.following import Following, follow
from sendjc_pipeline.disclosure.overlapping import Overlapping, suppress_overlapping
from sendjc_pipeline.disclosure.rounding import round_counts
from sendjc_pipeline.release import declared
from sendjc_pipeline.release.write import PublishedTable
from sendjc_pipeline.settings import SendjcError

_METRIC_KEYS = ["metric_id", "time_window", "service", "tier", "breakdown_topic", "breakdown"]
METRIC_KEYS = {"metric_quarterly": ["quarter", *_METRIC_KEYS], "metric_monthly": ["month", *_METRIC_KEYS]}

_FIGURES = (
    "numerator", "denominator", "value", "value_lower", "value_upper", "bounds_basis", "brag", "direction", "spc_variation", "spc_assurance",
)  # fmt: skip
_RELEASE_COLUMNS = {
    "release_id": "The release that says this, such as 2024-25-Q4.r1.",
    "suppression": "none where the figure is shown; primary where it tells of 1 to 4 children; secondary where showing it would give another one back,"
    " and wherever a count is hidden in a table of rounded ones, which hides 1 to 7; rounded where counts are to the nearest 5.",
}


class UndeclaredTable(SendjcError):
    """An exposure names a table that no model makes."""


def published_tables(manifest: Mapping[str, Any], withheld: Collection[str]) -> list[PublishedTable]:
    """The tables that exposures declare as published, by name; those of a withheld topic left out, except the metric tables.

    Raises:
        UndeclaredTable: an exposure depends on something that is not a model.
        UnfitExposure: one does not say under which terms, or where to, a table leaves.
    """
    tables, keys = [], _keys(manifest)
    for exposure in declared.tables(manifest):
        for unique_id in exposure.models:
            node = manifest["nodes"].get(unique_id)
            if node is None:
                raise UndeclaredTable(f"Exposure {exposure.name} depends on {unique_id}, which is not a model.")
            topic = (node["config"].get("meta") or {}).get("topic", "all")
            if topic in withheld and node["name"] not in METRIC_KEYS:
                continue
            columns = {name: column["description"] for name, column in node["columns"].items()}
            table = PublishedTable(
                node["name"],
                node["name"],
                node["description"],
                {**columns, **_RELEASE_COLUMNS},
                exposure.meta.get("small_numbers") or {},
                keys.get(unique_id, ()),
                exposure.terms,
            )
            exposure.require_place(table.path)
            tables.append(table)
    return sorted({table.name: table for table in tables}.values(), key=lambda table: table.name)


def _keys(manifest: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The columns that dbt's primary_key test of a table holds to be unique."""
    return {
        node["attached_node"]: tuple(node["test_metadata"]["kwargs"]["columns"])
        for node in manifest["nodes"].values()
        if (node.get("test_metadata") or {}).get("name") == "primary_key" and node.get("attached_node")
    }


def hide_small_numbers(con: duckdb.DuckDBPyConnection, table: PublishedTable, target: str) -> None:
    """Copy a table that is no metric table to a temporary one, with small numbers treated as its exposure says.

    meta.small_numbers is {follows, hides, group, group_hides} for a table beside the figures of a metric table (following.follow),
    {of, hides, same_children_by} for a table whose rows may count the same children (overlapping.suppress_overlapping), {count,
    keys} for a table of counts by area (counts.suppress_counts), {children, counts, shares, estimates, formulas, shape} for one of overlapping groups
    (rounding.round_counts); without it the table holds nobody and is copied as it is.
    """
    rule, source = table.small_numbers, f"main.{table.name}"
    if "follows" in rule:
        keys = ["area_id", *METRIC_KEYS[rule["follows"]]]
        follow(con, source, target, f"temp.main.release_{rule['follows']}", keys, Following.model_validate(rule))
    elif "hides" in rule:
        suppress_overlapping(con, source, target, Overlapping.model_validate(rule))
    elif "count" in rule:
        suppress_counts(con, source, target, "main.area_rollup", rule["keys"], rule["count"])
    elif "children" in rule:
        areas = "main.area_rollup" if "area_id" in table.key else ""
        round_counts(con, source, target, **rule, keys=table.key, areas=areas)
    else:
        con.execute(f"create temp table {target} as select * from {source}")


def withhold(con: duckdb.DuckDBPyConnection, source: str, target: str, topics: Collection[str]) -> None:
    """Copy a metric table to a temporary one in which the figures of the given topics are null and marked withheld."""
    columns = [name for (name,) in con.execute(f"select column_name from (describe main.{source})").fetchall()]
    is_withheld = "d.topic in (select unnest(?::varchar[]))"
    changed = {
        **{c: f"case when not coalesce({is_withheld}, false) then m.{c} end" for c in _FIGURES},
        "value_status": f"case when {is_withheld} then 'withheld' else m.value_status end",
        "dq_reason": f"case when {is_withheld} then 'withheld by the operator: a check of this topic is red' else m.dq_reason end",
    }
    shown = ", ".join(f"{changed[c]} as {c}" if c in changed else f"m.{c}" for c in columns)
    parameters = [list(topics)] * sum(c in changed for c in columns)
    con.execute(
        f"create temp table {target} as select {shown} from main.{source} as m"
        " left join (select distinct metric_id, topic from main.metric_definition) as d on m.metric_id = d.metric_id",
        parameters,
    )
