"""The releases on disk: which exist, which is current, which were rolled back, which came out the same again.

Belongs here: names, the pointer, the withdrawal list and the notes beside it. A release folder that lies under its final name is whole and is never changed.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import SendjcError, Settings

_NAME = re.compile(r"(\d{4}-\d{2}-Q[1-4])\.r(\d+)")


class NoRelease(SendjcError):
    """There is no such release."""


@dataclass(frozen=True)
class Release:
    """One published release; `release_id` is such as 2024-25-Q4.r1."""

    folder: Path
    quarter: Quarter
    revision: int

    @property
    def release_id(self) -> str:
        """Its name, also the name of its folder."""
        return f"{self.quarter.label}.r{self.revision}"

    def manifest(self) -> dict[str, Any]:
        """What the release says of itself: inputs, code, checks, tables with hashes."""
        data: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text())
        return data


def releases_folder(settings: Settings) -> Path:
    """Where the releases lie."""
    return settings.published / "releases"


def all_releases(settings: Settings) -> list[Release]:
    """Every whole release, by quarter and revision."""
    folder = releases_folder(settings)
    if not folder.is_dir():
        return []
    named = ((path, _NAME.fullmatch(path.name)) for path in folder.iterdir() if path.is_dir())
    return sorted(
        (Release(path, Quarter.parse(match[1]), int(match[2])) for path, match in named if match),
        key=lambda release: (release.quarter, release.revision),
    )


def find(settings: Settings, release_id: str) -> Release:
    """The release of that name. Raises NoRelease."""
    for release in all_releases(settings):
        if release.release_id == release_id:
            return release
    raise NoRelease(f"There is no release '{release_id}'; `sendjc release list` shows those there are.")


def standing(settings: Settings, quarter: Quarter | None = None) -> list[Release]:
    """The releases that were not rolled back, of a quarter or of all, oldest first."""
    gone = withdrawn(settings)
    return [r for r in all_releases(settings) if r.release_id not in gone and quarter in (None, r.quarter)]


def newest(settings: Settings, quarter: Quarter | None = None) -> Release | None:
    """The newest standing release, of a quarter or of all."""
    found = standing(settings, quarter)
    return found[-1] if found else None


def current(settings: Settings) -> Release | None:
    """The release that `published/current` points at."""
    pointer = settings.published / "current"
    if not pointer.is_symlink():
        return None
    name = Path(os.readlink(pointer)).name
    return next((r for r in all_releases(settings) if r.release_id == name), None)


def point_at(settings: Settings, release: Release) -> None:
    """Move `published/current` in one step: a reader sees the old release or the new one, never neither."""
    pointer = settings.published / "current"
    fresh = pointer.with_name(".current.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path("releases") / release.release_id)
    os.replace(fresh, pointer)


def withdrawn(settings: Settings) -> list[str]:
    """Names of the releases that were rolled back, oldest first."""
    path = settings.published / "withdrawn.txt"
    return path.read_text().split() if path.is_file() else []


def confirm(settings: Settings, release: Release, provenance: Mapping[str, Any]) -> None:
    """Note that other inputs gave the very figures of a release: published/confirmed/<release_id>.json, the newest such inputs."""
    path = _confirmed(settings, release)
    path.parent.mkdir(exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(json.dumps(provenance, indent=1, sort_keys=True) + "\n")
    os.replace(fresh, path)


def made_of(settings: Settings, release: Release) -> dict[str, Any]:
    """The inputs that last gave the figures of a release: those of its manifest, or those that confirmed it since."""
    path = _confirmed(settings, release)
    if not path.is_file():
        return release.manifest()
    data: dict[str, Any] = json.loads(path.read_text())
    return data


def _confirmed(settings: Settings, release: Release) -> Path:
    return settings.published / "confirmed" / f"{release.release_id}.json"


def roll_back(settings: Settings) -> tuple[Release, Release]:
    """Withdraw the current release and point at the one before it; return (withdrawn, now current). Nothing is deleted.

    Raises:
        NoRelease: there is no release before the current one to fall back on.
    """
    now = current(settings)
    gone = withdrawn(settings)
    before = [r for r in all_releases(settings) if r.release_id not in gone and now and r.release_id != now.release_id]
    earlier = [r for r in before if now and (r.quarter, r.revision) < (now.quarter, now.revision)]
    if now is None or not earlier:
        raise NoRelease("There is no earlier release to roll back to; nothing was changed.")
    path = settings.published / "withdrawn.txt"
    fresh = path.with_name(".withdrawn.new")
    fresh.write_text("\n".join([*gone, now.release_id]) + "\n")
    os.replace(fresh, path)
    point_at(settings, earlier[-1])
    return now, earlier[-1]
