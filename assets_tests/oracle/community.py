"""A child's referrals in extracts of community services (CSDS; domain sources 3.1 to 3.3 and 3.5)."""

from __future__ import annotations

from collections.abc import Iterator

from .extracts import Asked, Part, Tables, end_of, newest, standing
from .records import Child, Referral, Setting
from .services import of_community

_MEANING = {"01": "assessment", "02": "assessment", "03": "treatment"}
"""Tests are given and assessments made; a clinical intervention treats. Advice, reviews and the like are neither (sources 3.2, decision 0005)."""


def asked(child: Child, setting: Setting) -> Iterator[Asked]:
    """Each referral as it stands."""

    def parts_of(referral: Referral) -> list[Part]:
        key = (referral.provider, referral.referral)
        suspected = {(s.scheme, s.diagnosis) for s in child.suspicions if (s.provider, s.referral) == key}
        teams = newest((t for t in child.teams if (t.provider, t.referral) == key), lambda t: t.team or t.team_type)
        return [
            Part(
                t.team,
                t.team_type,
                of_community(t.team_type, referral.reason, suspected),
                t.closed,
                t.rejected,
                end_of(setting, t),
            )
            for t in teams
        ]

    tables = Tables(
        child.referrals, child.contacts, child.activities, child.rtts, child.diagnoses, child.further_diagnoses,
        lambda code: _MEANING.get(code or "", "nothing"),
    )  # fmt: skip
    return standing(tables, parts_of)
