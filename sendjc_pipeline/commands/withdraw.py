"""`sendjc withdraw`: take a submission back, or let it count again."""

from __future__ import annotations

from datetime import datetime

from sendjc_pipeline.commands.console import console
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions import ledger, withdrawal


def withdraw(settings: Settings, submission_id: str, reason: str | None, undo: bool, now: datetime) -> None:
    """Write or remove the note of withdrawal and say what counts next."""
    submission = ledger.find(settings, submission_id)
    what = f"{submission.submission_id}  {submission.partner} {submission.feed} {submission.period}"
    if undo:
        withdrawal.undo(submission.folder)
        console.print(f"{what}: counts again")
        return
    if reason is None:
        raise SendjcError("a withdrawal needs a reason: say in --reason why these files no longer count.")
    withdrawal.write(submission.folder, reason, now)
    console.print(f"{what}: withdrawn; nothing was deleted, and releases that used it stand until the quarter is run again")
