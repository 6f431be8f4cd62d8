"""Clerical review: worklists out, verdicts in; two who agree decide, those who differ are shown, and nothing is forgotten."""

from __future__ import annotations

import csv
import re
import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import openpyxl
import polars as pl
import pytest
from typer.testing import CliRunner

from sendjc_pipeline.cli import app
from sendjc_pipeline.commands import review
from sendjc_pipeline.identity import review_queue, verdicts, worklist
from sendjc_pipeline.identity.decisions import COLUMNS, decisions_file, in_force
from sendjc_pipeline.identity.pseudonym import PERSON_DIGITS, REVIEW, Pseudonymiser
from sendjc_pipeline.identity.pseudonymise import resolve_and_pseudonymise
from sendjc_pipeline.settings import SendjcError, Settings

from identity_samples import KEY, Q4, Scene, listed, nhs, pupil, upn  # isort: skip

ADA = {"forename": "Zephyrine", "surname": "Okonjo", "postcode": "NG7 2QX"}
DAY, NOW = date(2025, 5, 12), datetime(2025, 5, 12, 9, tzinfo=UTC)
# What a worklist holds of the child, and no message may.
CANARIES = ("ZEPHYRINE", "OKONJO", "NG7 2QX", "NG72QX", "2015-06-1", "canary")


@pytest.fixture
def scene(settings: Settings) -> Scene:
    """One pair in the grey band."""
    made = Scene(settings)
    made.sen2("derby", pupil("1", **ADA))
    made.demographics("RHA", listed("=cmd", **ADA | {"postcode": "DE1 1AA", "dateofbirth": date(2015, 6, 16)}))
    made.run()
    return made


def _export(scene: Scene, reviewer: str, *, conflicts: bool = False, replace: bool = False) -> Path:
    review.export(scene.settings, Q4, reviewer, DAY, None, conflicts=conflicts, replace=replace)
    return worklist.folder(scene.settings, reviewer) / f"worklist_{Q4}{'_conflicts' if conflicts else ''}.csv"


def _fill(path: Path, *rows: dict[str, str]) -> Path:
    """Set columns of the rows in turn."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    for row, values in zip(table, rows, strict=False):
        row.update(values)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    return path


def _take(scene: Scene, path: Path, reviewer: str, on: date = DAY, now: datetime = NOW) -> None:
    review.take(scene.settings, path, reviewer, on, now, DAY)


def _say(scene: Scene, reviewer: str, verdict: str, now: datetime = NOW) -> None:
    _take(scene, _fill(_export(scene, reviewer, replace=True), {"verdict": verdict}), reviewer, now=now)


def _states(scene: Scene) -> dict[str, int]:
    with verdicts.opened(scene.settings) as con:
        return verdicts.states(con)


def _faults(scene: Scene, path: Path, reviewer: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    with pytest.raises(SendjcError, match="nothing was recorded") as failure:
        _take(scene, path, reviewer)
    lines = capsys.readouterr().err.splitlines()
    text = "\n".join([*lines, str(failure.value)])
    assert not [canary for canary in CANARIES if canary.lower() in text.lower()]
    assert not decisions_file(scene.settings).exists()
    return lines


def test_a_worklist_shows_both_records_side_by_side_to_its_owner_only(scene: Scene) -> None:
    _export(scene, " J.Ali ")
    path = worklist.folder(scene.settings, "j.ali") / f"worklist_{Q4}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert list(row) == list(worklist.HEADERS)
    assert {row["forename_a"], row["forename_b"]} == {"ZEPHYRINE"}
    assert {row["birth_date_a"], row["birth_date_b"]} == {"2015-06-15", "2015-06-16"}
    assert {row["partner_a"], row["partner_b"]} == {"derby", "RHA"}
    assert "'=cmd" in {row["source_person_id_a"], row["source_person_id_b"]}
    assert 0.2 <= float(row["probability"]) < 0.95 and row["verdict"] == ""
    for file_path in (path, path.with_suffix(".xlsx"), verdicts.issued_file(scene.settings)):
        assert stat.S_IMODE(file_path.stat().st_mode) == 0o600
        assert stat.S_IMODE(file_path.parent.stat().st_mode) == 0o700


def test_the_workbook_says_the_same_and_offers_the_verdicts(scene: Scene) -> None:
    path = _export(scene, "r1")
    sheet = openpyxl.load_workbook(path.with_suffix(".xlsx"))["worklist"]
    header, row = ([cell.value or "" for cell in line] for line in sheet.iter_rows())
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert [header, row] == list(csv.reader(file))
    (choices,) = sheet.data_validations.dataValidation
    assert choices.formula1 == '"same,different,unsure"'
    shaded = {header[cell.column - 1] for cell in sheet[2] if cell.fill.patternType}
    assert "birth_date_a" in shaded and "forename_a" not in shaded


def test_the_likeliest_pair_comes_first_and_a_limit_takes_those(settings: Settings) -> None:
    scene = Scene(settings)
    scene.sen2("derby", pupil("1", upn=upn(1), **ADA), pupil("2", upn=upn(1), **ADA | {"forename": "Eve"}))
    scene.sen2("nottingham", pupil("3", forename="Ada", surname="Byron", postcode="NG1 1AA"))
    scene.demographics(
        "RHA", listed("9", forename="Ada", surname="Byron", postcode="DE1 1AA", dateofbirth=date(2015, 6, 16))
    )
    scene.run()
    with verdicts.opened(settings) as con:
        found = verdicts.waiting(con, settings, Q4, "r1")["probability"].to_list()
    assert found == sorted(found, key=lambda p: -1 if p is None else p, reverse=True) and len(found) > 1
    review.export(settings, Q4, "r1", DAY, 1, conflicts=False, replace=False)
    with verdicts.opened(settings) as con:
        assert con.execute("select count(*) from issued").fetchone() == (1,)


def test_nothing_of_a_child_is_printed(scene: Scene, capfd: pytest.CaptureFixture[str]) -> None:
    _say(scene, "r1", "same")
    _say(scene, "r2", "different")
    said = "".join(capfd.readouterr())
    assert "conflict" in said
    assert not [canary for canary in CANARIES if canary.lower() in said.lower()]


def test_one_verdict_is_not_enough_and_two_that_agree_are(scene: Scene) -> None:
    _say(scene, "r1", "same")
    assert _states(scene) == {"one verdict": 1}
    scene.run()
    assert len(scene.children()) == 2
    _say(scene, "r2", "same")
    assert _states(scene) == {"same": 1}
    for _ in range(2):
        scene.run()
        assert scene.children() == [["RHA/demographics/clerical", "derby/sen2/local_id"]]


def test_one_reviewer_under_two_spellings_is_one(scene: Scene) -> None:
    _say(scene, "r1", "same")
    path = worklist.folder(scene.settings, "r1") / f"worklist_{Q4}.csv"
    _take(scene, path, " R1 ")
    assert _states(scene) == {"one verdict": 1}


def test_a_pair_is_asked_of_each_reviewer_once_and_not_when_it_is_settled(scene: Scene) -> None:
    _say(scene, "r1", "unsure")
    with verdicts.opened(scene.settings) as con:
        assert verdicts.waiting(con, scene.settings, Q4, "r1").is_empty()
        assert verdicts.waiting(con, scene.settings, Q4, "r2").height == 1
    _say(scene, "r2", "different")
    _say(scene, "r3", "different")
    with verdicts.opened(scene.settings) as con:
        assert verdicts.waiting(con, scene.settings, Q4, "r4").is_empty()


def test_two_reviewers_one_of_whom_was_unsure_still_come_to_a_decision(scene: Scene) -> None:
    _say(scene, "r1", "unsure")
    _say(scene, "r2", "same")
    assert _states(scene) == {"one verdict": 1}
    with verdicts.opened(scene.settings) as con:
        assert verdicts.waiting(con, scene.settings, Q4, "r2").is_empty()
        assert verdicts.waiting(con, scene.settings, Q4, "r3").height == 1
        assert verdicts.waiting(con, scene.settings, Q4, "r1").height == 1
    _say(scene, "r1", "same")
    assert _states(scene) == {"same": 1}


def test_a_verdict_that_was_taken_back_and_is_imported_again_is_said_to_count_again(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    _say(scene, "r1", "same")
    with verdicts.opened(scene.settings) as con:
        (pair,) = con.execute("select pair from pair_state").fetchone() or ("",)
    assert "in force again" not in capsys.readouterr().out
    review.undo(scene.settings, [pair], "r1", DAY, NOW, DAY)
    path = worklist.folder(scene.settings, "r1") / f"worklist_{Q4}.csv"
    _take(scene, path, "r1")
    assert "r1 had taken 1 back with `sendjc review undo`" in capsys.readouterr().out
    _take(scene, path, "r1")
    assert "in force again" not in capsys.readouterr().out


def test_a_conflict_that_the_last_run_does_not_list_is_told(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    _say(scene, "r1", "same")
    _say(scene, "r2", "same")
    scene.run()
    path = worklist.folder(scene.settings, "r2") / f"worklist_{Q4}.csv"
    _take(scene, _fill(path, {"verdict": "different"}), "r2", now=NOW + timedelta(hours=1))
    assert _states(scene) == {"conflict": 1}
    capsys.readouterr()
    review.export(scene.settings, Q4, "r1", DAY, None, conflicts=True, replace=True)
    said = " ".join(capsys.readouterr().out.split())
    assert "does not list: 1" in said and "`sendjc run --quarter 2024-25-Q4`" in said
    scene.run()
    assert _export(scene, "r1", conflicts=True, replace=True).is_file()


@pytest.mark.parametrize("words", [["review", "status"], ["opt-out", "list"], ["keys", "show"]])
def test_a_mistyped_home_is_told_and_not_made(tmp_path: Path, words: list[str]) -> None:
    result = CliRunner().invoke(app, [*words, "--home", str(tmp_path / "hmoe")])
    assert result.exit_code == 1
    assert "there is no home at" in str(result.exception)
    assert not (tmp_path / "hmoe").exists()


def test_reviewers_who_differ_are_listed_and_nothing_follows(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    _say(scene, "r1", "same")
    _say(scene, "r2", "same")
    assert _states(scene) == {"same": 1}
    assert in_force(scene.settings, DAY)
    with verdicts.opened(scene.settings) as con:
        pairs = con.execute("select pair, token_a, token_b from issued limit 1").pl()
        verdicts.issue(con, scene.settings, pairs, "r3", DAY)
        verdicts.record(con, scene.settings, pairs.with_columns(verdict=pl.lit("different")), "r3", DAY, NOW)
        path = verdicts.write_conflicts(con, scene.settings)
    assert _states(scene) == {"conflict": 1}
    assert in_force(scene.settings, DAY) == ""
    with path.open(newline="") as file:
        rows = [(row["reviewer"], row["verdict"]) for row in csv.DictReader(file)]
    assert rows == [("r1", "same"), ("r2", "same"), ("r3", "different")]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    scene.run()
    assert len(scene.children()) == 2
    # Those who differ are asked again, and one who thinks better of it ends the conflict.
    path = _fill(_export(scene, "r3", conflicts=True, replace=True), {"verdict": "same"})
    _take(scene, path, "r3")
    assert _states(scene) == {"same": 1}


def test_decisions_that_contradict_each_other_by_a_third_record_are_in_conflict(scene: Scene) -> None:
    said = {
        ("a", "b"): "same",
        ("b", "c"): "same",
        ("a", "c"): "different",
        ("c", "d"): "different",
        ("e", "f"): "same",
    }
    rows = [
        {"token_a": one, "token_b": two, "verdict": verdict, "reviewer": reviewer, "decided_on": DAY, "recorded_at": NOW.replace(tzinfo=None)}
        for (one, two), verdict in said.items()
        for reviewer in ("r1", "r2")
    ]  # fmt: skip
    pl.DataFrame(rows).write_parquet(decisions_file(scene.settings))
    with verdicts.opened(scene.settings) as con:
        found = con.execute("select token_a || token_b, state from decision order by all").fetchall()
    assert dict(found) == {"ab": "conflict", "ac": "conflict", "bc": "conflict", "cd": "different", "ef": "same"}


def _decide(scene: Scene, *said: tuple[str, str, str]) -> None:
    """Two reviewers say a verdict on each pair of records, named by what their tokens are made of."""
    con = duckdb.connect()
    token = Pseudonymiser(con, KEY).sql(REVIEW, "said", PERSON_DIGITS)
    rows = []
    for one, two, verdict in said:
        query = f"select {token} as token from (select unnest(?) as said) order by token"
        (first,), (second,) = con.execute(query, [[one, two]]).fetchall()
        rows += [
            {"token_a": first, "token_b": second, "verdict": verdict, "reviewer": reviewer, "decided_on": DAY, "recorded_at": NOW.replace(tzinfo=None)}
            for reviewer in ("r1", "r2")
        ]  # fmt: skip
    pl.DataFrame(rows).write_parquet(decisions_file(scene.settings))


def _conflicts(scene: Scene) -> list[str]:
    """The reasons of the pairs that `export --conflicts` gives out."""
    with verdicts.opened(scene.settings) as con:
        return verdicts.waiting(con, scene.settings, Q4, "r3", conflicts=True)["reason"].to_list()


def test_one_verdict_never_joins_two_children_of_one_return_who_are_sent_alike(settings: Settings) -> None:
    """Both bear one token, so a verdict does not tell which of them is meant."""
    scene = Scene(settings)
    scene.sen2("derby", pupil("1", **ADA), pupil("2", **ADA))
    scene.demographics("RHA", listed("9", **ADA))
    scene.run()
    apart = scene.children()
    assert len(apart) == 3
    for reviewer in ("r1", "r2"):
        _say(scene, reviewer, "same")
    scene.run()
    assert scene.children() == apart
    assert (_states(scene), _conflicts(scene)) == ({"conflict": 1}, ["overruled"])
    with verdicts.opened(settings) as con:
        (pair,) = con.execute("select pair from pair_state").fetchone() or ("",)
    review.undo(settings, [pair], "r2", DAY, NOW, DAY)
    assert _states(scene) == {"one verdict": 1}
    scene.run()
    assert (scene.children(), _conflicts(scene)) == (apart, [])


def test_different_holds_for_both_children_who_are_sent_alike(settings: Settings) -> None:
    """What tells one of them from the patient tells the other too."""
    scene = Scene(settings)
    scene.sen2("derby", pupil("1", **ADA), pupil("2", **ADA))
    scene.demographics("RHA", listed("9", **ADA))
    scene.run()
    for reviewer in ("r1", "r2"):
        _say(scene, reviewer, "different")
    scene.run()
    assert (len(scene.children()), _states(scene)) == (3, {"different": 1})


def test_a_child_whom_one_return_lists_twice_keeps_its_verdict(settings: Settings) -> None:
    """The rules made one child of the two rows, so it is plain who is meant."""
    scene = Scene(settings)
    scene.sen2("derby", pupil("1", upn=upn(1), **ADA), pupil("2", upn=upn(1), **ADA))
    scene.demographics("RHA", listed("9", **ADA | {"postcode": "DE1 1AA", "dateofbirth": date(2015, 6, 16)}))
    scene.run()
    assert len(scene.children()) == 2
    for reviewer in ("r1", "r2"):
        _say(scene, reviewer, "same")
    scene.run()
    assert (len(scene.children()), _states(scene)) == (1, {"same": 1})


@pytest.mark.parametrize("far", [False, True])
def test_different_in_force_is_not_overridden_by_way_of_a_rule(settings: Settings, far: bool) -> None:
    """Derby's Ada is RHA's by rule; clerks find Adelina to be derby's Ada, directly or by way of Maud, and not RHA's."""
    scene = Scene(settings)
    scene.sen2("derby", pupil("1", upn=upn(1), **ADA), pupil("2", upn=upn(4), forename="Joan", surname="Marsh"))
    scene.sen2(
        "nottingham",
        pupil("1", upn=upn(2), **ADA | {"forename": "Adelina", "postcode": "NG1 1AA"}),
        pupil("2", upn=upn(3), **ADA | {"forename": "Maud", "postcode": "NG1 1AB"}),
    )
    scene.demographics("RHA", listed("9", **ADA), listed("7", forename="Jo", surname="Fen"))
    scene.run()
    rules = ["RHA/demographics/name_dob_sex", "derby/sen2/upn"]
    others = [["nottingham/sen2/upn"], ["nottingham/sen2/upn"]]
    assert scene.children() == [["RHA/demographics/local_id"], rules, ["derby/sen2/upn"], *others]
    ada, joan, adelina, maud = (
        f"UPN|{partner}|sen2|{upn(serial)}"
        for partner, serial in (("derby", 1), ("derby", 4), ("nottingham", 2), ("nottingham", 3))
    )
    same = [(ada, maud, "same"), (maud, adelina, "same")] if far else [(ada, adelina, "same")]
    _decide(scene, *same, (adelina, "ID|RHA|patient|9", "different"), (joan, "ID|RHA|patient|7", "same"))
    scene.run()
    # What nothing contradicts holds.
    assert scene.children() == [["RHA/demographics/clerical", "derby/sen2/upn"], rules, *others]
    assert _states(scene) == {"conflict": len(same), "different": 1, "same": 1}
    assert _conflicts(scene) == ["overruled"] * len(same)
    queued = {line.state: line.pairs for line in _queue(scene)}
    assert (queued["conflict"], queued["different"], queued["same"]) == (len(same), 1, 1)


def _queue(scene: Scene) -> list[review_queue.Line]:
    with verdicts.opened(scene.settings) as con:
        return review_queue.queue(con, scene.settings, DAY, Q4)


def test_a_decision_can_be_taken_back_and_stays_on_record(scene: Scene) -> None:
    _say(scene, "r1", "same")
    _say(scene, "r2", "same")
    scene.run()
    assert len(scene.children()) == 1
    with verdicts.opened(scene.settings) as con:
        (pair,) = con.execute("select pair from pair_state").fetchone() or ("",)
    review.undo(scene.settings, [pair], "r2", DAY, NOW, DAY)
    scene.run()
    assert len(scene.children()) == 2
    said = duckdb.execute(
        f"select reviewer, verdict from read_parquet('{decisions_file(scene.settings)}') order by recorded_at"
    ).fetchall()
    assert said == [("r1", "same"), ("r2", "same"), ("r2", "undone")]
    with pytest.raises(SendjcError, match="nothing to take back"):
        review.undo(scene.settings, [pair], "r2", DAY, NOW, DAY)
    with pytest.raises(SendjcError, match="15 hex digits") as failure:
        review.undo(scene.settings, ["Zephyrine"], "r2", DAY, NOW, DAY)
    assert "Zephyrine" not in str(failure.value)


def test_what_was_recorded_later_does_not_count_for_a_day_before(scene: Scene) -> None:
    _say(scene, "r1", "same")
    _say(scene, "r2", "same", now=NOW + timedelta(days=3))
    assert (in_force(scene.settings, DAY), bool(in_force(scene.settings, DAY + timedelta(days=3)))) == ("", True)
    for days, children in ((0, 2), (3, 1)):
        resolve_and_pseudonymise(scene.settings, Q4, scene.deliveries, KEY, (), known_at=DAY + timedelta(days=days))
        assert len(scene.children()) == children


def test_the_same_worklist_again_records_nothing(scene: Scene) -> None:
    _say(scene, "r1", "same")
    before = decisions_file(scene.settings).read_bytes()
    _take(scene, worklist.folder(scene.settings, "r1") / f"worklist_{Q4}.csv", "r1", now=NOW + timedelta(hours=1))
    assert decisions_file(scene.settings).read_bytes() == before


def test_a_later_verdict_stands_even_where_the_clock_went_back(scene: Scene) -> None:
    _say(scene, "r1", "same")
    path = _fill(worklist.folder(scene.settings, "r1") / f"worklist_{Q4}.csv", {"verdict": "different"})
    _take(scene, path, "r1", now=NOW - timedelta(hours=5))
    with verdicts.opened(scene.settings) as con:
        assert con.execute("select verdict from standing_verdict").fetchall() == [("different",)]
        assert [c[0] for c in con.execute("describe standing_verdict").fetchall()] == list(COLUMNS)


def test_the_workbook_can_be_imported_as_it_is(scene: Scene) -> None:
    path = _export(scene, "r1").with_suffix(".xlsx")
    book = openpyxl.load_workbook(path)
    book["worklist"]["B2"] = " Same "
    book.save(path)
    _take(scene, path, "r1")
    assert _states(scene) == {"one verdict": 1}


def test_a_csv_file_with_semicolons_and_the_office_code_page_is_read(scene: Scene) -> None:
    path = _fill(_export(scene, "r1"), {"verdict": "same", "forename_a": "Zoë"})
    path.write_bytes(path.read_text(encoding="utf-8").replace(",", ";").encode("cp1252"))
    _take(scene, path, "r1")
    assert _states(scene) == {"one verdict": 1}


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"verdict": "canary yes"}, "REVIEW.verdict"),
        ({"verdict": "same", "pair": ""}, "REVIEW.pair_missing"),
        ({"verdict": "same", "pair": "Pcanary"}, "REVIEW.pair_unknown"),
        ({"verdict": "same", "reviewer": "canary"}, "REVIEW.reviewer"),
    ],
)
def test_a_row_at_fault_is_told_by_its_rule_and_nothing_is_recorded(
    scene: Scene, capsys: pytest.CaptureFixture[str], values: dict[str, str], rule: str
) -> None:
    path = _fill(_export(scene, "r1"), values)
    (line,) = _faults(scene, path, "r1", capsys)
    assert line.startswith(f"{path.name} row 2: {rule}: ") and ";" in line


def test_a_pair_with_two_verdicts_is_refused(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    path = _fill(_export(scene, "r1"), {"verdict": "same"})
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines, lines[1].replace("same", "different")]) + "\n")
    found = _faults(scene, path, "r1", capsys)
    assert [re.sub(r".* row (\d): (\S+):.*", r"\1 \2", line) for line in found] == [
        "2 REVIEW.pair_twice",
        "3 REVIEW.pair_twice",
    ]


def test_a_day_before_the_export_is_refused(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    path = _fill(_export(scene, "r1"), {"verdict": "same"})
    with pytest.raises(SendjcError, match="nothing was recorded"):
        _take(scene, path, "r1", on=DAY - timedelta(days=1))
    assert "REVIEW.day" in capsys.readouterr().err


def test_a_file_of_other_columns_is_refused(scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "other.csv"
    path.write_text("canary,verdict\nZephyrine,same\n")
    (line,) = _faults(scene, path, "r1", capsys)
    assert line.startswith("other.csv: REVIEW.columns: ")


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18), b'"' + b"x" * 200_000, bytes(range(256))])
def test_what_is_no_worklist_is_refused_in_one_line(scene: Scene, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "worklist.xlsx"
    path.write_bytes(content)
    with pytest.raises(SendjcError, match=r"worklist\.xlsx"):
        _take(scene, path, "r1")


def test_a_worklist_with_verdicts_in_it_is_not_overwritten(scene: Scene) -> None:
    path = _fill(_export(scene, "r1"), {"verdict": "same"})
    before = path.read_bytes()
    with pytest.raises(SendjcError, match="--force"):
        _export(scene, "r1")
    assert path.read_bytes() == before


def test_the_list_of_conflicts_has_a_place_of_its_own(scene: Scene) -> None:
    """A reviewer with verdicts to import was told to use --force, which deletes them."""
    for reviewer, verdict in (("r1", "same"), ("r2", "different")):
        _say(scene, reviewer, verdict)
    first = _fill(worklist.folder(scene.settings, "r1") / f"worklist_{Q4}.csv", {"verdict": "unsure"})
    before = first.read_bytes()
    assert _export(scene, "r1", conflicts=True).is_file()
    assert first.read_bytes() == before


@pytest.mark.parametrize("name", ["", "../r1", "Zoë Okonjo", "=r1", "x" * 41])
def test_a_reviewer_has_a_plain_name(scene: Scene, name: str) -> None:
    with pytest.raises(SendjcError, match="--reviewer"):
        _export(scene, name)


def test_a_decision_of_tomorrow_is_refused(scene: Scene) -> None:
    with pytest.raises(SendjcError, match="still to come"):
        _take(scene, _export(scene, "r1"), "r1", on=DAY + timedelta(days=1))


def test_a_quarter_that_was_not_run_has_no_worklist(settings: Settings) -> None:
    with pytest.raises(SendjcError, match="sendjc run"):
        review.export(settings, Q4, "r1", DAY, None, conflicts=False, replace=False)


def test_verdicts_survive_the_next_run_and_a_number_learnt_later(settings: Settings) -> None:
    """The patient's own id lasts, so what was decided holds when the number comes."""
    scene = Scene(settings)
    scene.sen2("derby", pupil("1", upn=upn(1), **ADA))
    scene.demographics("RHA", listed("8", **ADA | {"postcode": "DE1 1AA", "dateofbirth": date(2015, 6, 16)}))
    scene.run()
    _say(scene, "r1", "same")
    _say(scene, "r2", "same")
    more = listed("8", nhsnumber=nhs(1), **ADA | {"postcode": "DE1 1AA", "dateofbirth": date(2015, 6, 16)})
    scene.deliveries.pop()
    scene.demographics("RHA", more)
    scene.run()
    assert len(scene.children()) == 1


def test_the_command_line_takes_a_worklist_from_export_to_undo(scene: Scene) -> None:
    home = ["--home", str(scene.settings.home)]
    run = CliRunner().invoke
    made = run(app, ["review", "export", "--quarter", "2024-25-Q4", "--reviewer", "r1", *home])
    assert made.exit_code == 0, made.output
    path = _fill(worklist.folder(scene.settings, "r1") / f"worklist_{Q4}.csv", {"verdict": "same"})
    taken = run(app, ["review", "import", str(path), "--reviewer", "r1", *home])
    assert taken.exit_code == 0 and "Verdicts of r1: 1 recorded" in taken.output
    with verdicts.opened(scene.settings) as con:
        (pair,) = con.execute("select pair from pair_state").fetchone() or ("",)
    assert run(app, ["review", "undo", pair, "--reviewer", "r1", *home]).exit_code == 0
    assert _states(scene) == {}


def test_a_file_named_after_a_child_is_not_named(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    path = _export(scene, "r1").rename(scene.settings.home / "NG7 2QX.csv")
    found = _faults(scene, _fill(path, {"verdict": "canary"}), "r1", capsys)
    assert found[0].startswith("the worklist (name withheld) row 2: REVIEW.verdict")


def test_verdicts_that_cannot_be_read_stop_the_run_and_say_what_to_restore(scene: Scene) -> None:
    decisions_file(scene.settings).write_bytes(b"canary")
    for attempt in (scene.run, lambda: _states(scene), lambda: in_force(scene.settings, DAY)):
        with pytest.raises(SendjcError, match=r"Restore restricted/identity/decisions\.parquet"):
            attempt()
