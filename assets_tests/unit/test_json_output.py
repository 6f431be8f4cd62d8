"""A script reads JSON from each command that does or tells something: standard output is one document and no more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from sendjc_pipeline.cli import app
from sendjc_pipeline.commands import run as command
from sendjc_pipeline.reporting import Quarter

# Commands that write a file or ask a person, and whose exit code says all; and those that serve, or make synthetic areas.
NO_JSON = {
    "prepare", "report", "annex-a", "demo", "synth", "dev", "key create", "opt-out add", "opt-out withdraw", "keys rotate", "reference postcodes",
    "release schema", "review export", "review import", "review undo",
}  # fmt: skip
DEMO = Path(__file__).resolve().parents[2] / "seeds" / "demo" / "derby" / "sen2" / "2024-25-Q4"


def commands(group: Any, name: str = "") -> Iterator[tuple[str, set[str]]]:
    """Every command with its options."""
    for own, found in group.commands.items():
        if hasattr(found, "commands"):
            yield from commands(found, f"{name}{own} ")
        else:
            yield f"{name}{own}", {option for parameter in found.params for option in parameter.opts}


def test_every_command_that_a_script_would_read_has_json() -> None:
    without = {name for name, options in commands(typer.main.get_command(app)) if "--json" not in options}
    assert without == NO_JSON


def told(*words: str) -> Any:
    result = CliRunner().invoke(app, [*words, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_submitting_and_taking_back_are_told_as_json(tmp_path: Path) -> None:
    files = [str(path) for path in sorted(DEMO.iterdir())]
    home = ["--home", str(tmp_path)]
    landed = told("submit", *files, "--partner", "derby", "--feed", "sen2", "--period", "2024-25-Q4", *home)
    assert (landed["partner"], landed["files"], landed["note"]) == ("derby", 9, None)
    gone = told("withdraw", landed["submission_id"], "--reason", "wrong extract", *home)
    assert gone == {"submission_id": landed["submission_id"], "counts": False, "counts_instead": None}
    assert told("withdraw", landed["submission_id"], "--undo", *home)["counts"] is True


def test_a_template_names_its_files_as_json(tmp_path: Path) -> None:
    made = told("template", "sleep_support", "--out", str(tmp_path))
    assert made["written"] and all(Path(path).is_file() for path in made["written"])


def test_a_refused_run_is_one_document_and_its_words_go_to_standard_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    order = command.Order(Quarter.parse("2024-25-Q4"), date(2025, 5, 20), as_json=True)
    command._as_json(command.REFUSED, order, None, red=["keys on fct_clock (ehc): 2 rows at fault"], failures=[])
    out = capsys.readouterr().out
    assert json.loads(out)["red"] == ["keys on fct_clock (ehc): 2 rows at fault"]
    assert json.loads(out)["exit_code"] == 3
