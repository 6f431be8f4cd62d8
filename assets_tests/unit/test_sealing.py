from __future__ import annotations

import traceback

import duckdb
import pytest

from sendjc_pipeline.release import annex_a, annex_a_book
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.sealing import sealed
from sendjc_pipeline.settings import SendjcError, Settings


@sealed("Reading", "Tell somebody.")
def _told(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    "error",
    [ValueError("Zqwrtplk"), duckdb.ConversionException("Zqwrtplk"), OSError(28, "No space left", "Zqwrtplk.csv")],
)
def test_no_text_of_an_unforeseen_error_gets_out(error: Exception) -> None:
    with pytest.raises(SendjcError, match=r"^Reading failed \(") as caught:
        _told(error)
    assert type(error).__name__ in str(caught.value)
    assert caught.value.__cause__ is None and caught.value.__context__ is None
    assert "Zqwrtplk" not in "".join(traceback.format_exception(caught.value))


def test_the_system_says_why_a_file_could_not_be_written() -> None:
    with pytest.raises(SendjcError, match="OSError: No space left"):
        _told(OSError(28, "No space left", "Zqwrtplk.csv"))


def test_an_expected_error_passes_as_it_is() -> None:
    expected = SendjcError("row 2: mend it")
    with pytest.raises(SendjcError) as caught:
        _told(expected)
    assert caught.value is expected


def test_the_lists_of_an_inspection_are_sealed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """They alone carry identifiers out of the restricted zone."""

    def broken(*_: object) -> None:
        raise duckdb.ConversionException("Zqwrtplk")

    monkeypatch.setattr(annex_a, "keys_in_force", broken)
    with pytest.raises(SendjcError, match=r"^Making the lists of an inspection failed \(ConversionException") as caught:
        annex_a.annex_a(settings, "derby", Quarter.parse("2024-25-Q4"))
    assert "Zqwrtplk" not in "".join(traceback.format_exception(caught.value))
    monkeypatch.setattr(annex_a_book, "write", broken)
    with pytest.raises(
        SendjcError, match=r"^Writing the lists of an inspection failed \(ConversionException"
    ) as caught:
        annex_a_book.write_book([], "Annex A", settings.home / "out", "lists")
    assert "Zqwrtplk" not in "".join(traceback.format_exception(caught.value))
