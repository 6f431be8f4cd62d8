"""`sendjc withdraw`: take a submission back, or let it count again."""

from __future__ import annotations

from datetime import datetime

from sendjc_pipeline.commands.console import console, print_json
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions import ledger, withdrawal
from sendjc_pipeline.submissions.manifest import Submission


def withdraw(
    settings: Settings, submission_id: str, reason: str | None, undo: bool, now: datetime, as_json: bool = False
) -> None:
    """Write or remove the note of withdrawal and say what counts next.

    Raises:
        SendjcError: no such submission, no reason, or nothing to do: it is withdrawn already, or is not.
    """
    submission = ledger.find(settings, submission_id)
    what = f"{submission.submission_id}  {submission.partner} {submission.feed} {submission.period}"
    note = withdrawal.read(submission.folder)
    if undo:
        if note is None:
            raise SendjcError(f"{submission.submission_id} is not withdrawn: there is nothing to undo.")
        withdrawal.undo(submission.folder, now)
        if as_json:
            print_json({"submission_id": submission.submission_id, "counts": True})
            return
        console.print(f"{what}: counts again")
        return
    if note is not None:
        raise SendjcError(f"{submission.submission_id} was withdrawn on {note.at:%Y-%m-%d}: {note.reason}")
    if reason is None:
        raise SendjcError("a withdrawal needs a reason: say in --reason why these files no longer count.")
    withdrawal.write(submission.folder, reason, now)
    before = next(
        (s for s in _same(settings, submission) if s.submission_id in ledger.standing(settings, now.date())), None
    )
    if as_json:
        instead = before.submission_id if before else None
        print_json({"submission_id": submission.submission_id, "counts": False, "counts_instead": instead})
        return
    console.print(f"{what}: withdrawn; nothing was deleted")
    console.print(
        f"counts instead: {before.submission_id}" if before else "nothing is left for that partner, feed and period"
    )
    console.print("Releases that used it stand until the quarter is run again.")


def what_it_changes(settings: Settings, landed: Submission, now: datetime) -> str | None:
    """What to say after a submission whose bytes had come before and do not count: sending them again changes nothing."""
    if note := withdrawal.read(landed.folder):
        return (
            f"These bytes came before and were withdrawn on {note.at:%Y-%m-%d} ({note.reason}); they do not count."
            f" `sendjc withdraw {landed.submission_id} --undo` lets them count again."
        )
    newer = [s for s in _same(settings, landed) if s.submission_id in ledger.standing(settings, now.date())]
    if newer and newer[0].submission_id != landed.submission_id:
        return (
            f"These bytes came on {landed.received_at:%Y-%m-%d} and were superseded by {newer[0].submission_id}, which still counts."
            f" If that one was sent by mistake: `sendjc withdraw {newer[0].submission_id} --reason ...`."
        )
    return None


def _same(settings: Settings, submission: Submission) -> list[Submission]:
    key = (submission.feed, submission.partner, submission.period)
    return [s for s in ledger.all_submissions(settings) if (s.feed, s.partner, s.period) == key]
