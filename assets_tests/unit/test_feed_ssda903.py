"""The return of looked-after children: which files are read, both codings of sex, and UPN or reason in one column."""

from __future__ import annotations

from pathlib import Path

import pytest

from sendjc_pipeline import feeds
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions.process import process
from sendjc_pipeline.submissions.receipt import Receipt

FEED = feeds.load("ssda903")
HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB"
EPISODES = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN"
OPEN = "7,05/05/2024,S,C2,N1,U6,PR1,,,,NG5 1AB,NG9 2QT,"


def taken_in(
    settings: Settings,
    folder: Path,
    child: str = "7,F,09/05/2014,WBRI,E892400024001,,",
    episodes: str = OPEN,
    spec: str = "2025",
    more: dict[str, str] | None = None,
) -> Receipt:
    files = {"header.csv": f"{HEADER}\n{child}\n", "episodes.csv": f"{EPISODES}\n{episodes}\n", **(more or {})}
    sent = folder / "sent"
    sent.mkdir()
    out = folder / "out"
    out.mkdir()
    for name, text in files.items():
        (sent / name).write_text(text, encoding="utf-8")
    return process(settings, FEED, spec, sorted(sent.iterdir()), f"{int(spec) - 1}-{spec[2:]}", out)


def broken(receipt: Receipt) -> set[str]:
    return {total.rule for total in receipt.messages_total}


def test_the_other_files_of_the_return_are_left_unread_and_named(settings: Settings, tmp_path: Path) -> None:
    names = ("sw_episodes.csv", "reviews.csv", "ad1.csv", "placed_for_adoption.csv", "previous_permanence.csv", "uasc.csv", "missing.csv",
             "oc3.csv", "DoLo.csv")  # fmt: skip
    receipt = taken_in(settings, tmp_path, more=dict.fromkeys(names, "CHILD,DOB\n7,09/05/2014\n"))
    assert receipt.status == "accepted"
    assert {told.split(":")[0] for told in receipt.file_messages} == set(names)
    assert receipt.tables["episodes"].received == 1


@pytest.mark.parametrize(
    ("spec", "sex", "sound"), [("2024", "2", True), ("2025", "2", False), ("2025", "F", True), ("2024", "F", False)]
)
def test_sex_is_coded_by_year(settings: Settings, tmp_path: Path, spec: str, sex: str, sound: bool) -> None:
    episode = OPEN.replace("05/05/2024", "05/05/2023")
    receipt = taken_in(settings, tmp_path, f"7,{sex},09/05/2014,WBRI,E892400024001,,", episode, spec)
    assert ("SSDA903.looked_after.sex.code" not in broken(receipt)) is sound


@pytest.mark.parametrize(
    ("upn", "rules"),
    [
        ("E892400024001", set()),
        ("e892400024001", set()),
        ("UN3", set()),
        ("UN6", {"upn_form"}),
        ("I892400024001", {"upn_form"}),
        ("E89240002400", {"upn_form"}),
        ("A892400024001", {"upn_check_letter"}),
        ("", {"upn_missing"}),
    ],
)
def test_the_upn_column_holds_a_upn_or_the_reason_for_its_absence(
    settings: Settings, tmp_path: Path, upn: str, rules: set[str]
) -> None:
    receipt = taken_in(settings, tmp_path, f"7,F,09/05/2014,WBRI,{upn},,")
    assert broken(receipt) == {f"SSDA903.looked_after.{rule}" for rule in rules}
    assert receipt.tables["looked_after"].accepted == 1


def test_the_form_of_the_upn_names_the_letters_that_none_has(settings: Settings, tmp_path: Path) -> None:
    receipt = taken_in(settings, tmp_path, "7,F,09/05/2014,WBRI,I892400024001,,")
    (total,) = [t for t in receipt.messages_total if t.rule.endswith(".upn_form")]
    assert "I, O and S" in total.message


@pytest.mark.parametrize(("mother", "is_told"), [("1.0", False), ("1", False), ("0.0", True), ("", True)])
def test_a_mother_is_one_however_a_tool_writes_the_number(
    settings: Settings, tmp_path: Path, mother: str, is_told: bool
) -> None:
    receipt = taken_in(settings, tmp_path, f"7,F,09/05/2008,WBRI,E892400024001,{mother},01/02/2025")
    assert ("SSDA903.looked_after.child_without_mother" in broken(receipt)) is is_told


@pytest.mark.parametrize(
    ("cells", "rule", "words"),
    [
        ("0,0,", "no_misuse", "is filled for a child without a substance misuse problem"),
        ("1,1,0", "offer_not_needed", "INTERVENTION_OFFERED is filled as well"),
    ],
)
def test_an_item_that_must_be_blank_is_called_filled_and_not_recorded(
    settings: Settings, tmp_path: Path, cells: str, rule: str, words: str
) -> None:
    header = "CHILD,DOB,SDQ_SCORE,SDQ_REASON,CONVICTED,HEALTH_CHECK,IMMUNISATIONS,TEETH_CHECK,HEALTH_ASSESSMENT,"
    header += "SUBSTANCE_MISUSE,INTERVENTION_RECEIVED,INTERVENTION_OFFERED"
    receipt = taken_in(settings, tmp_path, more={"oc2.csv": f"{header}\n7,09/05/2014,9,,0,,1,1,1,{cells}\n"})
    (total,) = [t for t in receipt.messages_total if t.rule == f"SSDA903.oc2.{rule}"]
    assert words in total.message and "0 is not blank" in total.message


def test_a_blank_item_of_the_outcomes_is_told_by_its_own_column(settings: Settings, tmp_path: Path) -> None:
    header = "CHILD,DOB,SDQ_SCORE,CONVICTED,IMMUNISATIONS,TEETH_CHECK,HEALTH_ASSESSMENT,SUBSTANCE_MISUSE"
    receipt = taken_in(settings, tmp_path, more={"oc2.csv": f"{header}\n7,09/05/2014,9,0,1,,1,0\n"})
    assert [(t.rule, t.column) for t in receipt.messages_total] == [("SSDA903.oc2.teeth_check_missing", "TEETH_CHECK")]


def test_placements_changed_in_2025(settings: Settings, tmp_path: Path) -> None:
    receipt = taken_in(settings, tmp_path, episodes="7,05/05/2024,S,C2,N1,P2,PR1,,,,NG5 1AB,NG9 2QT,")
    assert broken(receipt) == {"SSDA903.episodes.place.code"}
    assert receipt.tables["episodes"].accepted == 1  # a warning: the child is in care all the same


def test_a_chain_of_episodes_is_sound_and_a_gap_in_it_is_told(settings: Settings, tmp_path: Path) -> None:
    first = "7,05/05/2024,S,C1,N1,U6,PR1,{},X1,CARPL,NG5 1AB,NG9 2QT,"
    second = "7,01/08/2024,P,C1,N1,U4,PR1,,,,NG5 1AB,NG9 2QT,"
    whole = tmp_path / "whole"
    whole.mkdir()
    assert broken(taken_in(settings, whole, episodes=f"{first.format('01/08/2024')}\n{second}")) == set()
    receipt = taken_in(settings, tmp_path, episodes=f"{first.format('31/07/2024')}\n{second}")
    assert broken(receipt) == {"SSDA903.episodes.continues_after_gap", "SSDA903.episodes.x1_not_followed"}
