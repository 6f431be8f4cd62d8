"""Why a published cell is not what it was: read from what the two releases say they were made of.

Belongs here: naming causes. A cause is named where it could have moved the cell; what did move it, only a rebuild with one change at a time can say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import pandas as pd

LATE, CORRECTION, TAKEN_BACK, RULE = "late data", "correction", "submission taken back", "rule change"
FIRST, DISCLOSURE, FREEZE, WITHHELD = "first publication", "disclosure", "freeze", "topic withheld or let go"
UNKNOWN = "no recorded cause"
_PARTS = {
    "models": RULE,
    "code": RULE,
    "decisions": "verdicts or opt-outs",
    "opt_outs": "verdicts or opt-outs",
    "places": "postcode directory",
}
CAUSES = (LATE, CORRECTION, TAKEN_BACK, *dict.fromkeys(_PARTS.values()), FIRST, DISCLOSURE, FREEZE, WITHHELD, UNKNOWN)


def add_causes(
    con: duckdb.DuckDBPyConnection,
    source: str,
    target: str,
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    parts_of: Mapping[str, Iterable[str]],
) -> None:
    """Copy the cells of changes.compare from `source` to temporary table `target`, each with its `cause` and without what only served to find it.

    Args:
        con: the connection that holds `source`.
        source: the table that changes.compare made.
        target: the temporary table to make.
        before: what the older release was made of (its manifest, or what confirmed it).
        now: what the newer one is made of.
        parts_of: area -> the areas that add up into it, so that a file of Derby's is no cause of a figure of Nottingham's.
    """
    moved = _submissions(before, now)
    others = sorted(
        {word for part, word in _PARTS.items() if _part(before, part) != _part(now, part)}
        | ({LATE} if _part(before, "history") != _part(now, "history") and not moved else set())
    )
    grounds = con.execute(
        f"select distinct coalesce(new_source_feeds, old_source_feeds, ''), coalesce(area_id, '') from {source}"
    ).fetchall()
    told = [(feeds, area, _told(moved, others, feeds, {area, *parts_of.get(area, ())})) for feeds, area in grounds]
    rows = [(feeds, area, "; ".join(words) or UNKNOWN, _of_the_first(words)) for feeds, area, words in told]
    con.register("grounds", pd.DataFrame(rows, columns=["feeds", "area", "told", "told_first"], dtype="object"))
    hides = "coalesce({}_suppression, 'none') in ('primary', 'secondary')"
    topics = str(set(before.get("withheld_topics", ())) != set(now.get("withheld_topics", ()))).lower()
    con.execute(f"""
        create or replace temp table {target} as
        select c.table_name, c.metric_id, c.area_id, c.quarter, c.month, c.time_window, c.service, c.tier, c.breakdown_topic, c.breakdown, c.row_key,
            c.change, c.column_name, c.old_value, c.new_value, coalesce(c.old_suppression, 'none') as old_suppression,
            coalesce(c.new_suppression, 'none') as new_suppression,
            case
                when c.column_name = 'value_status' and c.old_value = 'provisional' and c.new_value = 'final' then '{FREEZE}'
                when c.change = 'changed' and ({hides.format("c.old")}) <> ({hides.format("c.new")}) then '{DISCLOSURE}'
                when {topics} and (c.old_value_status = 'withheld') <> (c.new_value_status = 'withheld') then '{WITHHELD}'
                when c.is_first then grounds.told_first
                else grounds.told
            end as cause
        from {source} as c
        left join grounds on coalesce(c.new_source_feeds, c.old_source_feeds, '') = grounds.feeds and coalesce(c.area_id, '') = grounds.area
        order by all""")
    con.unregister("grounds")


def moved(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[dict[str, str]]:
    """The files that are used on one side only, as {partner, feed, cause}: what a release tells of why its cells changed."""
    return [{"partner": who, "feed": feed, "cause": cause} for who, feed, cause in sorted(_submissions(before, now))]


def _submissions(before: Mapping[str, Any], now: Mapping[str, Any]) -> set[tuple[str, str, str]]:
    """(partner, feed, cause) of every partner's file that is used on one side only."""
    old, new = (
        {_slot(s): s["submission_id"] for s in made.get("submissions", ()) if s["used"]} for made in (before, now)
    )
    moved = set()
    for slot in old.keys() | new.keys():
        if old.get(slot) == new.get(slot):
            continue
        late = slot not in old and not any(other[:2] == slot[:2] and other not in new for other in old)
        moved.add(
            (
                slot[0],
                slot[1],
                LATE if late else TAKEN_BACK if slot not in new and not _succeeded(slot, new) else CORRECTION,
            )
        )
    return moved


def _slot(submission: Mapping[str, Any]) -> tuple[str, str, str]:
    return submission["partner"], submission["feed"], submission["period"]


def _succeeded(slot: tuple[str, str, str], new: Mapping[tuple[str, str, str], str]) -> bool:
    """Whether another period of the same feed took the place of one that is no longer used."""
    return any(other[:2] == slot[:2] for other in new)


def _of_the_first(words: list[str]) -> str:
    """Of a metric that was not told of the area and quarter: where our rules changed, that they tell it now is the change."""
    if words and RULE not in words:
        return "; ".join(words)
    return "; ".join([*(word for word in words if word != RULE), FIRST])


def _told(moved: set[tuple[str, str, str]], others: list[str], feeds: str, areas: set[str]) -> list[str]:
    """The narrowest that can be said: files of these feeds by these councils, else of these feeds, else any."""
    wanted = set(feeds.split("|"))
    of_feed = {m for m in moved if m[1] in wanted}
    own = {m for m in of_feed if m[0] in areas}
    found = sorted({cause for _, _, cause in own or of_feed or moved})
    return found + [word for word in others if word not in found]


def _part(made: Mapping[str, Any], part: str) -> Any:
    """The hash of one part; a release of older code does not tell its parts, and is of other code at least."""
    return made.get("inputs", {}).get(part, "not told" if part == "code" else None)
