"""What became of a submission: the receipt, its counts and its totals by rule. Plain records; nothing here reads a row."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class TableCount(BaseModel):
    """Rows of one table; received = accepted + quarantined, always."""

    model_config = ConfigDict(frozen=True)

    received: int
    accepted: int
    quarantined: int


class RuleTotal(BaseModel):
    """How many rows (for a file-level rule: files) broke a rule. `table` and `column` are '' for a file-level rule."""

    model_config = ConfigDict(frozen=True)

    rule: str
    outcome: str
    table: str
    column: str
    count: int
    message: str
    action: str


class Receipt(BaseModel):
    """The outcome of one submission, or of a dry run (then submission_id, partner and folder are None)."""

    model_config = ConfigDict(frozen=True)

    submission_id: str | None
    feed: str
    partner: str | None
    period: str | None
    spec: str
    status: Literal["accepted", "rejected"]
    tables: dict[str, TableCount]
    messages_total: list[RuleTotal]
    file_messages: list[str]
    files: dict[str, str] = {}
    """SHA-256 of each Parquet file beside the receipt."""
    stated_period: str | None = None
    """The period that the files state of themselves, where the format has one."""
    folder: Path | None = Field(default=None, exclude=True)
    """Where the accepted tables, _quarantine.parquet and _messages.parquet lie; not written into receipt.json."""

    @classmethod
    def read(cls, folder: Path) -> Receipt:
        """The receipt in an accepted folder."""
        receipt = cls.model_validate_json((folder / "receipt.json").read_text(encoding="utf-8"))
        return receipt.model_copy(update={"folder": folder})

    def write(self, folder: Path) -> None:
        """Write receipt.json into the folder, with the hashes of what lies there; the caller does so last."""
        receipt = self.model_copy(update={"files": _hashes(folder)})
        (folder / "receipt.json").write_text(receipt.model_dump_json(indent=2) + "\n", encoding="utf-8")

    def is_unaltered(self) -> bool:
        """Whether the files beside the receipt are those that were written with it."""
        return self.folder is None or _hashes(self.folder) == self.files


def _hashes(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.glob("*.parquet")):
        with path.open("rb") as content:
            found[path.name] = hashlib.file_digest(content, "sha256").hexdigest()
    return found
