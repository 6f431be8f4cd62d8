from __future__ import annotations

import stat
from pathlib import Path

import pytest

from sendjc_pipeline.settings import (
    MissingKey,
    SendjcError,
    Settings,
    UndeclaredEnvironment,
    create_pseudonym_key,
    load,
    pseudonym_key,
)


def test_there_is_no_default_home() -> None:
    with pytest.raises(SendjcError, match="SENDJC_HOME"):
        load(environ={})


def test_an_undeclared_environment_raises(tmp_path: Path) -> None:
    with pytest.raises(UndeclaredEnvironment):
        load(tmp_path, environ={"SENDJC_ENVIRONMENT": "prod"})


def test_the_argument_beats_the_environment(tmp_path: Path) -> None:
    assert load(tmp_path / "a", environ={"SENDJC_HOME": str(tmp_path / "b")}).home == tmp_path / "a"


def test_zones_that_hold_identifiers_are_closed_to_others(tmp_path: Path) -> None:
    settings = Settings(tmp_path).make_zones()
    for zone in (settings.landing, settings.restricted, settings.temp, settings.key_file.parent):
        assert stat.S_IMODE(zone.stat().st_mode) == 0o700


def test_a_new_warehouse_is_closed_and_one_that_was_opened_stays_so(tmp_path: Path) -> None:
    settings = Settings(tmp_path).make_zones()
    assert stat.S_IMODE(settings.warehouse.stat().st_mode) == 0o700
    settings.warehouse.chmod(0o750)
    assert stat.S_IMODE(settings.make_zones().warehouse.stat().st_mode) == 0o750


def test_without_a_key_nothing_gets_a_pseudonym(tmp_path: Path) -> None:
    with pytest.raises(MissingKey, match="sendjc key create"):
        pseudonym_key(Settings(tmp_path), environ={})


@pytest.mark.parametrize("text", ["", "zz-secret-zz", "ab" * 31])
def test_a_weak_key_is_refused_and_not_repeated_in_the_message(tmp_path: Path, text: str) -> None:
    with pytest.raises(MissingKey) as caught:
        pseudonym_key(Settings(tmp_path), environ={"SENDJC_PSEUDONYM_KEY": text})
    assert text == "" or text not in str(caught.value)


def test_a_made_key_is_private_is_read_back_and_is_never_replaced(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    path = create_pseudonym_key(settings)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(pseudonym_key(settings, environ={})) == 32
    with pytest.raises(SendjcError, match="orphan"):
        create_pseudonym_key(settings)
