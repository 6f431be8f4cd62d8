"""Which partner may share which feed with us, since when and until when: seeds/reference/sharing_agreement.csv.

Belongs here: reading the seed and asking it. Does not belong here: keeping rows out (admission.py), or which children
opted out (opt_out.py).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from sendjc_pipeline import feeds
from sendjc_pipeline.feeds.partners import kinds
from sendjc_pipeline.settings import SendjcError

SEED = Path(__file__).resolve().parents[2] / "seeds" / "reference" / "sharing_agreement.csv"

RetentionClass = Literal["child_health_record", "education_record", "ehc_record", "social_care_record"]


class Agreement(BaseModel):
    """One row of the seed. Both days are days of receipt (UTC), and both are covered; `valid_to` is None while it holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agreement_id: str = Field(min_length=1)
    partner: str
    feed: str
    purpose: str = Field(min_length=1)
    legal_basis: str = Field(min_length=1)
    opt_out_applies: bool
    valid_from: date
    valid_to: Annotated[date | None, BeforeValidator(lambda value: value or None)]
    retention_class: RetentionClass

    @model_validator(mode="after")
    def _is_between_a_partner_and_its_feed(self) -> Agreement:
        if self.feed not in feeds.names() or not feeds.load(self.feed).is_person_level:
            raise ValueError("feed is not a feed that holds persons")
        if kinds().get(self.partner) not in feeds.load(self.feed).partners:
            raise ValueError("partner does not send that feed")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to is before valid_from")
        return self

    def covers(self, day: date) -> bool:
        """Whether what is received on that day is received under it."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def in_force(partner: str, feed: str, day: date) -> Agreement | None:
    """The agreement under which a feed of a partner is received on a day, or None: then its rows must stay out.

    Raises:
        SendjcError: the seed is missing or wrong; the text names the row and the rule.
    """
    return next((one for one in _read(SEED) if (one.partner, one.feed) == (partner, feed) and one.covers(day)), None)


def may_be_used(partner: str, feed: str, day: date) -> bool:
    """Whether what a partner sent may be used: feeds without persons need no agreement. Raises as `in_force` does."""
    return not feeds.load(feed).is_person_level or in_force(partner, feed, day) is not None


@cache
def _read(path: Path) -> tuple[Agreement, ...]:
    if not path.is_file():
        raise SendjcError(f"The seed {path.name} is missing from seeds/reference: restore it from version control.")
    with path.open(encoding="utf-8", newline="") as file:
        found = [(number, _row(path, number, row)) for number, row in enumerate(csv.DictReader(file), start=2)]
    _require_one_at_a_time(path, found)
    return tuple(agreement for _, agreement in found)


def _row(path: Path, number: int, row: dict[str, str]) -> Agreement:
    try:
        return Agreement.model_validate(row)
    except ValidationError as error:
        fault = error.errors()[0]
        column = ".".join(str(part) for part in fault["loc"])
        rule = fault["msg"].removeprefix("Value error, ")
        raise SendjcError(
            f"{path.name} row {number}: {f'{column}: ' if column else ''}{rule}. Correct the row."
        ) from None


def _require_one_at_a_time(path: Path, found: Iterable[tuple[int, Agreement]]) -> None:
    ordered = sorted(found, key=lambda item: (item[1].partner, item[1].feed, item[1].valid_from))
    seen: set[str] = set()
    for number, agreement in ordered:
        if agreement.agreement_id in seen:
            raise SendjcError(f"{path.name} row {number}: its agreement_id is that of another row. Correct the row.")
        seen.add(agreement.agreement_id)
    for (_, one), (number, two) in pairwise(ordered):
        same = (one.partner, one.feed) == (two.partner, two.feed)
        if same and one.covers(two.valid_from):
            raise SendjcError(
                f"{path.name} row {number}: it begins while {one.agreement_id} is in force. End that one the day before."
            )
