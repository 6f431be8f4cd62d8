"""What a quarter was linked by: the submissions, decisions and opt-outs that identity knew of.

Belongs here: the note of it beside the links. Does not belong here: the rest that figures depend on (quality/judge.py). A warehouse is made
of what this note says and not of what stands when it is built: a list of opt-outs that comes in between is news to the next run.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from sendjc_pipeline.identity import decisions, opt_out, vault
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings

FILE_NAME = "linked_by.json"


@dataclass(frozen=True)
class LinkedBy:
    """`history`: ids of the person-level submissions received; `decisions`: a hash of those in force; `opt_outs`: the batches that stood."""

    history: tuple[str, ...] = ()
    decisions: str = ""
    opt_outs: tuple[str, ...] = ()


NOTHING = LinkedBy()


def standing(settings: Settings, history: list[str], known_at: date) -> LinkedBy:
    """What a quarter is linked by if it is linked now, of submissions with these ids."""
    batches = tuple(batch.batch_id for batch in opt_out.standing(settings, known_at))
    return LinkedBy(tuple(sorted(history)), decisions.in_force(settings, known_at), batches)


def write(folder: Path, linked_by: LinkedBy) -> None:
    """Write the note into a folder that will take its place with the links."""
    (folder / FILE_NAME).write_text(json.dumps(asdict(linked_by)), encoding="utf-8")


def read(settings: Settings, quarter: Quarter) -> LinkedBy:
    """What the links that stand were made by; nothing where an older version made them, so that the next run makes them again."""
    path = vault.identity_folder(settings, quarter) / FILE_NAME
    if not path.is_file():
        return NOTHING
    said = json.loads(path.read_text(encoding="utf-8"))
    return LinkedBy(tuple(said["history"]), said["decisions"], tuple(said["opt_outs"]))
