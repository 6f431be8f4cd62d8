"""What dbt's exposures declare of everything that leaves the warehouse: why, on which legal basis, under which profile, and for which place.

Belongs here: reading a declaration, and refusing one that leaves something unsaid. Does not belong here: what a table holds (tables.py), or what a
profile lets a reader see (disclosure/).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sendjc_pipeline.disclosure.profile import profiles
from sendjc_pipeline.settings import SendjcError

TERMS = ("purpose", "legal_basis", "disclosure_profile")
OPEN_DATA = "release_open_data"
_NOBODY = "none"  # the profile of what holds nobody
_RELEASE = "published/releases/<release>/"
_REMEDY = "mend dbt_project/models/metrics/_release__exposures.yml."


class UnfitExposure(SendjcError):
    """An exposure does not say under which terms, or where to, its output leaves the warehouse."""


@dataclass(frozen=True)
class Declaration:
    """One exposure: the models it publishes, `place` (a file of a release, or a folder with / at its end), terms and the rest of its `meta`."""

    name: str
    models: tuple[str, ...]
    place: str
    terms: Mapping[str, str]
    meta: Mapping[str, Any]

    @property
    def profile(self) -> str:
        """The disclosure profile."""
        return self.terms["disclosure_profile"]

    def require_place(self, path: str) -> None:
        """Refuse unless the declared place is this file, or the folder in which it lies. Raises UnfitExposure."""
        if self.place not in (path, path[: path.rfind("/") + 1]):
            raise UnfitExposure(
                f"Exposure {self.name} has the destination {_RELEASE}{self.place}, but {path} is the place in a release: {_REMEDY}"
            )


def tables(manifest: Mapping[str, Any]) -> list[Declaration]:
    """The exposures whose models are published as tables. Raises UnfitExposure."""
    return [one for one in _all(manifest) if one.name != OPEN_DATA]


def open_data(manifest: Mapping[str, Any]) -> Declaration:
    """The exposure of the files for the public. Raises UnfitExposure: there is none, or its place is no folder of its own."""
    for one in _all(manifest):
        if one.name == OPEN_DATA and one.place.count("/") == 1 and one.place.endswith("/"):
            return one
    raise UnfitExposure(
        f"The files for the public need an exposure {OPEN_DATA} whose destination is a folder of the release: {_REMEDY}"
    )


def _all(manifest: Mapping[str, Any]) -> list[Declaration]:
    return [_read(exposure) for exposure in manifest["exposures"].values()]


def _read(exposure: Mapping[str, Any]) -> Declaration:
    name, meta = exposure["name"], exposure["config"].get("meta") or {}
    for term in (*TERMS, "destination"):
        if not str(meta.get(term) or "").strip():
            raise UnfitExposure(f"Exposure {name} says no {term}: {_REMEDY}")
    known, profile = (_NOBODY, *profiles()), meta["disclosure_profile"]
    if profile not in known:
        raise UnfitExposure(
            f"Exposure {name} names the disclosure profile '{profile}', which is none of {', '.join(known)}: {_REMEDY}"
        )
    destination = str(meta["destination"])
    if not destination.startswith(_RELEASE):
        raise UnfitExposure(f"Exposure {name} has the destination {destination}, which is not in {_RELEASE}: {_REMEDY}")
    terms = {term: str(meta[term]) for term in TERMS}
    place = destination.removeprefix(_RELEASE)
    return Declaration(name, tuple(exposure["depends_on"]["nodes"]), place, terms, meta)
