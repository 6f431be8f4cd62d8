"""The queue of pairs for review at a glance: how many wait, are decided or in conflict, and for how long.

Belongs here: counting. Does not belong here: who is given which pair (verdicts.py), or how the terminal shows it.

A pair's age counts from the day on which it was first given to a reviewer; before that it has none, for every run lists its pairs anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from sendjc_pipeline.identity.failure import guarded
from sendjc_pipeline.identity.records import text
from sendjc_pipeline.identity.vault import review_folder
from sendjc_pipeline.identity.verdicts import PAIR
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import SendjcError, Settings

WAITING, CONFLICT, DECIDED = "waiting", "in conflict", "decided"
# State of a pair (decisions.STATE; without a verdict 'no verdict') -> the part of the queue that it is in.
STATES = {
    "no verdict": WAITING, "one verdict": WAITING, "unsure": WAITING, "conflict": CONFLICT, "same": DECIDED, "different": DECIDED,
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


@guarded("counting pairs for review", "Run the quarter again: that lists its pairs anew.")
def queue(
    con: duckdb.DuckDBPyConnection, settings: Settings, today: date, quarter: Quarter | None = None
) -> list[Line]:
    """A line for each of STATES.

    Args:
        con: from verdicts.opened.
        settings: the home.
        today: ages are counted up to this day.
        quarter: only pairs that its last run listed, and all that are decided or in conflict; None for those of every quarter's last run.

    Raises:
        SendjcError: the quarter has no list of pairs.

    """
    listed = "candidate_pair.parquet"
    if quarter is None:
        paths = sorted(settings.restricted.glob(f"identity/review/[0-9]*/{listed}"))
    else:
        paths = [review_folder(settings, quarter) / listed]
        if not paths[0].is_file():
            raise SendjcError(f"{quarter} has no pairs for review here: `sendjc run --quarter {quarter}` first.")
    candidates = " union ".join(f"select {PAIR} as pair from read_parquet({text(path)})" for path in paths)
    states = ", ".join(f"({place}, '{state}')" for place, state in enumerate(STATES))
    rows = con.execute(
        f"""
        with candidate as ({candidates or "select pair from pair_state where false"}),

        given as (select pair, min(issued_on) as given_on from issued group by pair),

        -- What is settled, or in dispute, leaves the list of the next run.
        queued as (
            select pair, coalesce(pair_state.state, 'no verdict') as state, given_on, $today::date - given_on as days
            from candidate
            full join pair_state using (pair)
            left join given using (pair)
            where candidate.pair is not null or pair_state.state in ('same', 'different', 'conflict')
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
