"""Referrals of children to mental-health and neurodevelopment teams, drawn from the children of the world.

Belongs here: who is referred, for what, and what becomes of it; contacts. Does not belong here: tables and headers (mhsds). A child is referred
at most once, to the provider of the area where it lived as the world began.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic.draws import NEVER, Floats, noise
from sendjc_pipeline.synthetic.population import chance
from sendjc_pipeline.synthetic.scene import Scene

SERVES = {"RHA": ("nottingham", "nottinghamshire"), "RXM": ("derby",), "RX4": ("newcastle",)}
REFERRED = 0.2
_FIRST = cal.day(cal.WORLD_START)
# Reason, team type, share of referrals, shortest and longest days from receipt to the first contact: autism waits are the long ones.
_KINDS = (
    ("25", "C04", 0.42, 90, 900),
    ("24", "C04", 0.16, 60, 700),
    ("05", "A06", 0.16, 10, 160),
    ("04", "A06", 0.08, 10, 140),
    ("15", "A06", 0.08, 2, 60),
    ("16", "A06", 0.05, 14, 150),
    ("30", "E01", 0.05, 14, 200),
)
TEAMS = ("C04", "A06", "E01", "A18")


def providers(areas: tuple[str, ...]) -> list[str]:
    """The providers that serve any of the areas."""
    return [provider for provider, served in SERVES.items() if set(served) & set(areas)]


def _u(scene: Scene, salt: str, *keys: pl.Series) -> Floats:
    return noise(scene.world.seed, f"mhsds {salt}", *(key.to_numpy().astype(np.int64) for key in keys))


def referrals(scene: Scene, provider: str) -> pl.DataFrame:
    """Referrals open on some day of the quarter, with what is known by its end (days; null is not yet).

    person, received, reason, team, seen, discharged, rejected, diagnosed, planned, other_team; `died` patients are left out.
    """
    areas = [area for area in SERVES[provider] if area in scene.areas]
    people = scene.world.persons.filter(pl.col("area_id").is_in(areas), pl.col("died") >= NEVER)
    people = people.filter(chance(scene.world, "mental health referral", REFERRED, people["person"]))
    who, dob = people["person"], people["dob"].to_numpy()
    received = dob + 5 * 365 + np.floor(_u(scene, "received", who) * 12 * 365).astype(np.int64)
    shares = np.cumsum([kind[2] for kind in _KINDS])
    kind = np.searchsorted(shares, _u(scene, "kind", who) * shares[-1], side="right")
    shortest, longest = (np.array([k[place] for k in _KINDS])[kind] for place in (3, 4))
    seen = received + shortest + np.floor((longest - shortest) * _u(scene, "wait", who) ** 1.4).astype(np.int64)
    rejected = np.where(
        _u(scene, "rejected", who) < 0.13, received + 7 + np.floor(_u(scene, "when", who) * 28).astype(np.int64), NEVER
    )
    left = np.where(rejected < NEVER, NEVER, seen + 60 + np.floor(_u(scene, "length", who) * 420).astype(np.int64))
    frame = pl.DataFrame({
        "person": who, "received": received, "reason": pl.Series([k[0] for k in _KINDS]).gather(kind), "team": pl.Series([k[1] for k in _KINDS]).gather(kind),
        "seen": np.where(rejected < NEVER, NEVER, seen), "discharged": left, "rejected": rejected,
        "outcome": _u(scene, "outcome", who), "twice": _u(scene, "other team", who) < 0.12,
    })  # fmt: skip
    ended = pl.min_horizontal("discharged", "rejected")
    open_now = frame.filter(pl.col("received").is_between(_FIRST, scene.end), ended >= scene.start)
    confirmed = (pl.col("reason") == "25") & (pl.col("outcome") < 0.7)
    told = open_now.with_columns(diagnosed=pl.when(confirmed).then(pl.col("seen") + 40), planned=pl.col("seen") + 21).with_columns(
        pl.when(pl.col(name) <= scene.end).then(name).alias(name) for name in ("seen", "discharged", "rejected", "diagnosed", "planned")
    )  # fmt: skip
    return told.sort("person")


def contacts(scene: Scene, referrals: pl.DataFrame) -> pl.DataFrame:
    """Appointments by the quarter's end: person, n, day, status, first; every third or so is missed or cancelled."""
    seen = referrals.filter(pl.col("seen").is_not_null())
    rows = seen.select("person", "seen", "discharged", n=pl.lit([0, 1, 2, 3])).explode("n")
    gap = 21 + np.floor(_u(scene, "gap", rows["person"]) * 30).astype(np.int64)
    u = pl.Series("u", _u(scene, "attended", rows["person"], rows["n"]))
    later = (
        pl.when(u < 0.78)
        .then(pl.lit("5"))
        .when(u < 0.84)
        .then(pl.lit("6"))
        .when(u < 0.92)
        .then(pl.lit("3"))
        .when(u < 0.97)
    )
    rows = rows.with_columns(
        day=pl.col("seen") + pl.col("n") * pl.Series(gap),
        status=pl.when(pl.col("n") == 0).then(pl.lit("5")).otherwise(later.then(pl.lit("2")).otherwise(pl.lit("4"))),
    )
    return rows.filter(
        pl.col("day") <= pl.min_horizontal(pl.lit(scene.end), pl.col("discharged").fill_null(NEVER))
    ).sort("person", "n")
