"""Taking a submission back, and letting it count again: notes beside its manifest, only ever added to, and nothing deleted.

Belongs here: the notes. Does not belong here: which submission counts then (`ledger.current`). A partner who sends A, then B by
mistake, and then A again has sent the same bytes again, which changes nothing; taking B back makes A count.
"""

from __future__ import annotations

import json
import os
import secrets
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sendjc_pipeline.settings import SendjcError
from sendjc_pipeline.submissions.manifest import Moment, utc_seconds

FILE_NAME = "withdrawal.json"


class Event(BaseModel):
    """One change of mind: withdrawn, or counting again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: Moment
    is_withdrawn: bool
    reason: str = Field(min_length=1)


class _History(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    events: tuple[Event, ...]

    @model_validator(mode="before")
    @classmethod
    def _of_one_withdrawal(cls, noted: Any) -> Any:
        """As notes were first written, of one withdrawal and no more: it still holds."""
        if isinstance(noted, dict) and noted.keys() == {"withdrawn_at", "reason"}:
            return {"events": [{"at": noted["withdrawn_at"], "is_withdrawn": True, "reason": noted["reason"]}]}
        return noted


def history(folder: Path) -> tuple[Event, ...]:
    """What was noted in a landing folder, oldest first.

    Raises:
        SendjcError: there is a note and it cannot be read: whether the submission counts is then not known.
    """
    try:
        return _History.model_validate_json((folder / FILE_NAME).read_bytes()).events
    except FileNotFoundError:
        return ()
    except ValidationError:
        raise SendjcError(f"{folder.name}/{FILE_NAME} in landing cannot be read; restore it from a backup.") from None


def read(folder: Path, known_at: date = date.max) -> Event | None:
    """The withdrawal that held on a day, or None. What is undone later was still withdrawn on the days between."""
    by_then = [event for event in history(folder) if event.at.date() <= known_at]
    return by_then[-1] if by_then and by_then[-1].is_withdrawn else None


def write(folder: Path, reason: str, at: datetime) -> None:
    """Note a withdrawal. Raises SendjcError when no reason is given: who reads the ledger later needs one."""
    _add(folder, Event(at=utc_seconds(at), is_withdrawn=True, reason=_filled(reason)))


def undo(folder: Path, at: datetime, reason: str = "withdrawal undone") -> None:
    """Note that the submission counts again, from that day on; nothing that was noted before is lost."""
    _add(folder, Event(at=utc_seconds(at), is_withdrawn=False, reason=_filled(reason)))


def _filled(reason: str) -> str:
    if not reason.strip():
        raise SendjcError("a withdrawal needs a reason: say in --reason why these files no longer count.")
    return reason.strip()


def _add(folder: Path, event: Event) -> None:
    events = _History(events=(*history(folder), event))
    stage = folder / f".{FILE_NAME}-{secrets.token_hex(4)}"
    stage.write_text(json.dumps(events.model_dump(mode="json"), indent=2) + "\n", encoding="utf-8")
    os.replace(stage, folder / FILE_NAME)
