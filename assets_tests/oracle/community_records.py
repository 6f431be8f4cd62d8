"""What providers' extracts of community services (CSDS) say of a child: a referral's life, told in part, late or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from .choices import Choices
from .lives import STOPPED_SENDING, Life, a_life, again, extracts_of, first_day, kept_in, known, rtt_in
from .records import Activity, Child, Contact, Diagnosis, Period, Referral, Rtt, Setting, Team

PROVIDERS = ("RHA", "RY8", "RXM", "RTD")
THERAPIES = (("33",), ("33",), ("33",), ("23",), ("23",), ("33", "23"), ("33", "26"), ("33", "33"), ("26",))
OTHERS = (
    ("06",),
    ("06",),
    ("17",),
    ("24",),
    ("32",),
    ("50",),
    ("26",),
    ("06", "17"),
    ("26", "06"),
    ("32", "38"),
    ("24", "24"),
    ("06", "06"),
)
_REASONS = (None, "017", "001")
_CORRECTED = {"33": "23", "23": "33", "06": "17", "17": "06"}


def add_referrals(c: Choices, setting: Setting, child: Child, name: str, kinds: Sequence[tuple[str, ...]]) -> None:
    """One to three referrals at one provider to teams of these kinds, and at times a transfer to another (7.2, 7.12)."""
    providers = [STOPPED_SENDING if c.chance(6) else c.pick(PROVIDERS)]
    if c.chance(12):
        providers.append(c.pick([other for other in PROVIDERS if other != providers[0]]))
    received, number = None, 0
    shares_contacts = c.chance(6)  # identifiers of contacts repeat across referrals (sources 3.5)
    types = c.pick(kinds)
    for provider in providers:
        received = first_day(c, setting, provider, received)
        for _ in range(1 + c.chance(35) + c.chance(10)):
            contacts = name if shares_contacts else f"{name}_{number}"
            reasons = _REASONS if "06" in types else (None,)
            life = a_life(c, setting, received, types, reasons, "t", contacts)
            for period, horizon in extracts_of(c, setting, provider, life):
                _send(c, child, provider, f"{name}_{number}", life, period, horizon)
            received, number = again(c, life), number + 1
            types = c.pick(kinds) if c.chance(15) else types


def _send(c: Choices, child: Child, provider: str, name: str, life: Life, period: Period, horizon: date) -> None:
    place, referral = period.place, f"s{name}"
    child.referrals.append(Referral(
        provider, place, referral, child.person.key, life.received, known(life.discharged, horizon), c.chance(2), life.reason,
    ))  # fmt: skip
    recode = c.chance(2)
    for team in life.teams:
        if place < team.named_until or period.place == 0:
            kind = _CORRECTED.get(team.team_type, team.team_type) if recode else team.team_type
            closed, rejected = known(team.closed, horizon), known(team.rejected, horizon)
            child.teams.append(Team(provider, place, referral, team.name, kind, closed, rejected))
    for number, held in kept_in(c, life, horizon):
        contact = f"c{life.contacts_name}_{number}"
        child.contacts.append(Contact(provider, place, contact, referral, held.team, held.day, held.attendance))
        if held.activity is not None:
            child.activities.append(Activity(provider, place, f"v{name}_{number}", contact, held.activity))
            if c.chance(10):
                child.activities.append(Activity(provider, place, f"w{name}_{number}", contact, "02"))
    child.rtts += [Rtt(provider, place, referral, f"y{name}", *told) for told in rtt_in(life, horizon)]
    for scheme, code, day in life.suspected:
        if known(day, horizon):
            child.suspicions.append(Diagnosis(provider, place, referral, scheme, code, day))
    for scheme, code, day in life.diagnosed:
        if known(day, horizon) or c.chance(10):
            rows = child.diagnoses if code == life.diagnosed[0][1] else child.further_diagnoses
            rows.append(Diagnosis(provider, place, referral, scheme, code, known(day, horizon)))
