"""Waiting lists for speech and language therapy and occupational therapy, as queues.

Belongs here: who arrives when, whose turn comes when, and how that first appointment goes, week by week for one provider,
service and area. Waits are never drawn: they come out of arrivals, priority and capacity, so that open and completed waits
cohere. Does not belong here: which child a referral is about, and the contacts written about it.

`run` returns a referral table in days since 1970 (NEVER = not in this world): received, treated, discharged (untreated
exits only), exit (blank, rejected, dna_first, opted_out, assessed_only), dna, cancelled and provider_cancelled (dates of
missed first appointments).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic.draws import NEVER, Draws, Floats, Ints

ARRIVALS = (
    1.10,
    1.10,
    1.15,
    0.90,
    1.05,
    1.00,
    0.80,
    0.50,
    1.15,
    1.25,
    1.20,
    0.80,
)  # by month: autumn peak, August trough
CAPACITY = (1.05, 1.05, 1.10, 0.85, 1.05, 1.10, 1.00, 0.65, 1.05, 1.10, 1.10, 0.80)
GAIN = 0.08  # share of a list's excess over its usual length that the service works off in a week
TURN = ("treated", "dna", "cancelled", "provider_cancelled", "dna_first", "opted_out", "assessed_only")
TURN_CHANCE = (0.72, 0.06, 0.045, 0.03, 0.02, 0.03, 0.095)
REJECTED = 0.05
COLUMNS = ("received", "treated", "discharged", "dna", "cancelled", "provider_cancelled")


@dataclass(frozen=True)
class Queue:
    """One waiting list: referrals a week, and the share still waiting after so many weeks when the list is steady."""

    provider: str
    service: str
    area_id: str
    weekly: float
    weeks: Floats
    still_waiting: Floats

    @property
    def usual_length(self) -> float:
        """Apply Little's law: arrivals a week times the mean wait in weeks."""
        return self.weekly * float(np.trapezoid(self.still_waiting, self.weeks))

    def urgency(self, u: Floats) -> Floats:
        """Give the wait in weeks, by clinical priority, that goes with a draw: the inverse of the still-waiting curve."""
        return np.interp(1.0 - u, 1.0 - self.still_waiting, self.weeks)

    def age_of_open(self, u: Floats) -> Floats:
        """Draw how long a child already on a steady list has waited, in weeks."""
        fine = np.linspace(0.0, float(self.weeks[-1]), 400)
        mass = np.cumsum(np.interp(fine, self.weeks, self.still_waiting))
        return np.interp(u, mass / mass[-1], fine)


def queues(scale: float) -> list[Queue]:
    """Read the lists of calibration/therapy_queue.csv at the world's scale."""
    return [
        Queue(row["provider"], row["service"], row["area_id"], row["referrals_per_week"] * scale,
              np.array([float(x) for x in row["weeks"].split()]), np.array([float(x) for x in row["still_waiting"].split()]))
        for row in cal.table("therapy_queue").rows(named=True)
    ]  # fmt: skip


def _month(days: Ints) -> Ints:
    """Give the month, 0 to 11, of days since 1970."""
    return (days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)) % 12


def arrivals(queue: Queue, draws: Draws) -> tuple[Ints, Floats]:
    """Draw the days on which referrals come in, and by which each ought to be seen; the first are on the list already."""
    start, end = cal.day(cal.WORLD_START), cal.day(cal.WORLD_END)
    before = round(queue.usual_length)
    waited = queue.age_of_open(draws.uniform(before)) * 7
    done = 1.0 - np.interp(waited / 7, queue.weeks, queue.still_waiting)
    due_before = queue.urgency(done + (1.0 - done) * draws.uniform(before)) * 7 - waited
    days = np.arange(start, end + 1)
    weight = np.array(ARRIVALS)[_month(days)] * np.where((days + 3) % 7 > 4, 0.15, 1.0)
    count = round(queue.weekly * len(days) / 7 + 2 * (draws.uniform(1)[0] - 0.5) * np.sqrt(queue.weekly * 10))
    later = np.sort(days[draws.index(weight, count)])
    due = np.concatenate([start + due_before, later + queue.urgency(draws.uniform(count)) * 7])
    received = np.concatenate([start - 1 - np.floor(waited).astype(np.int64), later])
    return received, due


class _List:
    """The state of one list while its weeks are played."""

    def __init__(self, queue: Queue, draws: Draws) -> None:
        self.queue, self.draws = queue, draws
        self.received, self.due = arrivals(queue, draws.child("arrivals"))
        size = len(self.received)
        self.free = self.received.copy()  # first day on which the child can be offered a turn
        self.out = {name: np.full(size, NEVER, dtype=np.int64) for name in COLUMNS[1:]}
        self.exit = np.full(size, "", dtype="U14")
        self.turn = draws.child("turns").index(TURN_CHANCE, size)
        triage = draws.child("triage")
        self.rejected = triage.chance(REJECTED, size) & (self.received >= cal.day(cal.WORLD_START))
        rejected = np.flatnonzero(self.rejected)
        self.out["discharged"][rejected] = self.received[rejected] + triage.whole(2, 24, len(rejected))
        self.exit[rejected] = "rejected"
        self.left = self.rejected.copy()  # nobody rejected at triage ever takes a slot

    def capacity(self, monday: int, waiting: int, luck: float) -> int:
        """Count slots in a week: usual demand by season, and a little more or less as the list is longer or shorter than usual."""
        season = CAPACITY[int(_month(np.array([monday]))[0])]
        usual = self.queue.weekly * (1 - REJECTED) * (1 + sum(TURN_CHANCE[1:4]))
        slots = usual * season + GAIN * (waiting - self.queue.usual_length * 0.99)
        return max(int(np.floor(slots + luck)), 0)

    def see(self, monday: int, chosen: Ints, weekday: Ints) -> None:
        """Play the turns of one week."""
        day = monday + weekday
        turn = self.turn[chosen]
        for number, name in enumerate(TURN):
            who, when = chosen[turn == number], day[turn == number]
            if name == "treated":
                self.out["treated"][who] = when
                self.left[who] = True
            elif name in ("dna", "cancelled", "provider_cancelled"):
                self.out[name][who] = when
                self.turn[who] = 0  # the next time they come, or are seen
                self.free[who] = when + (7 if name == "provider_cancelled" else 14)
            else:
                if name == "dna_first":
                    self.out["dna"][who] = when
                self.exit[who] = name
                self.out["discharged"][who] = when + (7 if name == "dna_first" else 0)
                self.left[who] = True


def run(queue: Queue, draws: Draws) -> pl.DataFrame:
    """Play every week of the world on one list and return its referrals (columns in the module's docstring)."""
    state = _List(queue, draws)
    mondays = range(cal.day(cal.WORLD_START), cal.day(cal.WORLD_END) + 1, 7)
    luck = draws.child("capacity").uniform(len(mondays))
    weekdays = draws.child("weekdays")
    known = np.searchsorted(
        state.received, np.array(mondays), side="left"
    )  # those on the list at the start are all past
    waiting = np.arange(0)
    seen = 0
    for week, monday in enumerate(mondays):
        reach = max(int(known[week]), seen)
        waiting = np.concatenate([waiting, np.arange(seen, reach)])
        seen = reach
        waiting = waiting[~state.left[waiting]]
        ready = waiting[state.free[waiting] < monday]
        slots = min(state.capacity(monday, len(waiting), float(luck[week])), len(ready))
        if slots:
            chosen = ready[np.argsort(state.due[ready], kind="stable")[:slots]]
            state.see(monday, chosen, weekdays.whole(0, 4, slots))
    return pl.DataFrame({
        "provider": queue.provider, "service": queue.service, "area_id": queue.area_id, "received": state.received,
        **state.out, "exit": state.exit,
    })  # fmt: skip
