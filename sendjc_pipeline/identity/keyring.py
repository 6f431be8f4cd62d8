"""Where the secrets behind pseudonyms are kept, and which are in force: the environment, the keyring, the first key file.

Belongs here: finding a secret for each purpose, and refusing one that is not in force. Does not belong here: what follows from
secrets (pseudonym.py), or changing them (rotation.py).

The secret of a purpose is, in this order: SENDJC_PSEUDONYM_KEY_<PURPOSE>; the keyring's, once it was rotated; the first secret
of all purposes, from SENDJC_PSEUDONYM_KEY or keys/pseudonym.key.

keys/keyring.json, mode 0600, made by the first rotation, only ever added to: a line per secret that a rotation retired or
brought in, with its purpose, fingerprint, since and until when. It lies beside the first key and not in restricted/, so that
a backup of the data does not hold what opens it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from sendjc_pipeline.identity.pseudonym import EXTRACT, OPT_OUT, PERSON, PURPOSES, RECORD, REVIEW, Keys
from sendjc_pipeline.settings import KEY_BYTES, MissingKey, SendjcError, Settings, pseudonym_key

VARIABLES = {
    PERSON: "SENDJC_PSEUDONYM_KEY_PERSON",
    RECORD: "SENDJC_PSEUDONYM_KEY_RECORD",
    REVIEW: "SENDJC_PSEUDONYM_KEY_REVIEW",
    OPT_OUT: "SENDJC_PSEUDONYM_KEY_OPT_OUT",
    EXTRACT: "SENDJC_PSEUDONYM_KEY_EXTRACT",
}
# What a run writes is in the keys of these purposes; after their rotation every quarter must be run again.
IN_QUARTERS = (PERSON, RECORD, REVIEW)
MASTER_VARIABLE = "SENDJC_PSEUDONYM_KEY"
ENVIRONMENT, KEYRING, FIRST = "the environment", "keys/keyring.json", "keys/pseudonym.key"


class WrongKey(SendjcError):
    """A secret was given that is not the one in force: every child would get another key."""


@dataclass(frozen=True)
class Entry:
    """One secret of one purpose. `secret` is hexadecimal, or None where the environment or the first key file holds it."""

    purpose: str
    fingerprint: str
    since: str | None
    until: str | None
    rotation: str
    reason: str
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Held:
    """A secret that is in force, and where it was found."""

    secret: bytes = field(repr=False)
    source: str


def keyring_file(settings: Settings) -> Path:
    """Where the lines of rotated secrets lie."""
    return settings.key_file.with_name("keyring.json")


def entries(settings: Settings) -> list[Entry]:
    """The lines of the keyring, oldest first; none before the first rotation.

    Raises:
        SendjcError: the file is damaged.
    """
    path = keyring_file(settings)
    if not path.is_file():
        return []
    try:
        return [Entry(**line) for line in json.loads(path.read_text())]
    except (ValueError, TypeError):
        pass  # told outside the handler: the parser's message quotes the text, and that holds secrets
    raise SendjcError(f"{path} is damaged: restore it from the backup of the keys.")


def written(lines: Sequence[Entry]) -> str:
    """The text of a keyring."""
    return json.dumps([asdict(line) for line in lines], indent=1) + "\n"


def last_rotation(settings: Settings) -> str:
    """The name of the newest rotation that changed a key of IN_QUARTERS; empty before the first."""
    return max((line.rotation for line in entries(settings) if line.purpose in IN_QUARTERS), default="")


def held(settings: Settings, environ: Mapping[str, str] | None = None) -> dict[str, Held]:
    """The secret of each purpose.

    Raises:
        MissingKey: a purpose has none, or a weak one.
        WrongKey: one is not that which the keyring says to be in force.
    """
    found = given(settings, environ)
    keys, lines = keys_of(found), current(settings)
    for purpose, line in lines.items():
        if keys.fingerprint(purpose) != line.fingerprint:
            raise WrongKey(
                f"The secret for '{purpose}' from {found[purpose].source} is not the one in force since {line.since}: set"
                f" {VARIABLES[purpose]} to the one that rotation {line.rotation} brought in (`sendjc keys show`)."
            )
    return found


def given(settings: Settings, environ: Mapping[str, str] | None = None) -> dict[str, Held]:
    """The secret that is found for each purpose, in force or not. Raises MissingKey where there is none, or a weak one."""
    environ = os.environ if environ is None else environ
    lines = current(settings)
    return {purpose: _found(settings, environ, purpose, lines.get(purpose)) for purpose in PURPOSES}


def current(settings: Settings) -> dict[str, Entry]:
    """The line of each purpose that was rotated: its secret in force."""
    return {line.purpose: line for line in entries(settings) if line.until is None}


def _found(settings: Settings, environ: Mapping[str, str], purpose: str, line: Entry | None) -> Held:
    if VARIABLES[purpose] in environ:
        return Held(sound(environ[VARIABLES[purpose]], VARIABLES[purpose]), ENVIRONMENT)
    if line is not None and line.secret is not None:
        return Held(bytes.fromhex(line.secret), KEYRING)
    return Held(pseudonym_key(settings, environ), ENVIRONMENT if MASTER_VARIABLE in environ else FIRST)


def sound(text: str, name: str) -> bytes:
    """The secret that a switch of the environment holds. Raises MissingKey where it is not 32 bytes of hexadecimal or more."""
    try:
        secret = bytes.fromhex(text.strip())
    except ValueError:
        secret = b""
    if len(secret) < KEY_BYTES:
        raise MissingKey(f"{name} is not hexadecimal text of at least {KEY_BYTES} bytes: give a sound secret.")
    return secret


def keys_of(found: Mapping[str, Held]) -> Keys:
    """The keys that follow from secrets."""
    return Keys.of({purpose: one.secret for purpose, one in found.items()})


def rotated(lines: Sequence[Entry], old: Mapping[str, Entry], new: Mapping[str, Entry], at: str) -> list[Entry]:
    """The lines after a rotation: `old` are the lines of secrets that no line told of yet, retired now like those on record."""
    kept = [replace(line, until=at) if line.purpose in new and line.until is None else line for line in lines]
    told = {line.purpose for line in lines}
    first = [replace(line, until=at) for purpose, line in old.items() if purpose not in told]
    return [*kept, *first, *new.values()]
