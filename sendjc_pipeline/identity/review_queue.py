"""The queue of pairs for review at a glance: how many wait, are decided or in conflict, and for how long.

Belongs here: counting. Does not belong here: who is given which pair (verdicts.py), or how the terminal shows it.

A pair's age counts from the day on which it was first given to a reviewer; before that it has none, for every run lists its pairs anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from sendjc_pipeline.identity.failure import guarded
from sendjc_pipeline.identity.records import text
from sendjc_pipeline.identity.vault import review_folder
from sendjc_pipeline.identity.verdicts import PAIR
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import SendjcError, Settings

WAITING, CONFLICT, DECIDED, LAPSED = "waiting", "in conflict", "decided", "lapsed"
NOT_LISTED = "not listed"  # was given out or has a verdict, and no quarter's last run lists it any more
# State of a pair (decisions.STATE; without a verdict 'no verdict') -> the part of the queue that it is in.
STATES = {
    "no verdict": WAITING, "one verdict": WAITING, "unsure": WAITING, "conflict": CONFLICT, "same": DECIDED, "different": DECIDED,
    NOT_LISTED: LAPSED,
}  # fmt: skip
WEEK, MONTH = 7, 28


@dataclass(frozen=True)
class Line:
    """The pairs in one state: how many, how many were never given to a reviewer, and the others by days since they first were."""

    part: str
    state: str
    pairs: int
    not_given: int
    up_to_7_days: int
    up_to_28_days: int
    over_28_days: int
    oldest_given_on: date | None


def lists(settings: Settings) -> list[Path]:
    """The list of pairs of each quarter's last run."""
    return sorted(settings.restricted.glob("identity/review/[0-9]*/candidate_pair.parquet"))


@guarded("counting pairs for review", "Run the quarter again: that lists its pairs anew.")
def queue(
    con: duckdb.DuckDBPyConnection, settings: Settings, today: date, quarter: Quarter | None = None
) -> list[Line]:
    """A line for each of STATES.

    Args:
        con: from verdicts.opened.
        settings: the home.
        today: ages are counted up to this day.
        quarter: only pairs that its last run listed, and all that are decided, in conflict or lapsed; None for those of every quarter's
            last run.

    Raises:
        SendjcError: the quarter has no list of pairs.

    """
    paths = everything = lists(settings)
    if quarter is not None:
        paths = [path for path in everything if path.parent == review_folder(settings, quarter)]
        if not paths:
            raise SendjcError(f"{quarter} has no pairs for review here: `sendjc run --quarter {quarter}` first.")
    states = ", ".join(f"({place}, '{state}')" for place, state in enumerate(STATES))
    rows = con.execute(
        f"""
        with candidate as ({_listed(paths)}),

        listed as ({_listed(everything)}),

        given as (select pair, min(issued_on) as given_on from issued group by pair),

        -- What is settled, or in dispute, leaves the list of the next run. So does what partners corrected, or a threshold let go.
        queued as (
            select pair, given_on, $today::date - given_on as days,
                case
                    when pair_state.state in ('same', 'different', 'conflict') or pair in (from listed)
                        then coalesce(pair_state.state, 'no verdict')
                    else '{NOT_LISTED}'
                end as state
            from (select pair from candidate union select pair from pair_state union select pair from given)
            left join pair_state using (pair)
            left join given using (pair)
            where pair in (from candidate) or pair not in (from listed) or pair_state.state in ('same', 'different', 'conflict')
        )

        select state.name, count(pair), count(pair) filter (given_on is null), count(*) filter (days <= {WEEK}),
            count(*) filter (days > {WEEK} and days <= {MONTH}), count(*) filter (days > {MONTH}), min(given_on)
        from (values {states}) as state (place, name)
        left join queued on state.name = queued.state
        group by state.place, state.name
        order by state.place""",
        {"today": today},
    ).fetchall()
    return [Line(STATES[state], state, *counts) for state, *counts in rows]


def _listed(paths: Sequence[Path]) -> str:
    """A query of the pairs that some lists hold."""
    parts = [f"select {PAIR} as pair from read_parquet({text(path)})" for path in paths]
    return " union ".join(parts) or "select pair from pair_state where false"
