"""What happened to pupils in the term told: sessions attended and missed, suspensions and exclusions.

Belongs here: rates by SEN provision, as published for each council (domain/rules.md 8.5, domain/sources.md 7.3), and the rows that follow.
Does not belong here: who is on roll (_school_census_pupils), headers (school_census).
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic.draws import noise
from sendjc_pipeline.synthetic.partner_feeds._school_census_term import Term
from sendjc_pipeline.synthetic.scene import Scene

# By provision E, K, N: percent persistently and severely absent (2024/25); suspensions of a term, and permanent exclusions of a year, per 100 pupils.
RATES = {
    "derby": ((35.7, 28.5, 16.3), (7.6, 4.4, 1.1), (7.5, 8.4, 2.2), (0.08, 0.18, 0.05)),
    "newcastle": ((34.3, 30.5, 17.0), (9.8, 5.8, 1.7), (14.6, 18.7, 5.2), (0.25, 0.63, 0.12)),
    "nottingham": ((38.3, 31.3, 17.4), (10.3, 4.8, 1.6), (8.3, 13.9, 3.3), (0.62, 1.06, 0.17)),
    "nottinghamshire": ((40.4, 28.6, 13.9), (12.5, 5.3, 1.2), (14.1, 14.6, 3.4), (0.16, 0.51, 0.08)),
}
PERSISTENT, SEVERE, SUSPENDED, EXCLUDED = range(4)
_FULL_REGISTER = 4  # one school in so many exports the sessions attended, too
_PERSISTENT_SHARE = 0.1
_NEW_CODES = cal.day(date(2024, 8, 19))  # C2 and others are in use from then on
_ABSENCES = (("O", 0.4), ("M", 0.6), ("U", 0.75), ("C2", 0.85), ("G", 0.95), ("C", 1.0))
_REASONS = (("DB", 0.5), ("PP", 0.65), ("VA", 0.8), ("PA", 0.88), ("DM", 0.93), ("DA", 0.97), ("OW", 1.0))


def fate(scene: Scene, salt: str, who: pl.Series, term: Term | None = None) -> pl.Series:
    """A number in [0, 1) for each pupil, the same in every census unless a term is given."""
    keys = [who.to_numpy().astype(np.int64)]
    return pl.Series(salt, noise(scene.world.seed, f"census {salt} {term.spec if term else ''}", *keys))


def _rate(area: str, kind: int) -> pl.Expr:
    values = dict(zip("EKN", RATES[area][kind], strict=True))
    return pl.col("provision").replace_strict(values, return_dtype=pl.Float64) / 100


def _choice(u: pl.Series, ladder: tuple[tuple[str, float], ...]) -> pl.Expr:
    edges = np.array([edge for _, edge in ladder[:-1]])
    return pl.lit(pl.Series([code for code, _ in ladder]).gather(np.searchsorted(edges, u.to_numpy(), side="right")))


def suspensions(scene: Scene, area: str, term: Term, pupils: pl.DataFrame, *, has_left: bool) -> pl.DataFrame:
    """Rows key, start (day), sessions, category, reason1, reason2, provision; on weekdays of the term told, before the pupil left."""
    there = pupils.filter(pl.col("entry") < term.first, pl.col("year") > 0)
    who = there["person"]
    rate = _rate(area, SUSPENDED)
    some = there.with_columns(
        fate(scene, "suspended", who, term), fate(scene, "start", who, term), fate(scene, "length", who, term)
    )
    once = some.filter(pl.col("suspended") < rate * 0.7).with_columns(n=pl.lit(0))
    again = some.filter(pl.col("suspended") < rate * 0.3).with_columns(n=pl.lit(1))
    final = fate(scene, "excluded", who, term)
    # Who is permanently excluded is off the roll by census day, except while a review goes on.
    share = 0.1 if has_left else 0.0
    out = (
        some.with_columns(final)
        .filter(pl.col("excluded") < pl.max_horizontal(_rate(area, EXCLUDED) / 4, pl.lit(share)))
        .with_columns(n=pl.lit(2))
    )
    rows = pl.concat([once, again, out], how="diagonal")
    last = pl.min_horizontal(pl.lit(term.last), "until")
    span = (last - term.first - 28).clip(1)
    day = term.first + (pl.col("start") * span).floor().cast(pl.Int64) + pl.col("n") * 7
    weekend = ((day + 3) % 7 - 4).clip(0)
    u = fate(scene, "reason", rows["person"] * 3 + rows["n"], term)
    sessions = 1 + (pl.col("length") ** 2 * 9).floor().cast(pl.Int64)
    lunch = pl.lit(u) > 0.98
    return rows.with_columns(
        start=day - weekend, category=pl.when(pl.col("n") == 2).then(pl.lit("PERM")).when(lunch).then(pl.lit("LNCH")).otherwise(pl.lit("SUSP")),
        sessions=pl.when(pl.col("n") < 2).then(pl.when(lunch).then(1).otherwise(sessions)),
        reason1=_choice(u, _REASONS), reason2=pl.when(pl.lit(u) < 0.2).then(pl.lit("VP")),
    ).filter(pl.col("start") <= pl.col("until")).select(
        "key", "start", "sessions", "category", "reason1", "reason2", "provision"
    ).sort("key", "start")  # fmt: skip


def attendance(scene: Scene, area: str, term: Term, pupils: pl.DataFrame, *, half: bool) -> pl.DataFrame:
    """Add possible, absent, ill, other_code, other and present to those who were there; who was seldom absent was so for one reason.

    `pupils`: person, key, provision, entry, until, estab, and suspended, the sessions of their suspensions.
    """
    first, last, most = term.half if half and term.half else (term.first, term.last, term.possible)
    there = pupils.filter(pl.col("entry") < first, pl.col("until") > first)
    who = there["person"]
    trait, now, depth = fate(scene, "absent", who), fate(scene, "this term", who, term), fate(scene, "depth", who, term)
    severe, persistent = _rate(area, SEVERE), _rate(area, PERSISTENT)
    u = pl.lit((trait + 0.1 * (now - 0.5)) % 1)  # who was often away mostly is so again
    share = (
        pl.when(u < severe).then(0.5 + 0.4 * pl.lit(depth)).when(u < persistent).then(0.1 + 0.4 * pl.lit(depth) ** 3)
    )
    closed = 2 * (pl.col("estab") % 3)  # training days differ between schools
    stay = ((pl.min_horizontal("until", pl.lit(last)) - first + 1) / (last - first + 1)).clip(0.05, 1)
    possible = pl.max_horizontal(((most - closed) * stay).floor().cast(pl.Int64), "suspended")
    table = there.with_columns(possible=possible, share=share.otherwise(0.09 * pl.lit(depth)))
    room = (pl.col("possible") - pl.col("suspended") - 2).clip(0)
    table = table.with_columns(
        absent=pl.min_horizontal((pl.col("possible") * pl.col("share")).round().cast(pl.Int64), room)
    )
    old = term.told < _NEW_CODES
    code = _choice(fate(scene, "code", who, term), _ABSENCES)
    seldom = pl.col("absent") < pl.col("possible") * _PERSISTENT_SHARE
    once_ill = pl.lit(fate(scene, "one reason", who, term)) < 0.6
    ill = pl.when(seldom & once_ill).then("absent").when(seldom).then(0)
    return table.with_columns(
        ill=ill.otherwise((pl.col("absent") * 0.6).ceil().cast(pl.Int64)), other_code=code.replace({"C2": "C"}) if old else code,
    ).with_columns(other=pl.col("absent") - pl.col("ill"), present=pl.col("possible") - pl.col("absent") - pl.col("suspended"))  # fmt: skip


def sessions(table: pl.DataFrame) -> pl.DataFrame:
    """Rows key, attendancereason, sessions from `attendance`: one per code of absence that occurs, of some schools also those of presence."""
    full = table.filter(pl.col("estab") % _FULL_REGISTER == 0)
    parts = [
        full.select("key", code=pl.lit("/"), n=(pl.col("present") + 1) // 2), full.select("key", code=pl.lit("\\"), n=pl.col("present") // 2),
        table.select("key", code=pl.lit("I"), n="ill"), table.select("key", code="other_code", n="other"),
        table.select("key", code=pl.lit("E"), n="suspended"),
    ]  # fmt: skip
    return (
        pl.concat(parts)
        .filter(pl.col("n") > 0)
        .select("key", attendancereason="code", sessions="n")
        .sort("key", "attendancereason")
    )
