"""Taking a submission back: a note beside its manifest, and nothing deleted.

Belongs here: the note. Does not belong here: which submission counts then (`ledger.current`). A partner who sends A, then B by
mistake, and then A again has sent the same bytes again, which changes nothing; taking B back makes A count.
"""

from __future__ import annotations

import json
import os
import secrets
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sendjc_pipeline.settings import SendjcError
from sendjc_pipeline.submissions.manifest import Moment, utc_seconds

FILE_NAME = "withdrawal.json"


class Withdrawal(BaseModel):
    """When a submission was taken back, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    withdrawn_at: Moment
    reason: str = Field(min_length=1)


def read(folder: Path) -> Withdrawal | None:
    """The note in a landing folder, or None.

    Raises:
        SendjcError: there is one and it cannot be read: whether the submission counts is then not known.
    """
    path = folder / FILE_NAME
    try:
        return Withdrawal.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError:
        raise SendjcError(
            f"{folder.name}/{FILE_NAME} in landing is not a withdrawal; delete it, or withdraw again."
        ) from None


def write(folder: Path, reason: str, at: datetime) -> Withdrawal:
    """Write the note, atomically. Raises SendjcError when no reason is given: who reads the ledger later needs one."""
    if not reason.strip():
        raise SendjcError("a withdrawal needs a reason: say in --reason why these files no longer count.")
    note = Withdrawal(withdrawn_at=utc_seconds(at), reason=reason.strip())
    stage = folder / f".{FILE_NAME}-{secrets.token_hex(4)}"
    stage.write_text(json.dumps(note.model_dump(mode="json"), indent=2) + "\n", encoding="utf-8")
    os.replace(stage, folder / FILE_NAME)
    return note


def undo(folder: Path) -> None:
    """Remove the note, so that the submission counts again."""
    (folder / FILE_NAME).unlink(missing_ok=True)
