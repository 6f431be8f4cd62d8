"""What stands of the extracts of one feed (domain sources 3.5), in the words that both national feeds share.

- The newest extract that holds a record is right about it (latest row per key).
- A referral that its provider no longer sends, and a team that a newer extract of its referral no longer names, closed with the last period in
  which it was seen (stopped submitting = closed; decision 0005).
- A contact belongs to its own team (0005). One that names a team which is none of its referral's, or none at all, is of the first team
  where the feed tells which that is, else of the referral's service, if that is only one; else of none: a wait may rather look
  too long than too short.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeVar

from .records import Activity, Contact, Diagnosis, Rtt, Setting

_ATTENDED = ("5", "6")
_TREATED, _ENDED_UNTREATED = "30", ("31", "32", "34", "35", "36")
Record = TypeVar("Record", bound=Any)


class Part(NamedTuple):
    """A team that a referral went to, as last told; `seen` is the end of the last period that named it."""

    name: str | None
    kind: str | None
    service: str | None
    closed: date | None
    rejected: date | None
    seen: date
    is_first: bool = False


class Held(NamedTuple):
    """An appointment as last told, and what was done."""

    day: date
    attendance: str | None
    service: str | None
    is_attended: bool
    is_treatment: bool
    is_assessment: bool


class Asked(NamedTuple):
    """A referral as last told."""

    provider: str
    referral: str
    received: date
    discharged: date | None
    has_lost_rows: bool
    parts: list[Part]
    held: list[Held]
    treated: list[date]
    ended_untreated: list[date]
    diagnosed: list[date]
    measured: list[date]
    planned: list[date]


class Tables(NamedTuple):
    """A child's rows of one feed that mean the same in both, and what an activity says: treatment, assessment or nothing."""

    referrals: Sequence[Any]
    contacts: Sequence[Contact]
    activities: Sequence[Activity]
    rtts: Sequence[Rtt]
    diagnoses: Sequence[Diagnosis]
    further_diagnoses: Sequence[Diagnosis]
    meaning: Callable[[str | None], str]


def standing(tables: Tables, parts_of: Callable[[Any], list[Part]]) -> Iterator[Asked]:
    """Each referral as it stands; `parts_of` tells its teams, given its newest row."""
    sent = defaultdict(list)
    for row in tables.referrals:
        sent[row.provider, row.referral].append(row)
    if not sent:
        return
    contacts = newest(tables.contacts, lambda c: (c.provider, c.referral, c.contact))
    done = defaultdict(set)
    for activity in newest(tables.activities, lambda a: (a.provider, a.activity)):
        done[activity.provider, activity.contact].add(tables.meaning(activity.code))
    rtts = newest(tables.rtts, lambda r: (r.provider, r.referral, r.pathway))
    diagnoses = [
        *newest(tables.diagnoses, lambda d: (d.provider, d.referral, d.scheme, d.diagnosis)),
        *newest(tables.further_diagnoses, lambda d: (d.provider, d.referral, d.scheme, d.diagnosis)),
    ]
    for key, rows in sent.items():
        row = max(rows, key=lambda r: r.period)
        parts = parts_of(row)
        ended = [(r.status, r.end) for r in rtts if (r.provider, r.referral) == key and r.end is not None]
        yield Asked(
            row.provider, row.referral, row.received, row.discharged, any(r.has_lost_rows for r in rows), parts,
            held=[_held(c, parts, done[c.provider, c.contact]) for c in contacts if (c.provider, c.referral) == key],
            treated=[day for status, day in ended if status == _TREATED],
            ended_untreated=[day for status, day in ended if status in _ENDED_UNTREATED],
            diagnosed=[d.day for d in diagnoses if (d.provider, d.referral) == key and d.day is not None],
            measured=[], planned=[],
        )  # fmt: skip


def newest(rows: Iterable[Record], key: Callable[[Record], object]) -> list[Record]:
    """Of each record the row of its newest extract."""
    found: dict[object, Record] = {}
    for row in rows:
        name = key(row)
        before = found.get(name)
        if before is None or row.period > before.period:
            found[name] = row
    return list(found.values())


def end_of(setting: Setting, row: Any) -> date:
    """The last day of the period of a row's extract."""
    return setting.periods[row.period].end


def _held(contact: Contact, parts: Sequence[Part], done: set[str]) -> Held:
    is_attended = contact.attendance in _ATTENDED
    return Held(
        contact.day, contact.attendance, _service_of(contact, parts), is_attended,
        is_attended and "treatment" in done, is_attended and "assessment" in done,
    )  # fmt: skip


def _service_of(contact: Contact, parts: Sequence[Part]) -> str | None:
    by_name = contact.team is not None
    own = [part for part in parts if (part.name == contact.team if by_name else part.is_first)]
    if own and own[0].service is not None:
        return own[0].service
    kinds = {part.service or part.kind or part.name for part in parts}
    return parts[0].service if len(kinds) == 1 else None
