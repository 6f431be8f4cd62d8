"""The last step of a rotation: files that were written beside take their places together, or none does.

Belongs here: staging, the moment that decides, finishing what a killed process had begun. Does not belong here: what the files hold
(rekey.py) or which keys there are (keyring.py).

All that a rotation changes is first written below restricted/identity/.rotation/, with a plan. The keyring is replaced last: once
it names the rotation, the rotation has happened, and whoever reads keys or verdicts next finishes moving the files, as often as
need be. Before that moment nothing has happened: the next rotation drops what is staged.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from sendjc_pipeline.identity import vault
from sendjc_pipeline.identity.keyring import Entry, entries, keyring_file, written
from sendjc_pipeline.settings import Settings

_PLAN = "plan.json"


def new_stage(settings: Settings) -> Path:
    """An empty folder for the files of a rotation, each at its path below restricted/; what a killed one left goes first."""
    finish(settings)
    stage = _stage(settings)
    shutil.rmtree(stage, ignore_errors=True)
    return vault.make_folder(stage / "files")


def commit(settings: Settings, rotation: str, gone: Sequence[Path], keyring: Sequence[Entry]) -> None:
    """Make the rotation happen: plan, keyring, then the files of new_stage. `gone` are files and folders that are no longer true."""
    listed = [str(path.relative_to(settings.restricted)) for path in gone]
    plan = json.dumps({"rotation": rotation, "gone": listed})
    vault.replace_file(_stage(settings) / _PLAN, lambda stage: stage.write_text(plan))
    vault.replace_file(keyring_file(settings), lambda stage: stage.write_text(written(keyring)))
    finish(settings)


def finish(settings: Settings) -> None:
    """Move what a rotation that has happened left to be moved; nothing where there is none. Safe to repeat, and beside another."""
    stage = _stage(settings)
    if not (stage / _PLAN).is_file():
        return
    plan = json.loads((stage / _PLAN).read_text())
    if plan["rotation"] not in {line.rotation for line in entries(settings)}:
        return
    for name in plan["gone"]:
        path = settings.restricted / name
        shutil.rmtree(path, ignore_errors=True)
        if not path.is_dir():
            path.unlink(missing_ok=True)
    files = stage / "files"
    for path in sorted(one for one in files.rglob("*") if one.is_file()):
        target = settings.restricted / path.relative_to(files)
        vault.make_folder(target.parent)
        try:
            path.replace(target)
        except FileNotFoundError:
            continue  # another process has moved it
    (stage / _PLAN).unlink(missing_ok=True)
    shutil.rmtree(stage, ignore_errors=True)


def discard(settings: Settings) -> None:
    """Drop what is staged, unless its rotation has happened: then it is finished."""
    finish(settings)
    shutil.rmtree(_stage(settings), ignore_errors=True)


def _stage(settings: Settings) -> Path:
    return settings.restricted / "identity" / ".rotation"
