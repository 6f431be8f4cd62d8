"""Survey answers: one wave a quarter of each instrument. Shares of positive answers are assumed; no public source has them by area."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from sendjc_pipeline.synthetic import returns
from sendjc_pipeline.synthetic.scene import Scene

FEED = "survey_return"
_KEYS = ("instrument", "area", "service", "question", "respondent_type")
# instrument, service, question, respondent, invited for every 70,000 children, share who answer, share positive
_COUNCIL = (
    ("parentcarer", "ehc", "ehctimely", "family", 420, 0.24, 0.41), ("parentcarer", "ehc", "viewsconsidered", "family", 420, 0.24, 0.52),
    ("parentcarer", "ehc", "ehcexperience", "family", 420, 0.24, 0.45), ("parentcarer", "ehc", "reviewvalue", "family", 420, 0.24, 0.58),
    ("parentcarer", "ehc", "reviewlistened", "family", 420, 0.24, 0.61), ("professional", "ehc", "revieweffective", "senco", 150, 0.45, 0.63),
    ("parentcarer", "all", "graduatedclear", "family", 420, 0.24, 0.39), ("qaaudit", "ehc", "contributiongood", "professional", 90, 1.0, 0.57),
)  # fmt: skip
_HAPPINESS = tuple(("happiness", "all", q, "cyp", 900, 0.3, p) for q, p in (
    ("happyknowhelp", 0.71), ("happythingstodo", 0.63), ("happyplaceschill", 0.55), ("happysetting", 0.74)))  # fmt: skip
_PROVIDER = (
    ("feedback", "slt", "feedback", "family", 300, 0.2, 0.82), ("feedback", "slt", "feedback", "cyp", 180, 0.2, 0.86),
    ("feedback", "ot", "feedback", "family", 160, 0.2, 0.8), ("professional", "ot", "roleunderstanding", "professional", 110, 0.35, 0.66),
    ("outcome", "ot", "outcomeimproved", "cyp", 120, 0.7, 0.69),
)  # fmt: skip
_BOARD = (("parentcarer", "all", "satisfaction", "family", 500, 0.18, 0.6),)


def partners(areas: Sequence[str]) -> list[str]:
    """Councils, the two trusts with therapy services in most areas, and boards."""
    return [*returns.councils(areas), *returns.providers(areas, ("RHA", "RTD", "RY8")), *returns.boards(areas)]


def extract(scene: Scene, partner: str) -> dict[str, pl.DataFrame]:
    """One row per question, with the fieldwork in the last half of the quarter."""
    asked = _COUNCIL if partner in scene.areas else _PROVIDER if partner.startswith("R") else _BOARD
    if partner == "newcastle":
        asked = (*asked, *_HAPPINESS)
    names = ("instrument", "service", "question", "respondent_type", "mean", "answer", "agree")
    frame = returns.rows(scene, monthly=False, area=returns.areas_of(partner, scene.areas))
    frame = frame.join(pl.DataFrame(list(asked), schema=list(names), orient="row"), how="cross")
    # One wave asks one set of people: who was invited and who answered goes with the instrument, not with the question.
    whom = ("instrument", "area", "service", "respondent_type")
    invited = returns.around(scene, frame, "survey invited", whom, frame["mean"].to_numpy(), 12)
    returned = (
        invited * frame["answer"].to_numpy() * (0.9 + 0.1 * returns.uniform(scene, frame, "survey returned", whom, 0))
    ).astype("int64")
    skipped = returns.part(scene, frame, "survey skipped", _KEYS, returned, 0.05)
    valid = returned - skipped
    positive = (
        valid * frame["agree"].to_numpy() * (0.92 + 0.16 * returns.uniform(scene, frame, "survey positive", _KEYS, 0))
    ).astype("int64")
    positive = positive.clip(0, valid)
    neutral = returns.part(scene, frame, "survey neutral", _KEYS, valid - positive, 0.4)
    made = returns.text(
        frame.drop("mean", "answer", "agree"), fieldwork_start=[returns.day(scene, 40)] * frame.height,
        fieldwork_end=[returns.day(scene, 5)] * frame.height, question_version=["1"] * frame.height, invited=invited, returned=returned,
        valid=valid, positive=positive, neutral=neutral, negative=valid - positive - neutral, not_applicable=skipped,
    )  # fmt: skip
    wave = pl.lit(f"{scene.quarter.label} wave").alias("wave")
    return {"response": made.rename({"as_of": "wave"}).with_columns(wave)}
