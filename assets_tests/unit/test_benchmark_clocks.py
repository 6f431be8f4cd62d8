"""The run of a million children is taken up where it stopped: what was compared with the same code and found right is not compared again."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import clocks


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The seeds that were compared, in order; every chunk of 10 children has 100 clocks, and seed 1 is wrong at first."""
    seeds: list[int] = []

    def compare(code: str, seed: int, size: int) -> clocks.Chunk:
        wrong = 2 if seed == 1 and seeds.count(1) == 0 else 0
        seeds.append(seed)
        return clocks.Chunk(code, seed, size, 100, wrong, 0.5)

    monkeypatch.setattr(clocks, "_compare", compare)
    monkeypatch.setattr(clocks, "CHUNK", 10)
    return seeds


def test_a_run_goes_on_with_what_is_missing(
    compared: list[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = tmp_path / "notes" / "clocks.jsonl"
    with pytest.raises(SystemExit):
        clocks.main(25, notes=notes)
    assert compared == [0, 1, 2]
    notes.write_text(notes.read_text() + '\n{"code": "cut o')
    for _ in range(2):
        clocks.main(25, notes=notes)
        assert compared == [0, 1, 2, 1]
    assert "25 children, 300 clocks, 0 differences (0)" in capsys.readouterr().out


def test_another_code_begins_anew(compared: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = tmp_path / "clocks.jsonl"
    clocks.main(10, notes=notes)
    monkeypatch.setattr(clocks, "fingerprint", lambda: "another")
    clocks.main(10, notes=notes)
    assert compared == [0, 0]
