"""A child's referrals in extracts of mental health services (MHSDS; domain sources 3.4 and 3.5, and docs/pathways.md).

- Version 5 names every team and its type beside the referral. Version 6 has the first team, with its rejection, on the referral, the others beside
  it, and the type of each in the provider's list of teams. What one extract says of a team in two places is put together.
- A referral of which no extract names a team is told by its reason alone.
- Which procedures treat is to be agreed with each provider; one that is not known to treat counts as assessment.
- A care plan is the patient's: it belongs to each referral that ran on its day, from receipt to discharge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from .extracts import Asked, Part, Tables, end_of, newest, standing
from .records import Child, MindReferral, Setting
from .services import of_mental_health

_INTERVENTION = "1107011000000108"
Told = tuple[str | None, str | None, date | None, date | None]


def asked(child: Child, setting: Setting) -> Iterator[Asked]:
    """Each referral as it stands."""
    if not child.mind_referrals:
        return
    listed = {(t.provider, t.team): t.team_type for t in newest(child.mind_team_types, lambda t: (t.provider, t.team))}
    plans = newest(child.care_plans, lambda p: (p.provider, p.care_plan))
    scores = newest(child.scores, lambda s: (s.provider, s.referral, s.tool))

    def parts_of(referral: MindReferral) -> list[Part]:
        return _parts(child, referral, listed, setting)

    tables = Tables(
        child.mind_referrals, child.mind_contacts, child.mind_activities, child.mind_rtts, child.mind_diagnoses, child.mind_further_diagnoses,
        lambda code: "nothing" if code is None else "treatment" if code == _INTERVENTION else "assessment",
    )  # fmt: skip
    patients = {(r.provider, r.referral): r.patient for r in child.mind_referrals}
    for one in standing(tables, parts_of):
        key = (one.provider, one.referral)
        yield one._replace(
            measured=[s.day for s in scores if (s.provider, s.referral) == key and s.day is not None],
            planned=[
                p.day for p in plans
                if p.day is not None and (p.provider, p.patient) == (one.provider, patients[key])
                and one.received <= p.day and (one.discharged is None or p.day <= one.discharged)
            ],
        )  # fmt: skip


def _parts(child: Child, newest_row: MindReferral, listed: dict[tuple[str, str], str], setting: Setting) -> list[Part]:
    key = (newest_row.provider, newest_row.referral)
    told: dict[str, dict[int, list[Told]]] = defaultdict(lambda: defaultdict(list))
    for row in child.mind_referrals:
        if (row.provider, row.referral) == key and row.team is not None:
            told[row.team][row.period].append((row.team, None, None, row.rejected))
    for team in child.mind_teams:
        if (team.provider, team.referral) == key:
            told[team.team or team.team_type or "-"][team.period].append(
                (team.team, team.team_type, team.closed, team.rejected)
            )
    if not told:
        service = of_mental_health(None, newest_row.reason)
        return [Part(None, None, service, None, newest_row.rejected, end_of(setting, newest_row), is_first=True)]
    parts = []
    for by_period in told.values():
        period = max(by_period)
        names, types, closed, rejected = zip(*by_period[period], strict=True)
        name = next((name for name in names if name is not None), None)
        kind = next((kind for kind in types if kind is not None), None) or listed.get((newest_row.provider, name or ""))
        parts.append(Part(
            name, kind, of_mental_health(kind, newest_row.reason), _last(closed), _last(rejected), setting.periods[period].end,
            is_first=name is not None and name == newest_row.team,
        ))  # fmt: skip
    return parts


def _last(days: tuple[date | None, ...]) -> date | None:
    return max((day for day in days if day is not None), default=None)
