"""`sendjc opt-out`: lists of children who opted out, as counts and dates; nobody is named here either."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

from sendjc_pipeline.commands.console import console, errors, show
from sendjc_pipeline.feeds.partners import kinds
from sendjc_pipeline.identity import opt_out, swap
from sendjc_pipeline.identity.keys_in_force import keys_in_force
from sendjc_pipeline.identity.opt_out_file import create_numbers, in_words
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions.report.names import shown
from sendjc_pipeline.warehouse.connection import connect
from sendjc_pipeline.warehouse.lock import only_one

TAKEN, SOME_REFUSED = 0, 3  # apart from 1, which is that nothing was taken
NATIONAL = "national"
_NEXT = "Releases stand as they are; runs apply it from today."


def add(settings: Settings, file: Path, partner: str | None, now: datetime) -> int:
    """Store a list as tokens and say how many; return 0, or 3 where lines were refused. A list that stands stays one.

    Raises:
        SendjcError: no such partner, no key, or no list of NHS numbers.
    """
    if partner is not None and partner not in kinds():
        raise SendjcError(
            f"'{partner}' is not a partner; leave --partner out for the national list, or give one of: {', '.join(kinds())}."
        )
    con = connect()  # in memory and unable to spill: the numbers never rest
    try:
        refused = create_numbers(con, file, "opt_out_number")
        with only_one(settings, "opt-out"):
            standing = opt_out.standing(settings, date.max)
            batch = opt_out.add(con, settings, "opt_out_number", partner, now, keys_in_force(settings))
    finally:
        con.close()
    told = (
        f"this very list stands since {batch.applied_at:%Y-%m-%d}; nothing was added." if batch in standing else _NEXT
    )
    console.print(f"{batch.batch_id}  {partner or NATIONAL}, {batch.children:,} NHS numbers. {told}")
    if refused:
        errors.print(
            f"{shown(file.name)}: {in_words(refused)}; the others are taken. Send a list of these, corrected.",
            markup=False,
        )
    return SOME_REFUSED if refused else TAKEN


def listing(settings: Settings, as_json: bool) -> None:
    """Print every batch, oldest first."""
    rows = [
        (b.batch_id, b.partner or NATIONAL, f"{b.applied_at:%Y-%m-%d}", b.children, f"{b.withdrawn_at:%Y-%m-%d}" if b.withdrawn_at else None)
        for b in opt_out.batches(settings)
    ]  # fmt: skip
    headers = ["batch", "partner", "applied", "children", "withdrawn"]
    if as_json:
        console.print_json(json.dumps([dict(zip(headers, row, strict=True)) for row in rows]))
        return
    show("Opt-outs", headers, rows, right=(3,))


def withdraw(settings: Settings, batch_id: str, now: datetime) -> None:
    """Note that a batch stands no longer.

    Raises:
        SendjcError: no such batch, or it was withdrawn already.
    """
    with only_one(settings, "opt-out"):
        swap.finish(settings)  # a rotation that was killed may still have a list to put in place
        batch = opt_out.find(settings, batch_id)
        con = connect()
        try:
            opt_out.withdraw(con, settings, batch, now)
        finally:
            con.close()
    console.print(f"{batch.batch_id}  {batch.partner or NATIONAL}: withdrawn. {_NEXT}")
