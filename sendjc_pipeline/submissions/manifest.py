"""The manifest of a submission: who sent what, for which period, as which bytes. Reading and writing it, nothing more."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError

from sendjc_pipeline.settings import SendjcError

FILE_NAME = "submission.json"


def utc_seconds(moment: datetime) -> datetime:
    """The moment in UTC, to the second.

    Raises:
        SendjcError: it has no time zone, so nobody knows which moment it is.
    """
    if moment.tzinfo is None:
        raise SendjcError("the time of receipt has no time zone: give it one, such as 2025-04-20T09:00:00+00:00.")
    return moment.astimezone(UTC).replace(microsecond=0)


def _parsed(value: object) -> object:
    return utc_seconds(datetime.fromisoformat(value)) if isinstance(value, str) else value


Moment = Annotated[
    datetime, BeforeValidator(_parsed), PlainSerializer(lambda moment: f"{moment:%Y-%m-%dT%H:%M:%SZ}", return_type=str)
]


class SubmittedFile(BaseModel):
    """One file as sent."""

    model_config = ConfigDict(frozen=True)

    name: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    bytes: int = Field(ge=0)


class Submission(BaseModel):
    """One submission in `landing/`; `folder` is where it lies and is not part of the manifest."""

    model_config = ConfigDict(frozen=True)

    submission_id: str = Field(pattern="^[0-9a-f]{16}$")
    partner: str
    feed: str
    spec: str
    period: str
    received_at: Moment
    files: tuple[SubmittedFile, ...] = Field(min_length=1)
    folder: Path = Field(default=Path(), exclude=True)

    @property
    def paths(self) -> list[Path]:
        """The files as they lie in landing."""
        return [self.folder / file.name for file in self.files]

    @classmethod
    def read(cls, folder: Path) -> Submission:
        """The manifest in a landing folder.

        Raises:
            SendjcError: it is not a manifest.
        """
        try:
            submission = cls.model_validate_json((folder / FILE_NAME).read_bytes())
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"]) or "its root"
            raise SendjcError(
                f"{folder.name}/{FILE_NAME} in landing is not a manifest (wrong at {where}); submit the files again."
            ) from None
        return submission.model_copy(update={"folder": folder})

    def write(self, folder: Path) -> None:
        """Write the manifest into the folder and wait until it is on disk."""
        with (folder / FILE_NAME).open("w", encoding="utf-8") as file:
            file.write(self.model_dump_json(indent=2) + "\n")
            file.flush()
            os.fsync(file.fileno())


def submission_id(feed: str, partner: str, period: str, hashes: Iterable[str], spec: str | None = None) -> str:
    """First 16 hex digits of SHA-256 over feed, partner, period and the sorted content hashes: names and order of files do not matter.

    `spec` is given for a feed with several: the same bytes read by another are another submission, so a wrong --spec is mended by sending again. It
    is the spec itself and not its being the default, which a later version of the feed may change.
    """
    text = "|".join([feed, partner, period, *([f"spec {spec}"] if spec else []), *sorted(hashes)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]
