"""Changing the keys of some purposes: another secret, a re-key table, ledgers that keep their meaning.

Belongs here: the order of the steps, and what a rotation leaves behind. Does not belong here: what becomes of a key (rekey.py), how
files take their places (swap.py).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sendjc_pipeline.identity import events, keyring, opt_out_rekey, rekey, swap
from sendjc_pipeline.identity.keyring import ENVIRONMENT, VARIABLES, Entry, Held
from sendjc_pipeline.identity.pseudonym import EXTRACT, OPT_OUT, PERSON, RECORD, REVIEW, Keys
from sendjc_pipeline.identity.pseudonymise import accepted_of
from sendjc_pipeline.identity.records import text
from sendjc_pipeline.settings import KEY_BYTES, SendjcError, Settings
from sendjc_pipeline.submissions.manifest import Submission
from sendjc_pipeline.submissions.receipt import Receipt
from sendjc_pipeline.warehouse.connection import SPILL_LIMIT, connect

ROTATABLE = (PERSON, RECORD, REVIEW, EXTRACT)  # OPT_OUT too, where the lists of opt-outs are given
NEXT_VARIABLE = "SENDJC_PSEUDONYM_KEY_NEXT"


@dataclass(frozen=True)
class Rotated:
    """What a rotation did. `table` is None where nothing that lasts was keyed anew; `to_set` are the switches that must be set now.

    `opt_outs_left` are tokens of withdrawn lists that keep the retired key.
    """

    rotation: str
    rekeyed: dict[str, int]
    carried: int
    opt_outs_left: int
    table: Path | None
    to_set: tuple[str, ...]


def rotate(
    settings: Settings,
    purposes: Sequence[str],
    reason: str,
    now: datetime,
    received: Sequence[tuple[Submission, Receipt]],
    environ: Mapping[str, str] | None = None,
    opt_outs: Sequence[Path] = (),
) -> Rotated:
    """Retire the secrets of some purposes, bring in new ones and translate the ledgers; all of it or nothing.

    The caller holds the locks of runs, builds and reviews. The quarters' links and pseudonymous rows go, because they are in the
    retired keys and the next run makes them again; warehouses stay, in the retired keys, until then.

    Args:
        settings: the home.
        purposes: some of ROTATABLE, and OPT_OUT.
        reason: why, for the keyring.
        now: the moment of the rotation.
        received: every person-level submission in landing, withdrawn ones too, with what became of it.
        environ: switches; those of the process by default.
        opt_outs: for OPT_OUT, every list of opt-outs that stands, as it was sent.

    Raises:
        SendjcError: no reason, secrets are missing or wrong, or come from the environment and NEXT_VARIABLE does not give the new
            one; or an opt-out that stands is in none of the lists.
        IdentityFailed: the accepted tables or the ledgers cannot be read; nothing was changed.

    """
    environ = os.environ if environ is None else environ
    if not reason.strip():
        raise SendjcError("a rotation needs a reason: say in --reason why the keys are changed.")
    stage = swap.new_stage(settings)
    found = keyring.held(settings, environ)
    fresh = {purpose: _fresh(purpose, found[purpose], environ) for purpose in purposes}
    old, new = (keyring.keys_of({purpose: one[purpose] for purpose in purposes}) for one in (found, fresh))
    if same := [purpose for purpose in purposes if old.fingerprint(purpose) == new.fingerprint(purpose)]:
        raise SendjcError(f"{NEXT_VARIABLE} holds the secret that '{same[0]}' has already: give a new one.")
    try:
        return _rotate(settings, stage, reason.strip(), now, received, found, fresh, opt_outs)
    except BaseException:
        swap.discard(settings)
        raise


def _rotate(
    settings: Settings,
    stage: Path,
    reason: str,
    now: datetime,
    received: Sequence[tuple[Submission, Receipt]],
    found: Mapping[str, Held],
    fresh: Mapping[str, Held],
    opt_outs: Sequence[Path],
) -> Rotated:
    old, new = (keyring.keys_of({purpose: one[purpose] for purpose in fresh}) for one in (found, fresh))
    lines = keyring.entries(settings)
    at = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    rotation = _name(now, lines)
    rekeyed, carried = _translate(settings, stage, rotation, old, new, received)
    left = opt_out_rekey.write_retokened(settings, stage, opt_outs, old, new) if OPT_OUT in fresh else 0
    retired = {p: Entry(p, old.fingerprint(p), _since(settings, found[p]), None, rotation, "", None) for p in fresh}
    current = {p: Entry(p, new.fingerprint(p), at, None, rotation, reason, _kept(fresh[p])) for p in fresh}
    swap.commit(settings, rotation, _gone(settings, fresh), keyring.rotated(lines, retired, current, at))
    table = settings.restricted / "identity" / "rekey" / f"{rotation}.parquet" if rekeyed else None
    to_set = tuple(VARIABLES[p] for p in fresh if fresh[p].source == ENVIRONMENT)
    return Rotated(rotation, rekeyed, carried, left, table, to_set)


def _translate(
    settings: Settings,
    stage: Path,
    rotation: str,
    old: Keys,
    new: Keys,
    received: Sequence[tuple[Submission, Receipt]],
) -> tuple[dict[str, int], int]:
    con = connect()
    try:
        # As in a run: what is spilled holds names, so it is spilled in the restricted zone.
        con.execute(f"set temp_directory = {text(stage.with_name('spill'))}")
        con.execute(f"set max_temp_directory_size = '{SPILL_LIMIT}'")
        rekey.create_rekey(con, settings, accepted_of(received), old, new)
        rekey.write_rekeyed(con, settings, stage, rotation)
        counted = con.execute("select purpose, count(*) from rekey group by purpose order by purpose").fetchall()
        (carried,) = con.execute("select count(*) from rekey where basis = 'carried'").fetchone() or (0,)
    finally:
        con.close()
    return dict(counted), int(carried)


def _fresh(purpose: str, present: Held, environ: Mapping[str, str]) -> Held:
    """The new secret: given by the environment where the present one is, so that no home holds what an installation keeps elsewhere."""
    if NEXT_VARIABLE in environ:
        return Held(keyring.sound(environ[NEXT_VARIABLE], NEXT_VARIABLE), ENVIRONMENT)
    if present.source == ENVIRONMENT:
        raise SendjcError(
            f"The secret for '{purpose}' comes from the environment, so the new one must too: put it in {NEXT_VARIABLE} (64 or"
            f" more hex digits), rotate, then set {VARIABLES[purpose]} to it."
        )
    return Held(secrets.token_bytes(KEY_BYTES), keyring.KEYRING)


def _kept(fresh: Held) -> str | None:
    return None if fresh.source == ENVIRONMENT else fresh.secret.hex()


def _since(settings: Settings, present: Held) -> str | None:
    """Since when the first key file is there; of a secret from the environment nobody has told."""
    if present.source != keyring.FIRST:
        return None
    return datetime.fromtimestamp(settings.key_file.stat().st_mtime, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _name(now: datetime, lines: Sequence[Entry]) -> str:
    """The moment, and where two rotations fall into one second a later one; names sort as they happened."""
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    last = max((line.rotation for line in lines), default="")
    if stamp > last:
        return stamp
    return f"{last.partition('-')[0]}-{int(last.partition('-')[2] or 0) + 1:03d}"


def _gone(settings: Settings, purposes: Collection[str]) -> list[Path]:
    """What is in a retired key, and a run makes again."""
    identity = settings.restricted / "identity"
    gone: list[Path] = []
    if {PERSON, RECORD} & set(purposes):
        gone += [path for path in identity.glob("[0-9]*/*") if path.name != events.MAP]
        gone += (settings.restricted / "pseudonymised").glob("[0-9]*")
        gone += (settings.restricted / "cross_feed").glob("*.parquet")
        gone += (settings.restricted / "disagreement").glob("[0-9]*")
    if {PERSON, REVIEW} & set(purposes):
        gone += identity.glob("review/[0-9]*")
    if REVIEW in purposes:
        gone += identity.glob("review/conflict.csv")
    return sorted(gone)
