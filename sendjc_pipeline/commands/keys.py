"""`sendjc keys`: which keys are in force, by fingerprint, and changing them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path

from sendjc_pipeline import feeds
from sendjc_pipeline.commands.console import console, show
from sendjc_pipeline.identity import keyring, opt_out, rotation, swap
from sendjc_pipeline.identity.pseudonym import EXTRACT, OPT_OUT, PERSON, REVIEW
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions import intake, ledger
from sendjc_pipeline.warehouse.lock import only_one

ALL = "all"


def shown(settings: Settings, as_json: bool) -> None:
    """Print each purpose's key by fingerprint, since when, where its secret is, and those that were retired; never a key."""
    swap.finish(settings)
    found, current = keyring.given(settings), keyring.current(settings)
    keys = keyring.keys_of(found)
    rows = []
    for purpose, one in found.items():
        made, line = keys.fingerprint(purpose), current.get(purpose)
        state = "in force" if line is None or line.fingerprint == made else "WRONG: retired or unknown"
        rows.append(_row(purpose, made, state, one.source, line if state == "in force" else None))
        if line is not None and line.fingerprint != made:
            rows.append(_row(purpose, line.fingerprint, "missing", keyring.VARIABLES[purpose], line))
    for line in keyring.entries(settings):
        if line.until is not None:
            rows.append(_row(line.purpose, line.fingerprint, "retired", keyring.KEYRING if line.secret else None, line))
    if as_json:
        print(json.dumps(rows, indent=1))
    else:
        show("Keys", list(rows[0]), [list(row.values()) for row in rows])


def _row(
    purpose: str, fingerprint: str, state: str, secret: str | None, line: keyring.Entry | None
) -> dict[str, str | None]:
    return {
        "purpose": purpose,
        "fingerprint": fingerprint,
        "state": state,
        "secret": secret,
        "since": line.since if line else None,
        "until": line.until if line else None,
        "reason": line.reason or None if line else None,
    }


def rotate(
    settings: Settings,
    purpose: str,
    reason: str,
    now: datetime,
    confirm: Callable[[str], bool] | None,
    opt_outs: Sequence[Path] = (),
) -> None:
    """Rotate and say what was done and what to do next.

    Raises:
        SendjcError: an unknown purpose, lists of opt-outs that are missing or for nothing, not confirmed, or another process is at
            work in the home.
    """
    purposes = _purposes(settings, purpose, opt_outs)
    question = f"Retire the keys of {', '.join(purposes)} in {settings.home}? {_will(purposes)} It cannot be undone."
    if confirm is not None and not confirm(question):
        raise SendjcError("Nothing was changed.")
    locks = ("run", "write", "review", "opt-out")
    with ExitStack() as held:
        for lock in locks:
            held.enter_context(only_one(settings, lock))
        received = [
            (submission, intake.accept(settings, submission))
            for submission in ledger.all_submissions(settings)
            if feeds.load(submission.feed).is_person_level
        ]
        done = rotation.rotate(settings, purposes, reason, now, received, opt_outs=opt_outs)
    _say(done, purposes)


def _will(purposes: Sequence[str]) -> str:
    """What a rotation of these purposes does, in sentences."""
    what = ["Everything ever received is read; a re-key table leads from each old key to its new one."]
    if PERSON in purposes:
        what.append("Every child gets another key: extracts that were made before no longer join.")
    if REVIEW in purposes:
        what.append("Worklists that were exported before are void.")
    if EXTRACT in purposes:
        what.append("Inspection lists name the same children by other ids.")
    if set(purposes) & set(keyring.IN_QUARTERS):
        what.append("Links and pseudonymous rows of every quarter go, and each must then be run again; releases stand.")
    if OPT_OUT in purposes:
        what.append("Tokens of opt-outs are made anew from the lists given.")
    return " ".join(what)


def _purposes(settings: Settings, purpose: str, opt_outs: Sequence[Path]) -> tuple[str, ...]:
    """The purposes of a word; with lists of opt-outs `all` means those too."""
    if purpose not in (*rotation.ROTATABLE, OPT_OUT, ALL):
        raise SendjcError(
            f"--purpose is one of {', '.join((*rotation.ROTATABLE, OPT_OUT, ALL))}; see `sendjc keys rotate --help`."
        )
    purposes = (*rotation.ROTATABLE, *([OPT_OUT] if opt_outs else [])) if purpose == ALL else (purpose,)
    if opt_outs and OPT_OUT not in purposes:
        raise SendjcError(f"--opt-outs goes with --purpose {OPT_OUT} or {ALL}: leave it out for '{purpose}'.")
    if OPT_OUT in purposes and not opt_outs and opt_out.standing(settings, date.max):
        raise SendjcError(
            f"Tokens of opt-outs cannot be undone, so '{OPT_OUT}' is rotated from the lists as they were sent: give every list that"
            " stands (`sendjc opt-out list`), each with --opt-outs."
        )
    return purposes


def _say(done: rotation.Rotated, purposes: Sequence[str]) -> None:
    console.print(f"Rotation {done.rotation} done.")
    for purpose, count in done.rekeyed.items():
        console.print(f"{count:,} keys for '{purpose}' have a new one in {done.table}", markup=False)
    if done.carried:
        console.print(f"{done.carried:,} of them stand in a ledger only: no submission in landing gives them any more.")
    if done.opt_outs_left:
        console.print(
            f"{done.opt_outs_left:,} opt-outs of withdrawn lists keep the retired key: a run known at a day on which those lists"
            " stood stops."
        )
    if done.to_set:
        names = ", ".join(done.to_set)
        console.print(
            f"Set {names} to what {rotation.NEXT_VARIABLE} holds, and unset that: until then every run refuses."
        )
    else:
        console.print("Back up keys/ now, apart from the data.")
    if OPT_OUT in purposes:
        console.print("Opt-outs are in the new key: delete the lists that you gave.")
    if set(purposes) & set(keyring.IN_QUARTERS):
        console.print(
            "Run each quarter again with `sendjc run --quarter`; import no worklist that was exported before."
        )
