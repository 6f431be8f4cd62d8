"""Awkward cases that every real waiting list holds, planted on purpose.

Belongs here: two referrals for one child, a child referred again within five days of discharge or later, a death.
Does not belong here: faults in files (planter).
"""

from __future__ import annotations

from typing import cast

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic.draws import NEVER, Bools, Draws


def plant(referrals: pl.DataFrame, first_patient: int, draws: Draws) -> tuple[pl.DataFrame, dict[int, int]]:
    """Plant the awkward cases list by list, among children with one referral and no EHC case.

    Args:
        referrals: every referral with its person.
        first_patient: the first person without an EHC case.
        draws: stream.

    Returns the referrals (exit may now be 'duplicate' or 'died') and the day of death by person.
    """
    parts: list[pl.DataFrame] = []
    deaths: dict[int, int] = {}
    for key, part in referrals.group_by("provider", "service", "area_id", maintain_order=True):
        own = (pl.len().over("person") == 1) & (pl.col("person") >= first_patient)
        loose = part.select(own & (pl.col("exit") != "rejected")).to_series().to_numpy()
        planted = _Planter(part, loose, draws.child(*(str(item) for item in key)))
        parts.append(planted.run(deaths))
    return pl.concat(parts), deaths


class _Planter:
    """One list while awkward cases are planted in it; a referral is used at most once."""

    def __init__(self, part: pl.DataFrame, loose: Bools, draws: Draws) -> None:
        self.part, self.loose, self.draws = part, loose.copy(), draws
        self.c = {name: part[name].to_numpy().copy() for name in ("received", "treated", "discharged", "person")}
        self.exit = part["exit"].to_numpy().astype("U14")
        self.order = np.argsort(self.c["received"], kind="stable")
        self.sorted = self.c["received"][self.order]

    def run(self, deaths: dict[int, int]) -> pl.DataFrame:
        """Plant everything; adds to `deaths` the day of death by person."""
        many = max(len(self.loose) // 250, 2)
        left = (self.exit == "opted_out") | (self.exit == "assessed_only")
        self.again(left, 1, 5, many)
        self.again((self.c["treated"] < NEVER) | left, 6, 200, 2 * many)
        self.twice(many)
        waited = (self.c["treated"] - self.c["received"] > 60) & (self.c["treated"] < NEVER)
        for row in self.take(waited, max(many // 12, 1)):
            day = int(self.c["received"][row] + 40)
            self.c["treated"][row], self.c["discharged"][row], self.exit[row] = NEVER, day, "died"
            deaths[int(self.c["person"][row])] = day
        whole = {name: pl.Series(name, values, dtype=pl.Int64) for name, values in self.c.items()}
        return self.part.with_columns(**whole, exit=pl.Series(self.exit.astype(object), dtype=pl.String))

    def take(self, eligible: Bools, count: int) -> list[int]:
        """Use up to `count` loose referrals."""
        chosen = self.draws.sample(np.flatnonzero(eligible & self.loose), count)
        self.loose[chosen] = False
        return cast(list[int], chosen.tolist())

    def partner(self, low: int, high: int, eligible: Bools) -> int | None:
        """Find the first loose referral received between two days."""
        for place in range(int(np.searchsorted(self.sorted, low)), len(self.sorted)):
            row = int(self.order[place])
            if self.sorted[place] > high:
                return None
            if self.loose[row] and eligible[row]:
                self.loose[row] = False
                return row
        return None

    def again(self, eligible: Bools, soonest: int, latest: int, count: int) -> None:
        """Let the same child be referred again so many days after discharge."""
        for row in self.take(eligible & (self.c["discharged"] < NEVER), count):
            end = int(self.c["discharged"][row])
            other = self.partner(end + soonest, end + latest, np.ones(len(self.loose), dtype=np.bool_))
            if other is not None:
                self.c["person"][other] = self.c["person"][row]

    def twice(self, count: int) -> None:
        """Let a second referral come in while the first waits; whichever is treated first closes the other."""
        waits = (self.exit == "") & (self.c["treated"] - self.c["received"] > 45)
        for row in self.take(waits, count):
            start = int(self.c["received"][row])
            other = self.partner(start + 10, start + 40, waits)
            if other is None:
                continue
            self.c["person"][other] = self.c["person"][row]
            first, last = (row, other) if self.c["treated"][row] <= self.c["treated"][other] else (other, row)
            if self.c["treated"][first] < NEVER:
                self.c["discharged"][last] = self.c["treated"][first]
                self.c["treated"][last], self.exit[last] = NEVER, "duplicate"
