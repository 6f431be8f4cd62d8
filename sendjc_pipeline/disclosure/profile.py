"""The profiles: what each kind of reader may see of small numbers, as data (profiles.yml).

Belongs here: reading and naming them. Does not belong here: what is hidden (hiding.py), or which table follows which profile (the exposures).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, Field

from sendjc_pipeline.settings import SendjcError


class UnknownProfile(SendjcError):
    """An output asks for a profile that nobody declared."""


class Profile(BaseModel):
    """What one kind of reader may see; the words of profiles.yml say what each field means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    hidden_up_to: int = Field(ge=0)
    rounded_to: int = Field(ge=1)
    least_whole: int = Field(ge=0)
    decimals: int | None
    sensitive: tuple[str, ...]
    extremes_from: int = Field(ge=0)
    bounds_shown: bool

    @property
    def rounds(self) -> bool:
        """Whether a shown count stands for several."""
        return self.rounded_to > 1


@cache
def profiles() -> dict[str, Profile]:
    """Every declared profile by name."""
    declared = yaml.safe_load((files("sendjc_pipeline.disclosure") / "profiles.yml").read_text())
    return {name: Profile(name=name, **fields) for name, fields in declared.items()}


def profile(name: str) -> Profile:
    """The profile of that name. Raises UnknownProfile."""
    if name not in profiles():
        raise UnknownProfile(f"There is no disclosure profile '{name}'; profiles.yml declares {', '.join(profiles())}.")
    return profiles()[name]
