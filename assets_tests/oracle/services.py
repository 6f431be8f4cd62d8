"""Which service a team is of, and what each service promises (domain rules 1.1 to 1.4 and 7.2, sources 3.2 to 3.4; where these are silent, docs/pathways.md).

- CSDS goes by team type. Community paediatrics (06) looks for neurodevelopmental conditions where autism or attention deficit is suspected
  (SNOMED CT, or ICD-10 by its category) or the reason is 017: never told by the team alone (sources 3.3).
- MHSDS: teams in schools first, then autism and neurodevelopment teams, or any other team where that is the reason (24, 25, 26), then CAMHS.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

_COMMUNITY = {
    "06": "community_paediatrics", "33": "slt", "23": "ot", "26": "physio", "17": "hearing", "24": "vision", "32": "school_nursing",
    "50": "wheelchair",
}  # fmt: skip
_IN_SCHOOLS, _OF_DEVELOPMENT = ("F01", "D06"), ("C01", "C04")
_CAMHS = ("A06", "A18", "C05", "C06", "C10", "E01")
_DEVELOPMENT_SUSPECTED = ("401204006", "406506008")
_DEVELOPMENT_ICD = ("F84", "F90")


class Clock(NamedTuple):
    """A promise, or a measure where no document gives a limit: what stops it."""

    name: str
    limit: int | None
    stops: tuple[str, ...]


_ASSESSED = ("assessment", "treatment", "treated")
_MIND = ("assessment", "treatment", "treated", "help")
CLOCKS = {
    "slt": (Clock("slt_treatment_18w", 126, ("treatment", "treated")), Clock("slt_assessment", None, _ASSESSED)),
    "ot": (Clock("ot_treatment_13w", 91, ("treatment", "treated")), Clock("ot_assessment", None, _ASSESSED)),
    "physio": (Clock("physio_treatment", None, ("treatment", "treated")), Clock("physio_assessment", None, _ASSESSED)),
    "hearing": (Clock("hearing_assessment", None, _ASSESSED), Clock("hearing_contact", None, ("contact",))),
    "vision": (Clock("vision_assessment", None, _ASSESSED), Clock("vision_contact", None, ("contact",))),
    "wheelchair": (Clock("wheelchair_assessment", None, _ASSESSED),),
    "community_paediatrics": (Clock("community_paediatrics_assessment", None, _ASSESSED),),
    "nd_assessment": (
        Clock("nd_assessment_18w", 126, (*_ASSESSED, "diagnosis")),
        Clock("nd_diagnosis", None, ("diagnosis",)),
    ),
    "camhs": (Clock("camhs_assessment", None, _MIND), Clock("camhs_help", None, ("help",))),
    "mhst": (Clock("mhst_assessment", None, _MIND), Clock("mhst_help", None, ("help",))),
    "school_nursing": (Clock("school_nursing_contact", None, ("contact",)),),
}
"""The clocks of a service; the word of a stop is that of `waits.Spell`."""


def pathway_of(service: str) -> str:
    """What spells join within: a child who moves between the school team and CAMHS waits on."""
    return "mental_health" if service in ("camhs", "mhst") else service


def of_community(team_type: str | None, reason: str | None, suspected: Collection[tuple[str, str]]) -> str | None:
    """The service of a team in CSDS, given the reason of its referral and what was suspected (scheme and code)."""
    service = _COMMUNITY.get(team_type or "")
    if service == "community_paediatrics" and (reason == "017" or any(_is_of_development(*one) for one in suspected)):
        return "nd_assessment"
    return service


def of_mental_health(team_type: str | None, reason: str | None) -> str | None:
    """The service of a team in MHSDS, given the reason of its referral."""
    if team_type in _IN_SCHOOLS:
        return "mhst"
    if team_type in _OF_DEVELOPMENT or reason in ("24", "25", "26"):
        return "nd_assessment"
    return "camhs" if team_type in _CAMHS else None


def _is_of_development(scheme: str, code: str) -> bool:
    return code in _DEVELOPMENT_SUSPECTED if scheme == "06" else scheme == "02" and code[:3].upper() in _DEVELOPMENT_ICD
