"""Every path, key and switch, read from the environment once.

Belongs here: where the four zones lie, which environment this is, and the pseudonym key. Does not belong here: anything
about quarters, feeds or tables.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENTS = ("demo", "development", "production", "test")
KEY_BYTES = 32


class SendjcError(Exception):
    """An expected failure: its text is one line that says what, where and how to mend it, and holds no personal value."""


class UndeclaredEnvironment(SendjcError):
    """SENDJC_ENVIRONMENT names an environment that this file does not declare."""


class MissingKey(SendjcError):
    """There is no pseudonym key, so no child may be given a key."""


@dataclass(frozen=True)
class Settings:
    """The home of one installation and the zones in it (see docs/architecture.md for who may read which)."""

    home: Path
    environment: str = "development"

    @property
    def landing(self) -> Path:
        """Submissions as received, never altered; mode 0700."""
        return self.home / "landing"

    @property
    def restricted(self) -> Path:
        """Accepted rows, quarantine, identifiers and links; mode 0700."""
        return self.home / "restricted"

    @property
    def warehouse(self) -> Path:
        """One pseudonymous DuckDB file per quarter; mode 0700 when it is made."""
        return self.home / "warehouse"

    @property
    def published(self) -> Path:
        """Releases: aggregate, disclosure-controlled, immutable."""
        return self.home / "published"

    @property
    def temp(self) -> Path:
        """DuckDB's spill folder: ours to empty, because a killed process leaves its spill files behind."""
        return self.home / "temp"

    @property
    def key_file(self) -> Path:
        """Where the pseudonym key lies when it is not in the environment; never inside the warehouse."""
        return self.home / "keys" / "pseudonym.key"

    def make_zones(self) -> Settings:
        """Create the zones that are missing; all but releases are for the pipeline's own user only.

        Of the warehouse that holds for a new one: it has no identifiers, so a home may let its analysts' group in.
        """
        self.published.mkdir(parents=True, exist_ok=True)
        if not self.warehouse.is_dir():
            self.warehouse.mkdir(mode=0o700)
        for zone in (self.landing, self.restricted, self.temp, self.key_file.parent):
            zone.mkdir(parents=True, exist_ok=True, mode=0o700)
            zone.chmod(0o700)
        return self


def load(home: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    Raises:
        SendjcError: no home was given, by argument or by SENDJC_HOME.
        UndeclaredEnvironment: SENDJC_ENVIRONMENT is not one of ENVIRONMENTS. There is no production default: at one
            peer a QA deployment fell through to production and wrote there for months.
    """
    environ = os.environ if environ is None else environ
    where = home or environ.get("SENDJC_HOME")
    if not where:
        raise SendjcError("No home folder: give --home DIR or set SENDJC_HOME.")
    environment = environ.get("SENDJC_ENVIRONMENT", "development")
    if environment not in ENVIRONMENTS:
        known = ", ".join(ENVIRONMENTS)
        raise UndeclaredEnvironment(f"SENDJC_ENVIRONMENT is not a declared environment; use one of: {known}.")
    return Settings(home=Path(where).expanduser().resolve(), environment=environment)


def pseudonym_key(settings: Settings, environ: Mapping[str, str] | None = None) -> bytes:
    """Return the pseudonym key: SENDJC_PSEUDONYM_KEY (hex) or the key file.

    Raises:
        MissingKey: neither is there, or it is shorter than 32 bytes. About 10^9 NHS numbers are valid, so an unkeyed or
            short-keyed hash could be reversed by trying them all.
    """
    environ = os.environ if environ is None else environ
    text = environ.get("SENDJC_PSEUDONYM_KEY")
    if text is None and settings.key_file.is_file():
        text = settings.key_file.read_text()
    if text is None:
        raise MissingKey(
            "No pseudonym key: run `sendjc key create`, or set SENDJC_PSEUDONYM_KEY; no child gets a key without it."
        )
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        raise MissingKey(
            "The pseudonym key is not hexadecimal text: run `sendjc key create` for a sound one."
        ) from None
    if len(key) < KEY_BYTES:
        raise MissingKey(
            f"The pseudonym key is shorter than {KEY_BYTES} bytes: run `sendjc key create` for a sound one."
        )
    return key


def create_pseudonym_key(settings: Settings) -> Path:
    """Write a fresh random key, readable by its owner only; refuse to replace one, for that would orphan every pseudonym.

    Raises:
        SendjcError: a key file is there already.
    """
    settings.make_zones()
    try:
        handle = os.open(settings.key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SendjcError(
            f"{settings.key_file} is there already: replacing it would orphan every pseudonym made with it."
        ) from None
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
    return settings.key_file
