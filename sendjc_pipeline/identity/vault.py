"""Folders of the restricted zone that appear whole or not at all.

Belongs here: modes, temporary folders, the swap, and files that take the place of others. Does not belong here: what is written into them.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings


def identity_folder(settings: Settings, quarter: Quarter) -> Path:
    """Where person.parquet and person_link.parquet of a quarter lie."""
    return settings.restricted / "identity" / quarter.label


def pseudonymised_folder(settings: Settings, quarter: Quarter) -> Path:
    """Where <feed>/<table>/<submission_id>.parquet of a quarter lie."""
    return settings.restricted / "pseudonymised" / quarter.label


@contextmanager
def workspace(settings: Settings, quarter: Quarter) -> Iterator[Path]:
    """A scratch folder of mode 0700 in the restricted zone, gone afterwards; what a killed run left goes first."""
    parent = settings.restricted / "identity"
    _make_private(settings.restricted, parent)
    for left in parent.glob(f".{quarter.label}-*"):
        shutil.rmtree(left, ignore_errors=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{quarter.label}-", dir=parent))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def review_folder(settings: Settings, quarter: Quarter) -> Path:
    """Where candidate_pair.parquet of a quarter lies, with the particulars that a reviewer needs."""
    return settings.restricted / "identity" / "review" / quarter.label


def swap_in(
    settings: Settings, quarter: Quarter, scratch: Path, identity: Path, pseudonymised: Path, review: Path
) -> None:
    """Put the new folders in the place of the quarter's old ones.

    The persons go away first and come back last: whoever finds them finds rows of the same making beside them, and a
    process killed in between leaves a quarter that cannot be read at all rather than a mixed one.
    """
    final_identity, final_rows = identity_folder(settings, quarter), pseudonymised_folder(settings, quarter)
    final_review = review_folder(settings, quarter)
    _make_private(final_identity.parent, final_rows.parent, final_review.parent)
    if final_identity.exists():
        final_identity.rename(scratch / "old_identity")
    if final_rows.exists():
        final_rows.rename(scratch / "old_pseudonymised")
    pseudonymised.rename(final_rows)
    if final_review.exists():
        final_review.rename(scratch / "old_review")
    review.rename(final_review)
    identity.rename(final_identity)


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a file that takes the place of `path`: whole or not at all, on the disk, and its owner's alone."""
    stage = make_folder(path.parent) / f".{path.name}"
    stage.unlink(missing_ok=True)
    stage.touch(mode=0o600)
    write(stage)
    stage.chmod(0o600)
    _to_disk(stage)
    stage.replace(path)
    _to_disk(path.parent)


def _to_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def make_folder(path: Path) -> Path:
    """Create a folder and the missing ones above it, each of mode 0700; return it."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(mode=0o700)
    return path


def _make_private(*folders: Path) -> None:
    for folder in folders:
        make_folder(folder).chmod(0o700)
