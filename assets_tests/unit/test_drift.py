"""What `sendjc drift` says of a new layout: between two specs, between a partner's files, and between a spec and a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sendjc_pipeline import feeds
from sendjc_pipeline.cli import app
from sendjc_pipeline.feeds.drift import Change, between_specs
from sendjc_pipeline.feeds.drift_headers import best_spec, between_headers

SEN2, CSDS = feeds.load("sen2"), feeds.load("csds")
CONTACT = CSDS.tables["cyp201carecontact"]
OLD = ["CareContactID", "ServiceRequestID", "TeamID_Local", "Contact_Date", "AttendanceStatus"]


def kinds(changes: list[Change]) -> set[tuple[str, str | None, str | None]]:
    return {(change.kind, change.table, change.column) for change in changes}


def headers(new: list[str], old: list[str] = OLD, spec: str = "1.6") -> list[Change]:
    return between_headers(CSDS, CONTACT, old, new, spec, lambda name: "(withheld)")


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["drift", *map(str, arguments)])
    return done.exit_code, done.output


# --- Two specs ----------------------------------------------------------------------------------------------------------


def test_2024_brought_sex_for_gender_and_moved_residence_to_the_placement() -> None:
    found = kinds(between_specs(SEN2, "2023", "2024"))
    assert {
        ("column_removed", "person", "GenderCurrent"),
        ("column_required", "person", "Sex"),
        ("column_removed", "activeplans", "RES"),
        ("column_removed", "activeplans", "WBP"),
        ("column_added", "activeplans", "ReviewMeeting"),
        ("column_added", "activeplans", "ReviewOutcome"),
        ("column_added", "placementdetail", "RES"),
        ("column_removed", "placementdetail", "AttendancePattern"),
    } <= found


def test_2025_added_items_a_need_and_another_meaning_of_two_letters() -> None:
    changes = between_specs(SEN2, "2024", "2025")
    assert {
        ("column_added", "sen2", "DSCO"),
        ("column_added", "requests", "RequestSource"),
        ("column_added", "activeplans", "ReviewDraft"),
        ("column_added", "activeplans", "PhaseTransferDueDate"),
        ("column_added", "activeplans", "PhaseTransferFinalDate"),
        ("code_added", "senneed", "SENtype"),
        ("code_changed", "namedplan", "PlanRes"),
        ("code_changed", "placementdetail", "RES"),
    } <= kinds(changes)
    assert "PlanRes: code A changes its meaning, from '38 to 51 weeks' to 'Up to 38 weeks'" in {c.text for c in changes}


def test_2026_makes_items_compulsory_by_rules_and_changes_no_column() -> None:
    changes = between_specs(SEN2, "2025", "2026")
    assert {change.kind for change in changes} == {"rule_added"}
    told = " ".join(change.text for change in changes)
    for rule in ("sen2.dsco_missing", "requests.source_missing", "activeplans.phase_transfer_overdue"):
        assert f"rule SEN2.{rule} is new (a warning)" in told


def test_csds_renames_are_told_in_both_directions() -> None:
    forth = {c.text for c in between_specs(CSDS, "1.5", "1.6") if c.kind == "column_renamed"}
    back = {c.text for c in between_specs(CSDS, "1.6", "1.5") if c.kind == "column_renamed"}
    assert "column AttendOrNot is now called AttendanceStatus; the old name is still read, with a warning" in forth
    assert "column AttendanceStatus is now called AttendOrNot; the old name is still read, with a warning" in back


@pytest.mark.parametrize("feed", feeds.names())
def test_a_spec_differs_from_itself_in_nothing_and_every_pair_can_be_compared(feed: str) -> None:
    declared = feeds.load(feed)
    assert between_specs(declared, declared.default_spec, declared.default_spec) == []
    for old, new in zip(declared.specs, declared.specs[1:], strict=False):
        assert all(change.text for change in between_specs(declared, old, new))


# --- Two headers --------------------------------------------------------------------------------------------------------


def test_the_same_header_in_another_case_changes_nothing() -> None:
    assert headers([f" {name.upper()} " for name in OLD]) == []


def test_order_is_told_and_harmless() -> None:
    (change,) = headers(["ServiceRequestID", "CareContactID", *OLD[2:]])
    assert change.kind == "column_moved"
    assert "nothing depends on their order" in change.text


def test_a_declared_rename_is_sure_and_an_alike_spelling_is_a_question() -> None:
    (sure,) = headers([*OLD[:-1], "AttendOrNot"])
    assert sure.text == "column AttendanceStatus is now called AttendOrNot; both are read"
    (asked,) = headers(["CareContactID", "ServiceRequestID", "TeamID_Local", "ContactDay", "AttendanceStatus"])
    assert (asked.kind, asked.column) == ("column_looks_renamed", "(withheld)")
    assert "name it Contact_Date; until then the file will be refused" in asked.text
    (read,) = headers([*OLD[:3], "Contact Date", OLD[4]])
    assert read.text == "column Contact_Date is now called Contact Date; both are read"


def test_a_required_column_that_is_gone_is_told_apart_from_another() -> None:
    assert kinds(headers(OLD[1:])) == {("column_missing", CONTACT.name, "CareContactID")}
    assert kinds(headers(OLD[:-1])) == {("column_removed", CONTACT.name, "AttendanceStatus")}
    assert "is required (spec 1.6) and in neither file" in headers(OLD[1:], OLD[1:])[0].text


def test_new_columns_are_read_unneeded_unknown_or_repeated() -> None:
    found = {c.kind: c for c in headers([*OLD, "Consultation_Type", "AdminCategory", "Okafor", "ConsMechanizm", "contact_date"])}  # fmt: skip
    assert found["column_added"].column == "Consultation_Type"
    assert found["column_not_needed"].column == "AdminCategory"
    assert found["column_repeated"].column == "contact_date"
    texts = [c.text for c in headers([*OLD, "Okafor", "ConsMechanizm"])]
    assert "column (withheld) is new and unknown; it is not read" in texts
    assert "column (withheld) is new and unknown; it is not read; is ConsMechanism meant?" in texts


def test_the_best_spec_is_found_by_the_header() -> None:
    person = SEN2.tables["person"]
    assert best_spec(SEN2, person, [SEN2.header(c, "2023") for c in SEN2.columns(person, "2023")]) == "2023"
    assert best_spec(SEN2, person, [SEN2.header(c, "2026") for c in SEN2.columns(person, "2026")]) == "2025"  # default


# --- The command --------------------------------------------------------------------------------------------------------


def test_the_command_takes_specs_in_both_spellings() -> None:
    assert run("sen2:2024", "sen2:2025") == (0, run("sen2:2024", "sen2:2025")[1])
    code, told = run("--feed", "sen2", "2024", "2025")
    assert code == 0
    assert "SENtype: code DS (Down syndrome) is new" in told
    assert run("sen2:2025", "sen2:2025")[1].endswith("Nothing changes.\n")


def test_the_command_compares_folders_and_withholds_what_is_no_name(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder, header in ((old, OLD), (new, [*OLD[:3], "ContactDt", "Okafor 9990000018"])):
        folder.mkdir()
        (folder / "CYP201CareContact.csv").write_text(",".join(header) + "\n")
    (new / "CYP103OtherReasonReferral.csv").write_text("ServiceRequestID,ReferralReason_Other\n")
    code, told = run(old, new, "--feed", "csds", "--json")
    assert code == 0
    found = json.loads(told)
    assert (found["feed"], found["old"], found["new"]) == ("csds", "old", "new")
    assert {change["kind"] for change in found["changes"]} >= {"column_looks_renamed", "column_unknown", "table_new"}
    assert "Okafor" not in told
    assert "999000" not in told
    assert "column E is new and unknown" in told


def test_a_workbook_is_refused_in_one_line_that_names_no_feed(tmp_path: Path) -> None:
    for name, content in (("a.xlsx", b"PK\x03\x04"), ("b.csv", b"PK\x03\x04")):
        (tmp_path / name).write_bytes(content)
        done = CliRunner().invoke(app, ["drift", str(tmp_path / name), "sen2:2025"])
        assert done.exit_code == 1
        assert ".file." not in str(done.exception)
        assert ("compare CSV files or specs; save the sheet as CSV" in str(done.exception)) is (name == "a.xlsx")


def test_a_file_that_fits_no_table_any_more_is_compared_with_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(",".join(OLD) + "\n")
    (tmp_path / "b.csv").write_text(",".join(["CareContactID", "ContactDt"]) + "\n")
    code, told = run(tmp_path / "a.csv", tmp_path / "b.csv")
    assert code == 0
    assert "column ServiceRequestID is gone and required (spec 1.6): the file will be refused" in told


def test_a_spec_and_a_file_are_compared(tmp_path: Path) -> None:
    (tmp_path / "CYP201CareContact.csv").write_text(",".join([*OLD, "Consultation_MediumUsed"]) + "\n")
    code, told = run("csds:1.5", tmp_path)
    assert code == 0
    assert "column AttendOrNot is now called AttendanceStatus; both are read" in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("sen2:2025", "csds:1.6"), "sen2 and csds are two feeds"),
        (("sen2:2025", "sen2:1999"), "is not a spec of feed sen2"),
        (("nothing.csv", "sen2:2025"), "is neither a file nor a spec"),
    ],
)
def test_what_cannot_be_compared_is_said(arguments: tuple[str, str], said: str) -> None:
    done = CliRunner().invoke(app, ["drift", *arguments])
    assert done.exit_code == 1
    assert said in str(done.exception)
