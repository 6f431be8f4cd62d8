"""The intake: from a landed submission to accepted Parquet, quarantine, messages and a receipt.

Belongs here: the order of the steps and that their result appears whole or not at all. Does not belong here: formats, rules, SQL.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sendjc_pipeline import feeds
from sendjc_pipeline.feeds.codes import SEED
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions.manifest import Submission
from sendjc_pipeline.submissions.process import process
from sendjc_pipeline.submissions.receipt import Receipt, RuleTotal, TableCount
from sendjc_pipeline.submissions.report.names import shown_files

__all__ = ["Receipt", "RuleTotal", "TableCount", "accept", "accepted_folder", "check"]

# Raise it when readers or casts change what they make of the same bytes: every submission is then accepted afresh.
INTAKE_VERSION = "6"
# Seeds that readers and rules look things up in.
_DECIDING_SEEDS = (SEED, SEED.with_name("local_authority.csv"))


def accepted_folder(settings: Settings, submission: Submission) -> Path:
    """Where the results lie: a folder per submission and per fingerprint of everything that decides them."""
    declaration = feeds.load(submission.feed)
    deciders = [*_DECIDING_SEEDS, *feeds.layout_files(submission.feed)]
    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in deciders]
    fingerprint = declaration.fingerprint(INTAKE_VERSION, *hashes)
    return settings.restricted / "accepted" / submission.feed / submission.submission_id / fingerprint


def accept(settings: Settings, submission: Submission) -> Receipt:
    """Read, judge and store a submission once; a second call reads the receipt.

    A file that cannot be used is no exception: the receipt then says `rejected`, and holds the reason.

    Raises:
        SendjcError: the landed files are not those of the manifest, the accepted ones not those of the receipt, or rows went
            missing (a fault of ours).
    """
    folder = accepted_folder(settings, submission)
    if (folder / "receipt.json").is_file():
        receipt = Receipt.read(folder)
        if not receipt.is_unaltered():
            raise SendjcError(
                f"The accepted rows of {submission.feed} from {submission.partner} ({submission.submission_id}) were altered after they were"
                f" judged; delete restricted/accepted/{submission.feed}/{submission.submission_id} and run again."
            )
        return receipt
    settings.make_zones()
    _require_unaltered(submission)
    folder.parent.mkdir(parents=True, exist_ok=True)
    _clear_stages(folder.parent)
    stage = folder.parent / f".stage-{os.getpid()}-{secrets.token_hex(4)}"
    stage.mkdir()
    try:
        receipt = process(
            settings, feeds.load(submission.feed), submission.spec, submission.paths, submission.period, stage
        )
        known = {"submission_id": submission.submission_id, "partner": submission.partner}
        receipt.model_copy(update=known).write(stage)
        try:
            stage.rename(folder)
        except OSError:
            # Another process may have been first; its folder holds the same and stands.
            if not (folder / "receipt.json").is_file():
                raise
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return Receipt.read(folder)


def check(
    feed: str,
    spec: str | None,
    files: Sequence[Path],
    settings: Settings,
    *,
    period: str | None = None,
    report: Path | None = None,
) -> Receipt:
    """Dry run: read and judge a partner's files (`spec` None means the feed's newest), land nothing.

    `period` serves the rules that compare with it; without it they hold their peace. `report` is a folder that receives
    _messages.parquet; without it nothing is kept.

    Raises:
        SendjcError: unknown feed, spec or period, or a file that is not there.
    """
    declaration = feeds.load(feed)
    spec = feeds.resolve_spec(declaration, spec)
    if absent := [path.name for path in files if not path.is_file()]:
        named = shown_files(absent, [path.name for path in files]).values()
        raise SendjcError(f"not a file: {', '.join(named)}.")
    settings.make_zones()
    with tempfile.TemporaryDirectory(dir=settings.temp, prefix="check-") as scratch:
        receipt = process(settings, declaration, spec, files, period, Path(scratch))
        if report is not None:
            report.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(scratch) / "_messages.parquet", report / "_messages.parquet")
    return receipt.model_copy(update={"folder": report})


def _require_unaltered(submission: Submission) -> None:
    # Files are told by number: a partner may put a child's name in a file's name, and this line reaches logs.
    for number, (path, file) in enumerate(zip(submission.paths, submission.files, strict=True), start=1):
        where = f"{submission.submission_id}: file {number} of {len(submission.files)}"
        if not path.is_file():
            raise SendjcError(f"{where} is missing from landing; submit the files again.")
        with path.open("rb") as content:
            if hashlib.file_digest(content, "sha256").hexdigest() != file.sha256:
                raise SendjcError(f"{where} was altered after it landed; submit the files again.")


def _clear_stages(folder: Path) -> None:
    """Drop what killed processes left; a stage of a living process is not touched."""
    for stage in folder.glob(".stage-*"):
        try:
            os.kill(int(stage.name.split("-")[1]), 0)
        except ProcessLookupError:
            shutil.rmtree(stage, ignore_errors=True)
        except PermissionError:
            continue
