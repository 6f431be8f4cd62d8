"""The ledger of arrivals: landing a submission whole, listing what has landed, and choosing which submissions count.

Nothing here looks inside a file. A submission is known by its content: the same bytes again change nothing.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from sendjc_pipeline import feeds
from sendjc_pipeline.feeds.partners import require_sender
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.reporting import period as read_period
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions import withdrawal
from sendjc_pipeline.submissions.manifest import FILE_NAME, Submission, SubmittedFile, submission_id, utc_seconds
from sendjc_pipeline.submissions.report.names import shown_files

_COPY_BLOCK = 1 << 20


def submit(
    settings: Settings,
    partner: str,
    feed: str,
    period: str,
    files: Sequence[Path],
    spec: str | None = None,
    *,
    received_at: datetime,
) -> Submission:
    """Copy a partner's files into landing as one submission, all of them or none.

    The copy is made in a hidden folder beside its place, forced to disk, given its manifest, and renamed: a killed process
    leaves no half submission. The same bytes again return the submission that is there, with its first time of receipt.

    Raises:
        SendjcError: the feed, spec, partner or period is unknown, a file is missing or not a file, or two bear one name.
    """
    declaration = feeds.load(feed)
    spec = feeds.resolve_spec(declaration, spec)
    require_sender(declaration, partner)
    span = read_period(period)
    label = span.label
    if declaration.period_bound and span.start > received_at.date():
        raise SendjcError(f"{label} has not begun: nothing can be sent for it yet. Check --period.")
    _require_files(files)
    home = settings.make_zones().landing / partner / feed
    home.mkdir(parents=True, exist_ok=True)
    stage = home / f".incoming-{secrets.token_hex(8)}"
    stage.mkdir()
    try:
        copied = tuple(_copy(path, stage) for path in sorted(files, key=lambda path: path.name))
        hashes = sorted(file.sha256 for file in copied)
        identity = _landed_id(home, label, spec, hashes) or submission_id(
            feed, partner, label, hashes, spec if len(declaration.specs) > 1 else None
        )
        target = home / identity
        if _is_whole(target):
            return Submission.read(target)
        submission = Submission(
            submission_id=identity,
            partner=partner,
            feed=feed,
            spec=spec,
            period=label,
            received_at=_after_all_of_that_second(home, label, utc_seconds(received_at)),
            files=copied,
        )
        submission.write(stage)
        _sync_folder(stage)
        if target.exists():  # no manifest, or files that are not those of the manifest: these very bytes mend it
            shutil.rmtree(target)
        stage.rename(target)
        _sync_folder(home)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return submission.model_copy(update={"folder": target})


def _landed_id(home: Path, label: str, spec: str, hashes: list[str]) -> str | None:
    """The id under which these bytes landed as this spec before, by their manifest: ids of older versions were made another way."""
    for path in home.glob(f"[!.]*/{FILE_NAME}"):
        try:
            landed = Submission.read(path.parent)
        except SendjcError:
            continue
        if (landed.period, landed.spec, sorted(file.sha256 for file in landed.files)) == (label, spec, hashes):
            return landed.submission_id if path.parent.name == landed.submission_id else None
    return None


def _after_all_of_that_second(home: Path, label: str, moment: datetime) -> datetime:
    """The moment, or the next second that is free: two submissions of one second would be told apart by nothing but their hash."""
    landed = [Submission.read(path.parent) for path in home.glob(f"[!.]*/{FILE_NAME}")]
    taken = {submission.received_at for submission in landed if submission.period == label}
    while moment in taken:
        moment += timedelta(seconds=1)
    return moment


def _is_whole(folder: Path) -> bool:
    """Whether the folder holds a submission whose files are those of its manifest."""
    if not (folder / FILE_NAME).is_file():
        return False
    try:
        submission = Submission.read(folder)
        return all(_sha256(path) == file.sha256 for path, file in zip(submission.paths, submission.files, strict=True))
    except (SendjcError, OSError):
        return False


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def all_submissions(settings: Settings) -> list[Submission]:
    """Every submission that has landed, oldest first; folders without a manifest are not submissions.

    Raises:
        SendjcError: a manifest does not belong to the folder in which it lies.
    """
    found = [Submission.read(path.parent) for path in settings.landing.glob(f"[!.]*/[!.]*/[!.]*/{FILE_NAME}")]
    for submission in found:
        if submission.folder.parts[-3:] != (submission.partner, submission.feed, submission.submission_id):
            raise SendjcError(
                f"{'/'.join(submission.folder.parts[-3:])} in landing holds the manifest of another submission; restore it or submit again."
            )
    return sorted(found, key=_age)


def current(settings: Settings, feed: str, quarter: Quarter, known_at: date) -> list[Submission]:
    """The submissions of a feed that count for a quarter as known at a date (decision 0001, item 6).

    Received on or before `known_at` (a day of UTC), period ended by the quarter's end (unless the feed is not bound to periods), the newest
    per partner and period that was not withdrawn by then; of a snapshot feed the newest period only. Ordered by partner and period.
    """
    declaration = feeds.load(feed)
    newest: dict[tuple[str, str], Submission] = {}
    for submission in all_submissions(settings):
        in_time = submission.received_at.date() <= known_at
        if (
            submission.feed == feed
            and in_time
            and not _is_withdrawn(submission, known_at)
            and (not declaration.period_bound or _period_end(submission) <= quarter.end)
        ):
            newest[submission.partner, submission.period] = submission  # oldest first, so the newest stays
    chosen = sorted(newest.values(), key=lambda s: (s.partner, _period_end(s), _age(s)))
    if declaration.selection == "cumulative":
        return chosen
    return list({submission.partner: submission for submission in chosen}.values())


def received(settings: Settings, only: Collection[str], known_at: date) -> list[Submission]:
    """Every submission of some feeds that had been received by a date and not withdrawn by then, oldest first, whatever replaced it."""
    return [
        submission
        for submission in all_submissions(settings)
        if submission.feed in only
        and submission.received_at.date() <= known_at
        and not _is_withdrawn(submission, known_at)
    ]


def standing(settings: Settings, known_at: date) -> set[str]:
    """The ids of the submissions that nothing has superseded: the newest per feed, partner and period that is not withdrawn."""
    newest: dict[tuple[str, str, str], str] = {}
    for submission in all_submissions(settings):
        if submission.received_at.date() <= known_at and not _is_withdrawn(submission, known_at):
            newest[submission.feed, submission.partner, submission.period] = submission.submission_id
    return set(newest.values())


def find(settings: Settings, submission_id: str) -> Submission:
    """The submission of that id, or of the only one that begins so.

    Raises:
        SendjcError: there is none, or there are several.
    """
    found = [s for s in all_submissions(settings) if s.submission_id.startswith(submission_id)]
    if len(found) == 1:
        return found[0]
    fault = "names several submissions; give more of it" if found else "is the id of no submission"
    raise SendjcError(f"'{submission_id}' {fault}: `sendjc status` lists them.")


def _is_withdrawn(submission: Submission, known_at: date) -> bool:
    return withdrawal.read(submission.folder, known_at) is not None


def _age(submission: Submission) -> tuple[datetime, str]:
    return submission.received_at, submission.submission_id


def _period_end(submission: Submission) -> date:
    return read_period(submission.period).end


def _require_files(files: Sequence[Path]) -> None:
    if not files:
        raise SendjcError("no file was given: a submission has at least one.")
    if absent := [path.name for path in files if not path.is_file()]:
        named = ", ".join(shown_files(absent, [path.name for path in files]).values())
        raise SendjcError(f"not a file: {named}; give the files themselves, not their folder.")
    if repeated := [name for name, count in Counter(path.name for path in files).items() if count > 1]:
        named = ", ".join(shown_files(repeated, [path.name for path in files]).values())
        raise SendjcError(f"two files bear the name {named}; rename one.")
    if any(path.name == FILE_NAME or path.name.startswith(".") for path in files):
        raise SendjcError(
            f"a file is hidden or named {FILE_NAME}, which is the manifest's name; rename it or leave it out."
        )


def _copy(path: Path, folder: Path) -> SubmittedFile:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source, (folder / path.name).open("wb") as target:
        while block := source.read(_COPY_BLOCK):
            digest.update(block)
            size += target.write(block)
        target.flush()
        os.fsync(target.fileno())
    return SubmittedFile(name=path.name, sha256=digest.hexdigest(), bytes=size)


def _sync_folder(folder: Path) -> None:
    """Force the folder's entries to disk, without which a rename may outlive the files that it names."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
