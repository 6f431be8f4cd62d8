"""What providers' extracts of mental health services (MHSDS) say of a child, in version 5, in version 6, or first in the one and then in the other."""

from __future__ import annotations

from datetime import date

from .choices import Choices
from .days import a_stop, plus
from .lives import STOPPED_SENDING, Life, a_life, again, extracts_of, first_day, kept_in, known, rtt_in
from .records import (
    Activity,
    CarePlan,
    Child,
    Contact,
    Diagnosis,
    MindReferral,
    Period,
    Rtt,
    Score,
    Setting,
    Team,
    TeamType,
)

MIND_PROVIDERS = ("RHA", "RXM", "RY8")  # RHA and RXM send community extracts as well
_SIXTH_FROM = {"RHA": 0, "RXM": 4, "RY8": 2, STOPPED_SENDING: 4}
"""The first extract of each provider that is of version 6."""
_KINDS = (
    ("A06",), ("A06",), ("F01",), ("C01",), ("C04",), ("D06",), ("C05",), ("C02",), ("A06", "F01"), ("C10", "C04"), (), ("E01",), ("A18", "C06"),
    ("F01",), ("E02", "A06"),
)  # fmt: skip
_REASONS = (None, "05", "05", "04", "24", "25", "26", "05", "15")
_PROCEDURES = {"03": "1107011000000108", "02": "1108261000000102", "01": "1108261000000102", "04": "999000"}
_TOOLS = ("g1", "g2")


def add_mental_health(c: Choices, setting: Setting, child: Child, name: str) -> None:
    """One to three referrals at one provider, often where the child is known to community services, with what help begins by."""
    before = [r for r in child.referrals if r.provider in MIND_PROVIDERS]
    provider, received = c.pick(MIND_PROVIDERS), None
    if before and c.chance(50):
        last = before[-1]
        provider, received = last.provider, plus(last.discharged or last.received, c.pick((5, 6, 0, 1, 4, 30)))
    elif c.chance(6):
        provider = STOPPED_SENDING
    received = first_day(c, setting, provider, received)
    kinds, is_helped = c.pick(_KINDS), c.chance(60)
    for number in range(1 + c.chance(35) + c.chance(10)):
        life = a_life(c, setting, received, kinds, _REASONS, f"m{name}_", f"{name}_{number}")
        told = extracts_of(c, setting, provider, life)
        scores = [(tool, a_stop(c, setting, received, (30, 91))) for tool in _TOOLS if is_helped and c.chance(70)]
        for period, horizon in told:
            _send(c, child, provider, f"{name}_{number}", life, period, horizon)
            for tool, day in scores:
                if known(day, horizon) or c.chance(5):
                    child.scores.append(Score(provider, period.place, f"s{name}_{number}", tool, known(day, horizon)))
        if is_helped and c.chance(80):
            _send_plan(c, setting, child, provider, f"{name}_{number}", life, told[-1][0])
        received = again(c, life)
        kinds = c.pick(_KINDS) if c.chance(30) else kinds


def _send_plan(
    c: Choices, setting: Setting, child: Child, provider: str, name: str, life: Life, newest: Period
) -> None:
    """A care plan, in the newest extract and at times with another day in one before."""
    day = (
        c.pick((life.received, life.discharged or life.received))
        if c.chance(25)
        else a_stop(c, setting, life.received, (30, 91))
    )
    if c.chance(20):
        day = plus(day, c.pick((0, 1, -1)))
    patient = child.person.key
    if newest.place and c.chance(20):
        child.care_plans.append(
            CarePlan(provider, newest.place - 1, f"l{name}", patient, patient, plus(day, -c.below(90)))
        )
    child.care_plans.append(
        CarePlan(provider, newest.place, f"l{name}", patient, patient, None if c.chance(4) else day)
    )


def _send(c: Choices, child: Child, provider: str, name: str, life: Life, period: Period, horizon: date) -> None:
    place, referral, patient = period.place, f"s{name}", child.person.key
    is_sixth = place >= _SIXTH_FROM[provider]
    teams = [team for team in life.teams if place < team.named_until or place == 0]
    first = teams[0] if teams and is_sixth and c.chance(95) else None
    rejected = (
        first.rejected if first else life.received if is_sixth and not life.teams and life.reason == "15" else None
    )
    child.mind_referrals.append(MindReferral(
        provider, place, referral, patient, patient, life.received, known(life.discharged, horizon), c.chance(2), life.reason,
        first.name if first else None, known(rejected, horizon),
    ))  # fmt: skip
    for team in teams:
        team_type = "A06" if team.team_type == "C04" and c.chance(2) else team.team_type
        is_listed = any((t.provider, t.period, t.team) == (provider, place, team.name) for t in child.mind_team_types)
        if is_sixth and not is_listed and c.chance(95):  # a provider's list names a team once
            child.mind_team_types.append(TeamType(provider, place, team.name, team_type))
        if team != first or team.closed or c.chance(20):
            child.mind_teams.append(Team(
                provider, place, referral, team.name, None if is_sixth else team_type, known(team.closed, horizon), known(team.rejected, horizon),
            ))  # fmt: skip
    for number, held in kept_in(c, life, horizon):
        contact = f"c{life.contacts_name}_{number}"
        child.mind_contacts.append(Contact(provider, place, contact, referral, held.team, held.day, held.attendance))
        if held.activity is not None:
            code = _PROCEDURES.get(held.activity)
            child.mind_activities.append(Activity(provider, place, f"v{name}_{number}", contact, code))
    child.mind_rtts += [Rtt(provider, place, referral, f"y{name}", *told) for told in rtt_in(life, horizon)]
    for scheme, code, day in life.diagnosed:
        if known(day, horizon):
            rows = child.mind_diagnoses if code == life.diagnosed[0][1] else child.mind_further_diagnoses
            rows.append(Diagnosis(provider, place, referral, scheme, code, day))
