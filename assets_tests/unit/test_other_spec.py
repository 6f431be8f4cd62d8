"""Files of another spec than the one named: the partner hears which one they look like, and is not told so without a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from sendjc_pipeline import feeds
from sendjc_pipeline.feeds.examples import examples
from sendjc_pipeline.feeds.implied import rules_of
from sendjc_pipeline.feeds.recognise import fitting_specs, recognise
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions import intake
from sendjc_pipeline.submissions.receipt import Receipt
from sendjc_pipeline.synthetic import csv_files

HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB"
EPISODES = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN"
CIN = """<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2024</Year><ReferenceDate>2024-03-31</ReferenceDate>
</CollectionDetails><Source><LEA>892</LEA></Source></Header><Children>{}</Children></Message>"""
CHILD = """<Child><ChildIdentifiers><LAchildID>C{0}</LAchildID><PersonBirthDate>2014-05-09</PersonBirthDate>{1}</ChildIdentifiers>
<CINdetails><CINreferralDate>2024-01-15</CINreferralDate></CINdetails></Child>"""


def looked_after(folder: Path, sexes: str) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    children = [f"{n},{sex},09/05/2014,WBRI,UN3,," for n, sex in enumerate(sexes)]
    episodes = [f"{n},05/05/2023,S,C2,N1,U6,PR1,,,,NG5 1AB,NG9 2QT," for n, _ in enumerate(sexes)]
    for name, lines in (("header.csv", [HEADER, *children]), ("episodes.csv", [EPISODES, *episodes])):
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return sorted(folder.iterdir())


def said(receipt: Receipt) -> list[str]:
    return [message for message in receipt.file_messages if ".file.other_spec_fits" in message]


def summer_census(folder: Path) -> list[Path]:
    feed = feeds.load("school_census")
    rows = next(example for example in examples("school_census") if example.spec.endswith("-spring")).tables
    folder.mkdir()
    for name, table in feed.tables.items():
        if not feed.has_table(table, "2025-summer"):
            continue
        header = [feed.header(column, "2025-summer") for column in feed.columns(table, "2025-summer")]
        lines = [",".join(str(row.get(key) or "") for key in header) for row in rows.get(name, [])]
        (folder / csv_files.file_name(feed, table)).write_text("\n".join([",".join(header), *lines]) + "\n")
    return sorted(folder.iterdir())


def test_a_missing_table_names_the_spec_that_does_not_have_it(settings: Settings, tmp_path: Path) -> None:
    receipt = intake.check("school_census", None, summer_census(tmp_path / "sent"), settings)
    assert receipt.status == "rejected"
    (message,) = receipt.file_messages
    assert message.startswith("the submission: no file for the table senneeds [SCHOOL_CENSUS.file.missing_table].")
    assert "look like spec 2025-summer" in message and "--spec 2025-summer" in message


def test_missing_columns_name_the_spec_that_has_them_otherwise(settings: Settings, tmp_path: Path) -> None:
    files = looked_after(tmp_path / "sent", "FM")
    files[0].write_text(EPISODES.replace("PLACE_PROVIDER", "X") + "\n")
    assert intake.check("ssda903", "2025", files, settings).status == "accepted"
    files[0].write_text(EPISODES.replace("RNE", "X") + "\n")
    (message,) = intake.check("ssda903", "2025", files, settings).file_messages
    assert "missing_column" in message and "--spec" not in message  # no spec is without it


def test_the_spec_in_force_is_likelier_than_one_declared_ahead() -> None:
    feed = feeds.load("school_census")
    spec = "2025-summer"
    due = [table for table in feed.tables.values() if feed.has_table(table, spec)]
    headers = {table.name: [feed.header(c, spec) for c in feed.columns(table, spec)] for table in due}
    assert fitting_specs(feed, "2026-spring", headers)[0] == spec
    assert fitting_specs(feed, "2026-spring", {}) == ()


@pytest.mark.parametrize(("sexes", "spec", "fits"), [("1221", "2025", "2024"), ("FMF", "2024", "2026"), ("12F", "2026", "2024")])  # fmt: skip
def test_codes_of_another_year_name_it(settings: Settings, tmp_path: Path, sexes: str, spec: str, fits: str) -> None:
    receipt = intake.check("ssda903", spec, looked_after(tmp_path / "sent", sexes), settings)
    (message,) = said(receipt)
    assert message.startswith(f"the submission: the files look like spec {fits}")
    assert f"--spec {fits}" in message


@pytest.mark.parametrize("sexes", ["FMFM", "1FMF", "XXXX", "12FM"])
def test_without_a_reason_nothing_is_said(settings: Settings, tmp_path: Path, sexes: str) -> None:
    assert said(intake.check("ssda903", "2025", looked_after(tmp_path / "sent", sexes), settings)) == []


@pytest.mark.parametrize(("item", "is_said"), [("<GenderCurrent>2</GenderCurrent>", True), ("", False)])
def test_an_item_under_its_old_name_names_the_year(
    settings: Settings, tmp_path: Path, item: str, is_said: bool
) -> None:
    (tmp_path / "cin.xml").write_text(CIN.format("".join(CHILD.format(n, item) for n in range(3))), encoding="utf-8")
    found = said(intake.check("cin", "2026", [tmp_path / "cin.xml"], settings))
    assert [("look like spec 2024" in message) for message in found] == [True] * is_said


def test_a_list_that_changed_says_so_and_capitals_count() -> None:
    feed = feeds.load("ssda903")
    rules = {rule.code: rule for table in feed.tables.values() for rule in rules_of(feed, table, "2025")}
    assert rules["SSDA903.looked_after.sex.code"].action == (
        "use one of: M, F, U as shown, or name the spec that the file follows; capitals count"
    )
    assert rules["SSDA903.episodes.place_provider.code"].action.endswith(" as shown; capitals count")


@pytest.mark.parametrize(
    ("feed", "rule", "examples_told"),
    [
        ("sensory_support", "sensory_support.date_of_birth", "2025-01-31 or 31/01/2025"),
        ("complaints_return", "complaint.month", "2025-01-01 or 2025-01 or 01/01/2025"),
        ("ssda903", "looked_after.dob", "31/03/2025"),
        ("sen2", "person.personbirthdate", "2025-Jan-31 or 2025-01-31"),
    ],
)
def test_a_date_is_shown_in_every_format_that_is_read(feed: str, rule: str, examples_told: str) -> None:
    declared = feeds.load(feed)
    table = declared.tables[rule.split(".")[0]]
    found = {r.code: r for r in rules_of(declared, table, declared.default_spec)}[f"{feed.upper()}.{rule}.format"]
    assert found.message.endswith(f"is not a date that exists, from 1900 to 2199, such as {examples_told}")


def test_a_header_is_recognised_however_its_words_are_joined() -> None:
    assert recognise(["Local Patient ID", "nhs-number", "SURNAME", "Forename", "Date_of_Birth", "Sex"]) == (
        "demographics",
        "demographics",
    )
