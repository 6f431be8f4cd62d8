"""Which child each referral is about, and how the course of treatment ends.

Belongs here: drawing patients from the children with EHC cases and from other children, and the length of a course of
treatment. Does not belong here: when a turn comes (therapy), names and addresses, contacts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic.draws import NEVER, Bools, Draws, Ints

KNOWN_TO_COUNCIL = 0.17  # of referrals: children who also have an EHC case
KNOWN_TO_SLT = 0.22  # of occupational therapy referrals: children whom speech therapy knows
AGES = {
    "SLT": (1.8, 4.2, 9.0, 0.62),
    "OT": (2.5, 6.5, 13.0, 0.45),
}  # youngest, turning age, oldest, share below the turn


@dataclass
class Children:
    """Growing table of children: home area (number in calibration.AREAS) and birth day."""

    area: Ints
    dob: Ints

    def add(self, area: Ints, dob: Ints) -> Ints:
        """Append children; returns their ids."""
        first = len(self.area)
        self.area, self.dob = np.concatenate([self.area, area]), np.concatenate([self.dob, dob])
        return np.arange(first, len(self.area))


def _new_child(service: str, received: Ints, draws: Draws) -> Ints:
    low, turn, high, share = AGES[service]
    young, u = draws.chance(share, len(received)), draws.uniform(len(received))
    age = np.where(young, low + (turn - low) * u**0.8, turn + (high - turn) * u**1.6)
    return received - np.floor(age * 365.25).astype(np.int64)


def _from_pool(pool: Ints, children: Children, received: Ints, want: Bools, draws: Draws) -> Ints:
    """Try a few times to find, for each wanted referral, a child of the pool aged 2 to 15 on that day; -1 where none was."""
    found = np.full(len(received), -1, dtype=np.int64)
    for _ in range(5 if len(pool) else 0):
        pick = pool[draws.whole(0, len(pool) - 1, len(received))]
        age = (received - children.dob[pick]) / 365.25
        found = np.where(want & (found < 0) & (age >= 2.0) & (age < 16.0), pick, found)
    return found


def courses(referrals: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    """Add the course of treatment: sessions after the first, days between them, and the discharge that follows."""
    size = referrals.height
    sessions, gap, after = draws.whole(0, 3, size), draws.whole(14, 42, size), draws.whole(10, 50, size)
    treated = referrals["treated"].to_numpy()
    discharged = np.where(treated < NEVER, treated + sessions * gap + after, referrals["discharged"].to_numpy())
    return referrals.with_columns(discharged=discharged, sessions=sessions, gap=gap)


def assign(referrals: pl.DataFrame, cases: pl.DataFrame, children: Children, draws: Draws) -> pl.DataFrame:
    """Add `person` to every referral, appending children where needed.

    Args:
        referrals: every list's referrals with their courses.
        cases: EHC cases; their children may be patients too.
        children: all children so far; grows.
        draws: stream.

    """
    parts = []
    for number, area in enumerate(cal.AREAS):
        council = cases.filter(pl.col("area_id") == area, pl.col("reason") != 8)["person"].unique().sort().to_numpy()
        speech = np.zeros(0, dtype=np.int64)
        for service in ("SLT", "OT"):
            stream = draws.child(area, service)
            part = referrals.filter(pl.col("area_id") == area, pl.col("service") == service)
            received = part["received"].to_numpy()
            size = part.height
            person = _from_pool(council, children, received, stream.chance(KNOWN_TO_COUNCIL, size), stream)
            want = (person < 0) & stream.chance(KNOWN_TO_SLT, size)
            person = np.maximum(person, _from_pool(speech, children, received, want, stream))
            new = np.flatnonzero(person < 0)
            person[new] = children.add(np.full(len(new), number), _new_child(service, received[new], stream))
            part = _apart(part.with_columns(pl.Series("person", person)), number, service, children, stream)
            speech = part["person"].to_numpy() if service == "SLT" else speech
            parts.append(part)
    return pl.concat(parts)


def _apart(part: pl.DataFrame, area: int, service: str, children: Children, draws: Draws) -> pl.DataFrame:
    """Give a referral that would overlap its child's last one, or follow it within two months, to another child."""
    while True:
        ordered = part.with_row_index("place").sort("person", "received", "place")
        close = ordered.filter(pl.col("received") <= pl.col("discharged").shift(1).over("person") + 60)
        if close.is_empty():
            return part
        place, received = close["place"].to_numpy(), close["received"].to_numpy()
        person = part["person"].to_numpy().copy()
        person[place] = children.add(np.full(len(place), area), _new_child(service, received, draws))
        part = part.with_columns(pl.Series("person", person))
