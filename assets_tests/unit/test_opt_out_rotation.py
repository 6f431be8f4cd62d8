"""The key of opt-outs is changed from the lists as they were sent: nobody who opted out is lost on the way."""

from __future__ import annotations

import stat
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
from click.testing import Result
from typer.testing import CliRunner

from sendjc_pipeline.cli import app
from sendjc_pipeline.commands import opt_outs
from sendjc_pipeline.identity import keyring, opt_out, rotation, swap
from sendjc_pipeline.identity.keys_in_force import keys_in_force
from sendjc_pipeline.identity.pseudonym import OPT_OUT, PERSON_DIGITS, pseudonym
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.warehouse.connection import connect

from identity_samples import nhs  # isort: skip

MAY, JUNE, JULY = (datetime(2025, month, 10, 9, tzinfo=UTC) for month in (5, 6, 7))


def sent(settings: Settings, name: str, *serials: int) -> Path:
    path = settings.home / f"{name}.csv"
    path.write_text("\n".join(["NHSNumber", *map(nhs, serials)]))
    return path


@pytest.fixture
def lists(settings: Settings) -> list[Path]:
    """Two lists that stand, with a child on both, and one that was withdrawn."""
    made = [sent(settings, "national", 1, 2), sent(settings, "RHA", 2, 3), sent(settings, "withdrawn", 4)]
    for path, partner, at in zip(made, (None, "RHA", None), (MAY, JUNE, MAY), strict=True):
        opt_outs.add(settings, path, partner, at)
    gone = next(batch for batch in opt_out.batches(settings) if batch.children == 1)
    opt_outs.withdraw(settings, gone.batch_id, JUNE)
    return made


def tokens(settings: Settings, day: date) -> set[str]:
    con = connect()
    opt_out.create_tokens(con, settings, day, keys_in_force(settings))
    return {token for (token,) in con.execute("from opt_out_token").fetchall()}


def of(settings: Settings, *serials: int) -> set[str]:
    return {pseudonym(keys_in_force(settings), OPT_OUT, nhs(serial), PERSON_DIGITS) for serial in serials}


def rotate(settings: Settings, lists: list[Path]) -> rotation.Rotated:
    return rotation.rotate(settings, [OPT_OUT], "yearly", JULY, [], {}, lists)


def at_the_terminal(settings: Settings, purpose: str, *lists: Path) -> Result:
    given = [word for path in lists for word in ("--opt-outs", str(path))]
    words = [
        "keys",
        "rotate",
        "--purpose",
        purpose,
        "--reason",
        "yearly",
        "--yes",
        *given,
        "--home",
        str(settings.home),
    ]
    return CliRunner().invoke(app, words)


def files(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_every_list_stands_as_it_stood_in_the_new_key(settings: Settings, lists: list[Path]) -> None:
    before, old = opt_out.batches(settings), of(settings, 1, 2, 3, 4)
    assert rotate(settings, lists).opt_outs_left == 0
    assert opt_out.batches(settings) == before
    assert of(settings, 1, 2, 3, 4).isdisjoint(old)
    assert tokens(settings, date(2025, 5, 11)) == of(settings, 1, 2, 4)
    assert tokens(settings, date(2025, 7, 11)) == of(settings, 1, 2, 3)
    path = opt_out.list_path(settings)
    kept = duckdb.execute("select token from read_parquet(?) where token is not null", [str(path)]).fetchall()
    assert {token for (token,) in kept} == of(settings, 1, 2, 3, 4) and len(kept) == 5
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_opt_out_that_would_be_lost_stops_the_rotation_and_changes_nothing(
    settings: Settings, lists: list[Path]
) -> None:
    before = files(settings.home)
    with pytest.raises(SendjcError, match="in none of the lists given: 1; nothing was changed") as refused:
        rotate(settings, [lists[0]])
    assert files(settings.home) == before
    assert nhs(3) not in str(refused.value)


def test_a_withdrawn_list_need_not_be_given_and_is_counted(settings: Settings, lists: list[Path]) -> None:
    said = at_the_terminal(settings, "opt_out", *lists[:2])
    assert said.exit_code == 0, said.output
    assert "1 opt-outs of withdrawn lists keep the retired key" in " ".join(said.output.split())
    assert tokens(settings, date(2025, 7, 11)) == of(settings, 1, 2, 3)


def test_without_any_list_only_the_key_changes(settings: Settings) -> None:
    assert at_the_terminal(settings, "opt_out").exit_code == 0
    assert set(keyring.current(settings)) == {OPT_OUT} and not opt_out.list_path(settings).exists()


def test_lists_that_are_missing_or_for_nothing_are_refused(settings: Settings, lists: list[Path]) -> None:
    missing, for_nothing = at_the_terminal(settings, "opt_out"), at_the_terminal(settings, "person", lists[0])
    assert "give every list that stands" in str(missing.exception)
    assert "leave it out for 'person'" in str(for_nothing.exception)
    assert keyring.entries(settings) == []


def test_all_with_the_lists_means_opt_outs_too(settings: Settings, lists: list[Path]) -> None:
    assert at_the_terminal(settings, "all").exit_code == 0
    assert set(keyring.current(settings)) == set(rotation.ROTATABLE)
    before = of(settings, 1)
    assert at_the_terminal(settings, "all", *lists).exit_code == 0
    assert set(keyring.current(settings)) == {*rotation.ROTATABLE, OPT_OUT} and of(settings, 1) != before
    assert tokens(settings, date(2025, 7, 11)) == of(settings, 1, 2, 3)


class Killed(BaseException):
    """The process ended here."""


def test_a_list_withdrawn_after_a_killed_rotation_stays_withdrawn(
    settings: Settings, lists: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the staged list would take the place of the one that knows of the withdrawal."""

    def killed(settings: Settings) -> None:
        if keyring.entries(settings):
            raise Killed

    monkeypatch.setattr(swap, "finish", killed)
    with pytest.raises(Killed):
        rotate(settings, lists)
    monkeypatch.undo()
    of_rha = next(batch for batch in opt_out.batches(settings) if batch.partner == "RHA")
    opt_outs.withdraw(settings, of_rha.batch_id, JULY)
    assert tokens(settings, date(2025, 7, 11)) == of(settings, 1, 2)
