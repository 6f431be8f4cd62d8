"""A council's yearly return of looked-after children (SSDA903): header, episodes, outcomes.

Belongs here: the rows of the three files. Does not belong here: who is chosen (_social_care).
A child has one or two episodes of a spell of care; some spells are a series of short breaks (V4), some end in the year, and some begin again.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from sendjc_pipeline import feeds
from sendjc_pipeline.synthetic.partner_feeds import _local as local
from sendjc_pipeline.synthetic.partner_feeds import _social_care as care
from sendjc_pipeline.synthetic.scene import Scene
from sendjc_pipeline.synthetic.tables import dates, text

FEED = "ssda903"
_DATE = "%d/%m/%Y"
_RATE = 0.012  # of the children known here, who are more often in care than all children (0.7 %)
_WITH_PLAN = {"nottingham": 26.5, "nottinghamshire": 25.2, "derby": 35.2, "newcastle": 23.3}
_SEX_BEFORE_2025 = {"M": "1", "F": "2"}


def partners(areas: Sequence[str]) -> list[str]:
    """Every council."""
    return list(areas)


def period(scene: Scene) -> str:
    """The financial year."""
    return care.period(scene)


def spec(scene: Scene) -> str:
    """The year in which the return ends, or the nearest one that is declared."""
    known = feeds.load(FEED).specs
    return min(max(str(scene.quarter.end.year), known[0]), known[-1])


def extract(scene: Scene, partner: str) -> dict[str, pl.DataFrame] | None:
    """Every child in care at any time in the year, with the episodes; outcomes of those in care for the whole of it."""
    if not care.is_due(scene):
        return None
    children = care.chosen(scene, partner, "looked after", _RATE, _WITH_PLAN).sort("number")
    spells = _spells(scene, children)
    children = children.join(spells, on="number", how="semi", maintain_order="left")
    tables = {
        "looked_after": _header(scene, children),
        "episodes": _episodes(scene, spells),
        "oc2": _oc2(scene, spells),
    }
    whose = children.select(source_person_id="number", person="person")
    return {**{name: text(frame, _DATE) for name, frame in tables.items()}, "_person": whose}


def _header(scene: Scene, children: pl.DataFrame) -> pl.DataFrame:
    sex = pl.col("sex") if spec(scene) >= "2025" else pl.col("sex").replace(_SEX_BEFORE_2025)
    reason = pl.when(care.is_under_six(scene)).then(pl.lit("UN1")).otherwise(pl.lit("UN3"))
    frame = children.select(
        CHILD="number", SEX=sex, DOB="dob", ETHNIC="ethnicity", UPN=pl.coalesce("known_upn", reason),
        MOTHER=pl.lit("0"), MC_DOB=pl.lit(None, pl.String),
    )  # fmt: skip
    return dates(frame, "DOB")


def _spells(scene: Scene, children: pl.DataFrame) -> pl.DataFrame:
    """One spell of care per child: start, moved (the day of a change of placement or null), over (its last day or null)."""
    who = children["person"]
    ago = local.between(scene, "in care since", 20, 1_400, who)
    frame = children.with_columns(
        start=pl.max_horizontal(scene.end - pl.lit(pl.Series(ago)), pl.col("dob") + 3),
        respite=pl.Series(local.between(scene, "respite", 1, 100, who) <= 8) & pl.col("has_plan"),
        u_move=pl.Series(local.between(scene, "moved", 1, 100, who)),
        u_leave=pl.Series(local.between(scene, "left care", 1, 100, who)),
        stay=pl.Series(local.between(scene, "days of stay", 15, 330, who)),
    )
    birthday = pl.col("dob") + 18 * care.YEAR  # a few days before the eighteenth birthday
    left = pl.max_horizontal("start", pl.lit(care.year_start(scene))) + pl.col("stay")
    left = pl.when((pl.col("u_leave") <= 22) & (left <= scene.end)).then(left)
    frame = frame.with_columns(over=pl.min_horizontal(left, pl.when(birthday <= scene.end).then(birthday)))
    half = pl.col("start") + (pl.col("over").fill_null(scene.end) - pl.col("start")) // 2
    # A change before the year began would leave the first episode to an earlier return.
    changes = (pl.col("u_move") <= 30) & ~pl.col("respite") & (half > care.year_start(scene)) & (half > pl.col("start"))
    return frame.filter(pl.col("start") < pl.col("over").fill_null(scene.end)).with_columns(
        moved=pl.when(changes).then(half)
    )


def _episodes(scene: Scene, spells: pl.DataFrame) -> pl.DataFrame:
    who = spells["person"]
    homes = local.pick(scene, "placement", ("U6", "U4", "U3", "K2"), (55, 25, 12, 8), who)
    second = local.pick(scene, "second placement", ("U4", "U6", "K2"), (45, 30, 25), who)
    need = local.pick(scene, "need of care", ("N1", "N2", "N4", "N5", "N8"), (60, 10, 12, 14, 4), who)
    status = local.pick(scene, "legal status", ("C2", "C1", "V2"), (60, 20, 20), who)
    respite = pl.col("respite")
    rows = spells.with_columns(
        CHILD="number", LS=pl.when(respite).then(pl.lit("V4")).otherwise(pl.lit(status)),
        CIN=pl.when(respite).then(pl.lit("N2")).otherwise(pl.lit(need)), HOME_POST="postcode",
    )  # fmt: skip
    last = pl.when(pl.col("over") - pl.col("dob") >= 18 * care.YEAR).then(pl.lit("E7")).otherwise(pl.lit("E4A"))
    reason = pl.when(pl.col("over").is_not_null()).then(last)
    first = rows.with_columns(
        PLACE=homes, DECOM="start", RNE=pl.lit("S"), DEC=pl.coalesce("moved", "over"),
        REC=pl.when(pl.col("moved").is_not_null()).then(pl.lit("X1")).otherwise(reason),
        REASON_PLACE_CHANGE=pl.when(pl.col("moved").is_not_null()).then(pl.lit("CARPL")),
    )  # fmt: skip
    then = rows.with_columns(
        PLACE=second,
        DECOM="moved",
        RNE=pl.lit("P"),
        DEC="over",
        REC=reason,
        REASON_PLACE_CHANGE=pl.lit(None, pl.String),
    ).filter(pl.col("moved").is_not_null())
    # Some who went home come back into care, after a gap.
    back = pl.col("over") + 40
    again = rows.with_columns(
        PLACE=second, DECOM=back, RNE=pl.lit("S"), DEC=pl.lit(None, pl.Int64), REC=pl.lit(None, pl.String),
        REASON_PLACE_CHANGE=pl.lit(None, pl.String),
    ).filter(pl.col("u_move") > 70, back <= scene.end, scene.end < pl.col("dob") + 18 * care.YEAR)  # fmt: skip
    frame = pl.concat([first, then, again]).with_columns(
        PLACE_PROVIDER=pl.when(pl.col("PLACE") == "K2").then(pl.lit("PR4")).otherwise(pl.lit("PR1")),
        URN=pl.when(pl.col("PLACE") == "K2").then(pl.format("SC{}", pl.col("person") % 900_000 + 100_000)),
        # The carers live in the same part of the town: the outward code and a street of their own.
        PL_POST=pl.col("postcode").str.slice(0, pl.col("postcode").str.len_chars() - 1) + pl.lit("X"),
    )  # fmt: skip
    names = [column.name for column in feeds.load(FEED).tables["episodes"].columns]
    return dates(frame.sort("CHILD", "DECOM").select(names), "DECOM", "DEC")


def _oc2(scene: Scene, spells: pl.DataFrame) -> pl.DataFrame:
    rows = spells.filter(pl.col("over").is_null(), ~pl.col("respite"), pl.col("start") <= scene.end - care.YEAR)
    who, year = rows["person"], care.year_start(scene)
    aged = (pl.col("dob") + 4 * care.YEAR + 1 <= year) & (pl.col("dob") + 17 * care.YEAR + 4 > scene.end)
    score = local.between(scene, "sdq", 2, 30, who)
    tick = {name: pl.Series(local.between(scene, name, 1, 100, who) <= share) for name, share in
            (("IMMUNISATIONS", 88), ("TEETH_CHECK", 78), ("HEALTH_ASSESSMENT", 90), ("missing score", 15))}  # fmt: skip
    has_score = aged & ~pl.lit(tick.pop("missing score"))
    return dates(
        rows.select(
            CHILD="number", DOB="dob", SDQ_SCORE=pl.when(has_score).then(pl.lit(pl.Series(score))),
            SDQ_REASON=pl.when(aged & ~has_score).then(pl.lit("SDQ2")), CONVICTED=pl.lit("0"),
            HEALTH_CHECK=pl.when(pl.col("dob") + 5 * care.YEAR + 1 > scene.end).then(pl.lit("1")), **tick,
            SUBSTANCE_MISUSE=pl.lit("0"), INTERVENTION_RECEIVED=pl.lit(None, pl.String), INTERVENTION_OFFERED=pl.lit(None, pl.String),
        ),
        "DOB",
    )  # fmt: skip
