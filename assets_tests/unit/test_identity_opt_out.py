"""The list of opt-outs: what a file may look like, what is kept of it, and when it stands."""

from __future__ import annotations

import stat
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
from click.testing import Result
from typer.testing import CliRunner

from sendjc_pipeline.cli import app
from sendjc_pipeline.identity import opt_out
from sendjc_pipeline.identity.opt_out_file import create_numbers, in_words
from sendjc_pipeline.identity.pseudonym import PERSON_DIGITS, Keys, pseudonym
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.warehouse.connection import connect

from identity_samples import KEY, nhs  # isort: skip

OTHER_KEY = Keys.of_master(bytes(range(1, 33)))
MAY, JUNE, JULY = (datetime(2025, month, 10, 9, tzinfo=UTC) for month in (5, 6, 7))


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return connect()


def read(con: duckdb.DuckDBPyConnection, path: Path, content: str | bytes) -> tuple[list[str], list[int]]:
    """The numbers taken from a file of that content, and the lines refused."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    refused = create_numbers(con, path, "number")
    return [number for (number,) in con.execute("from number order by 1").fetchall()], refused


def add(
    settings: Settings, *serials: int, at: datetime = MAY, partner: str | None = None, key: Keys = KEY
) -> opt_out.Batch:
    con = connect()
    con.execute("create table number (nhs_number varchar)")
    con.executemany("insert into number values (?)", [[nhs(serial)] for serial in serials])
    return opt_out.add(con, settings, "number", partner, at, key)


def tokens(settings: Settings, day: date, key: Keys = KEY) -> set[str]:
    con = connect()
    opt_out.create_tokens(con, settings, day, key)
    return {token for (token,) in con.execute("from opt_out_token").fetchall()}


def token(serial: int, key: Keys = KEY) -> str:
    return pseudonym(key, opt_out.OPT_OUT, nhs(serial), PERSON_DIGITS)


@pytest.mark.parametrize("header", ["NHSNumber", "nhsnumber", '"NHSNumber"', "\ufeffNHSNumber", "NHSNumber\r"])
def test_a_list_is_read_however_it_was_saved(con: duckdb.DuckDBPyConnection, tmp_path: Path, header: str) -> None:
    spaced = f"{nhs(1)[:3]} {nhs(1)[3:6]} {nhs(1)[6:]}"
    lines = [header, spaced, f'"{nhs(2)}"\r', nhs(2), "", nhs(3)]
    assert read(con, tmp_path / "list.csv", "\n".join(lines)) == (sorted([nhs(1), nhs(2), nhs(3)]), [])


def test_lines_are_refused_by_number_and_the_others_taken(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    wrong_digit = nhs(2)[:9] + str((int(nhs(2)[9]) + 1) % 10)
    found = read(
        con, tmp_path / "list.csv", f"NHSNumber\n{nhs(1)}\n{wrong_digit}\n12345\nAda Okafor\n1111111111\n{nhs(3)},x\n"
    )
    assert found == ([nhs(1)], [3, 4, 5, 6, 7])
    assert in_words([3, 4]) == "lines 3, 4 refused (not ten digits with a sound check digit)"
    assert in_words(list(range(1, 31))).startswith("lines 1, 2, 3") and "20 and 10 more" in in_words(list(range(1, 31)))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "line 1: a list of opt-outs has the one column NHSNumber"),
        ("{one}\n{two}\n", "line 1"),
        ("NHSNumber,Name\n{one},Ada Okafor\n", "line 1"),
        ("NHSNumber\n", "holds no valid NHS number, only its header"),
        ("NHSNumber\nAda Okafor\n12\n", "holds no valid NHS number: lines 2, 3 refused"),
        (b"\xff\xfeN\x00H\x00", "not UTF-8 text"),
        (b"PK\x03\x04\xff\xd8", "not UTF-8 text"),
    ],
)
def test_what_is_no_list_is_refused_without_a_word_of_it(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, content: str | bytes, said: str
) -> None:
    if isinstance(content, str):
        content = content.replace("{one}", nhs(1)).replace("{two}", nhs(2))
    with pytest.raises(SendjcError) as raised:
        read(con, tmp_path / "list.csv", content)
    text = str(raised.value)
    assert said in text and text.startswith("list.csv") and "\n" not in text
    assert not any(word in text for word in ("Okafor", nhs(1), nhs(2)))


def test_only_tokens_are_kept_in_a_folder_of_ones_own(settings: Settings) -> None:
    add(settings, 1, 2, partner="RHA")
    path = opt_out.list_path(settings)
    con = connect()
    rows = con.execute("select event, partner, token from read_parquet(?) order by token", [str(path)]).fetchall()
    assert rows == [("added", "RHA", one) for one in sorted([token(1), token(2)])]
    everything = b"".join(found.read_bytes() for found in settings.restricted.rglob("*") if found.is_file())
    assert nhs(1).encode() not in everything and nhs(2).encode() not in everything
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700 and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_batch_stands_from_its_day_until_it_is_withdrawn(settings: Settings) -> None:
    first, second = add(settings, 1, 2), add(settings, 2, 3, at=JUNE, partner="RHA")
    con = connect()
    opt_out.withdraw(con, settings, opt_out.find(settings, first.batch_id[:6]), JULY)
    assert tokens(settings, date(2025, 5, 9)) == set()
    assert tokens(settings, date(2025, 5, 10)) == {token(1), token(2)}
    assert tokens(settings, date(2025, 7, 9)) == {token(1), token(2), token(3)}
    # Who stands on another list too stays out.
    assert tokens(settings, date(2025, 7, 10)) == {token(2), token(3)}
    assert [(b.batch_id, b.partner, b.children) for b in opt_out.batches(settings)] == [
        (first.batch_id, None, 2),
        (second.batch_id, "RHA", 2),
    ]
    with pytest.raises(SendjcError, match="withdrawn on 2025-07-10 already"):
        opt_out.withdraw(con, settings, opt_out.find(settings, first.batch_id), JULY)


def test_a_list_that_stands_is_not_added_again(settings: Settings) -> None:
    """Two batches of one list: to withdraw one of them changed nothing."""
    first = add(settings, 1, 2)
    assert add(settings, 2, 1, at=JUNE) == first
    others = [add(settings, 1, at=JUNE), add(settings, 1, 2, at=JUNE, partner="RHA")]
    assert opt_out.batches(settings) == [first, *sorted(others, key=lambda batch: batch.batch_id)]


def test_a_list_that_was_withdrawn_may_come_again_in_the_same_second(settings: Settings) -> None:
    first = add(settings, 1)
    opt_out.withdraw(connect(), settings, first, MAY)
    assert add(settings, 1).batch_id != first.batch_id
    assert tokens(settings, date(2025, 5, 10)) == {token(1)}


def test_the_command_tells_some_refused_from_nothing_taken(settings: Settings, tmp_path: Path) -> None:
    def added(*lines: str) -> Result:
        (tmp_path / "list.csv").write_text("\n".join(["NHSNumber", *lines]), encoding="utf-8")
        return CliRunner().invoke(app, ["opt-out", "add", str(tmp_path / "list.csv"), "--home", str(settings.home)])

    assert added(nhs(1), "123").exit_code == 3
    assert "nothing was added" in (again := added(nhs(1))).output and again.exit_code == 0
    assert isinstance(added("123").exception, SendjcError)  # main() makes it exit code 1


def test_an_unknown_batch_is_refused(settings: Settings) -> None:
    with pytest.raises(SendjcError, match="is the id of no batch"):
        opt_out.find(settings, "abcdef")
    with pytest.raises(SendjcError, match="too little of an id"):
        opt_out.find(settings, "abc")


def test_tokens_of_another_key_are_noticed_until_the_list_has_been_sent_again(settings: Settings) -> None:
    old = add(settings, 1)
    with pytest.raises(SendjcError, match=f"{old.batch_id} hold tokens of another pseudonym key"):
        tokens(settings, date(2025, 6, 1), OTHER_KEY)
    add(settings, 1, at=JUNE, key=OTHER_KEY)
    opt_out.withdraw(connect(), settings, opt_out.find(settings, old.batch_id), JULY)
    assert tokens(settings, date(2025, 7, 10), OTHER_KEY) == {token(1, OTHER_KEY)}
    # On the days on which the old list stood, nobody could be found by it: no run may be known then, withdrawn or not.
    for day in (date(2025, 5, 12), date(2025, 7, 9)):
        with pytest.raises(SendjcError, match=f"{old.batch_id} hold tokens of another pseudonym key.*later --known-at"):
            tokens(settings, day, OTHER_KEY)
    assert tokens(settings, date(2025, 5, 9), OTHER_KEY) == set()


def test_a_broken_list_stops_the_run_and_quotes_nothing(settings: Settings) -> None:
    add(settings, 1)
    opt_out.list_path(settings).write_bytes(b"not parquet")
    with pytest.raises(SendjcError, match="cannot be read: restore it from a backup"):
        tokens(settings, date(2025, 6, 1))
