"""The partner report: the same faults in every shape, found by place, told without a value, and the same bytes each time."""

from __future__ import annotations

import csv
import json
import re
import stat
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import openpyxl
import polars as pl
import pytest
from intake_samples import BLADE, CSDS, PERIOD, UPN, write_files
from typer.testing import CliRunner

from sendjc_pipeline.cli import app
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions import intake, ledger
from sendjc_pipeline.submissions.readers.headers import printable
from sendjc_pipeline.submissions.receipt import Receipt, RuleTotal, TableCount
from sendjc_pipeline.submissions.report.names import looks_plain, scrubbed, shown_files
from sendjc_pipeline.submissions.report.tables import ROW_COLUMNS, RULE_COLUMNS
from sendjc_pipeline.submissions.report.words import share
from sendjc_pipeline.submissions.report.write import opened, write

FILES = ["report.json", "report.xlsx", "report_rows.csv", "report_rules.csv", "rows.parquet"]
RECEIVED = datetime(2025, 4, 20, 9, 0, tzinfo=UTC)
BAD_DAY = f"10,892,1,Okafor,Ada,2015-Feb-31 00:00:00,F,BAFR,NG5 1AB,{UPN},,"
# A name, a UPN, an NHS number and a postcode that stand nowhere in a declaration.
CANARIES = ("Zephyrine-Okonjo", "Q391202407113", "999 471 3826", "9994713826", "NE99 7ZQ")


def judged(settings: Settings, folder: Path, files: Sequence[Path], feed: str = "sen2") -> Receipt:
    return intake.check(feed, None, files, settings, report=folder / "scratch")


def reported(settings: Settings, folder: Path, receipt: Receipt, sent: Sequence[str], most: int = 50_000) -> Path:
    with opened(settings, receipt, sent, most=most) as made:
        write(made, folder)
    return folder


def faulty(folder: Path) -> list[Path]:
    """Two children with an impossible birthday, one of whom the other rows hang on, and an unknown ethnicity."""
    rows = [BAD_DAY, BAD_DAY.replace("10,", "11,", 1).replace("BAFR", "XXXX")]
    return write_files(folder, BLADE, rows={"person": rows})


@pytest.fixture
def report(settings: Settings, tmp_path: Path) -> Path:
    files = faulty(tmp_path / "files")
    return reported(settings, tmp_path / "report", judged(settings, tmp_path, files), [path.name for path in files])


def handmade(settings: Settings, folder: Path, messages: list[dict[str, object]]) -> Receipt:
    """A receipt beside a _messages.parquet of our own making."""
    blank = dict.fromkeys(("rule", "category", "outcome", "table", "file", "sheet", "row", "column_name", "column_letter", "message", "action"))  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    schema = {name: pl.Int64 if name == "row" else pl.String for name in blank}
    pl.DataFrame([blank | m for m in messages], schema=schema).write_parquet(folder / "_messages.parquet")
    totals = [
        RuleTotal(rule=str(m["rule"]), outcome=str(m["outcome"]), table=str(m.get("table") or ""), column=str(m.get("column_name") or ""),
                  count=1, message=str(m["message"]), action=str(m["action"]))
        for m in messages
    ]  # fmt: skip
    return Receipt(
        submission_id=None, feed="sen2", partner=None, period=None, spec="2025", status="accepted",
        tables={"person": TableCount(received=5, accepted=5, quarantined=0)}, messages_total=totals, file_messages=[], folder=folder,
    )  # fmt: skip


def warning(**more: object) -> dict[str, object]:
    return {
        "rule": "SEN2.person.x", "category": "blank", "outcome": "warn", "table": "person", "file": "person.csv", "row": 2,
        "message": "it is blank", "action": "fill it", **more,
    }  # fmt: skip


def csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sheet(folder: Path, name: str) -> list[list[object]]:
    book = openpyxl.load_workbook(folder / "report.xlsx")
    return [list(row) for row in book[name].iter_rows(values_only=True)]


# --- The same content in every shape ------------------------------------------------------------------------------------


def test_every_shape_holds_the_same_faults(report: Path) -> None:
    assert sorted(path.name for path in report.iterdir()) == FILES
    told = json.loads((report / "report.json").read_text(encoding="utf-8"))
    found = duckdb.execute(f"select * from '{report / 'rows.parquet'}'")
    assert [column[0] for column in found.description or ()] == list(ROW_COLUMNS)
    parquet = [list(row) for row in found.fetchall()]
    assert [list(row.values()) for row in told["rows"]] == parquet
    assert [[None if v == "" else v for v in row.values()] for row in csv_rows(report / "report_rows.csv")] == [
        [None if v is None else str(v) for v in row] for row in parquet
    ]
    header, *rows = sheet(report, "Rows")
    assert header == ["File", "Sheet", "Excel row", "Column", "Header", "Where", "Table", "What happens", "What is wrong",
                      "How to mend it", "Kind of fault", "Rule"]  # fmt: skip
    order = (
        "file",
        "sheet",
        "row",
        "column_letter",
        "column_name",
        "place",
        "table",
        "effect",
        "message",
        "action",
        "kind",
        "rule",
    )
    assert rows == [[row[name] for name in order] for row in told["rows"]]
    assert told["rows_total"] == told["rows_shown"] == len(rows) > 10
    keys = [(row["file"], row["row"]) for row in told["rows"]]
    assert keys == sorted(keys)


def test_rules_stand_by_effect_and_alike_in_every_shape(report: Path) -> None:
    told = json.loads((report / "report.json").read_text(encoding="utf-8"))["rules"]
    assert [list(rule) for rule in told] == [list(RULE_COLUMNS)] * len(told)
    weights = [(rule["outcome"] != "quarantine_row", -rule["count"]) for rule in told]
    assert weights == sorted(weights)
    assert told[0]["rule"] == "SEN2.person.personbirthdate.format"
    assert (told[0]["count"], told[0]["first_place"], told[0]["effect"]) == (2, "row 2, column F", "row kept out")
    assert [rule["rule"] for rule in csv_rows(report / "report_rules.csv")] == [rule["rule"] for rule in told]
    header, *rows = sheet(report, "Rules")
    assert header[-1] == "Rule"
    assert [row[-1] for row in rows] == [rule["rule"] for rule in told]


def test_a_fault_is_told_by_file_row_column_and_remedy(report: Path) -> None:
    found = [r for r in csv_rows(report / "report_rows.csv") if r["rule"] == "SEN2.person.personbirthdate.format"]
    assert [(r["file"], r["row"], r["column_letter"], r["column_name"]) for r in found] == [
        ("Blade-Export_01-04-2025_person.csv", "2", "F", "PersonBirthDate"),
        ("Blade-Export_01-04-2025_person.csv", "3", "F", "PersonBirthDate"),
    ]
    assert all("a date that exists" in r["action"] for r in found)


def test_a_warning_on_a_row_that_is_out_does_not_say_that_it_counts(report: Path) -> None:
    (found,) = [r for r in csv_rows(report / "report_rows.csv") if r["rule"] == "SEN2.person.ethnicity.code"]
    assert found["effect"] == "please check; kept out for another reason"


def test_the_summary_says_who_what_and_what_next(report: Path) -> None:
    told = {str(row[0]): row for row in sheet(report, "Summary") if row and row[0]}
    assert told["Feed"][1] == "SEN2 person-level return (sen2)"
    verdict = str(told["What became of it"][1])
    assert verdict.startswith("Would be accepted with rows kept out: 1 of 11 rows count, 10 (90.9 %)")
    assert told["person"][2:7] == [2, 0, 2, 100, 0]
    assert "SEN2.person.personbirthdate.format" in str(told["1."][1])
    assert "8 rows are kept out only because the row above them" in str(told["2."][1])
    assert "SEN2.person.personbirthdate.format" in told


def test_the_workbook_can_be_worked_with_and_printed(report: Path) -> None:
    book = openpyxl.load_workbook(report / "report.xlsx")
    assert book.sheetnames == ["Summary", "Rules", "Rows", "How to read this"]
    for name, last in (("Rules", "I"), ("Rows", "L")):
        page = book[name]
        assert page.freeze_panes == "A2"
        assert page.auto_filter.ref == f"A1:{last}{page.max_row}"
        assert page.print_title_rows == "$1:$1"
        assert page.page_setup.orientation == "landscape" and page.page_setup.fitToHeight == 0
        assert page.sheet_properties.pageSetUpPr.fitToPage
    assert all(book["Rows"].column_dimensions[letter].width >= 8 for letter in "ABCDEFGHIJKL")
    assert book["Rows"]["I2"].alignment.wrap_text


# --- What became of it, in one sentence ---------------------------------------------------------------------------------


def test_a_sound_delivery_has_nothing_to_mend(settings: Settings, tmp_path: Path) -> None:
    with opened(settings, handmade(settings, tmp_path / "receipt", []), ["person.csv"]) as made:
        assert made.summary.sentence == "Would be accepted: all 5 rows count."
        assert made.summary.next_steps == ["Nothing is to be mended. Send the files."]
        assert made.faults == 0
        write(made, tmp_path / "report")
    assert len(sheet(tmp_path / "report", "Rows")) == 1
    assert json.loads((tmp_path / "report" / "report.json").read_text())["rows"] == []


def test_a_delivery_with_warnings_counts_and_is_to_be_looked_at(settings: Settings, tmp_path: Path) -> None:
    receipt = handmade(settings, tmp_path / "receipt", [warning(), warning(rule="SEN2.person.y"), warning(row=3)])
    with opened(settings, receipt.model_copy(update={"submission_id": "0" * 16}), ["person.csv"]) as made:
        assert made.summary.sentence == "Accepted: all 5 rows count; 2 of them should be looked at."
        assert made.summary.tables["person"].warned == 2
        assert made.summary.next_steps == [
            "Look at what is marked 'please check': it counts as it stands, and may be right."
        ]


def test_a_refused_delivery_says_why(settings: Settings, tmp_path: Path) -> None:
    files = write_files(tmp_path / "files", BLADE)
    files[1].write_bytes(b"")
    receipt = judged(settings, tmp_path, files)
    with opened(settings, receipt, [path.name for path in files]) as made:
        assert made.summary.sentence.startswith("Would be refused, and nothing of it would count: the file is empty")
        write(made, tmp_path / "report")
    told = {str(row[0]): row for row in sheet(tmp_path / "report", "Summary") if row and row[0]}
    assert told[files[1].name][1] == "file refused"
    (rule,) = csv_rows(tmp_path / "report" / "report_rules.csv")
    assert (rule["rule"], rule["effect"], rule["table"]) == ("SEN2.file.empty", "file refused", "")


@pytest.mark.parametrize(
    ("part", "whole", "percent"), [(0, 0, 0), (0, 9, 0), (9, 9, 100), (1, 9_999, 0.1), (9_998, 9_999, 99.9)]
)
def test_a_share_is_none_or_all_only_if_it_is(part: int, whole: int, percent: float) -> None:
    assert share(part, whole) == percent


# --- Many faults --------------------------------------------------------------------------------------------------------


def test_the_workbook_ends_at_a_stated_number_and_the_others_hold_all(settings: Settings, tmp_path: Path) -> None:
    files = faulty(tmp_path / "files")
    receipt = judged(settings, tmp_path, files)
    folder = reported(settings, tmp_path / "report", receipt, [path.name for path in files], most=5)
    every = csv_rows(folder / "report_rows.csv")
    told = json.loads((folder / "report.json").read_text())
    rows = sheet(folder, "Rows")
    line = f"The sheet Rows holds 5 of {len(every)} faults, refusals and rows kept out first; all of them are in report_rows.csv and rows.parquet."
    assert [row[0] for row in rows[6:]] == [None, line]
    assert any(row and row[0] == line for row in sheet(folder, "Summary"))
    assert {row[7] for row in rows[1:6]} == {"row kept out"}
    assert (told["rows_shown"], told["rows_total"], len(told["rows"])) == (5, len(every), 5)
    assert duckdb.execute(f"select count(*) from '{folder / 'rows.parquet'}'").fetchone() == (len(every),)


def test_many_faults_lie_in_order_however_many_threads_write_them(settings: Settings, tmp_path: Path) -> None:
    receipt = handmade(settings, tmp_path / "receipt", [warning()])
    assert receipt.folder is not None
    path = receipt.folder / "_messages.parquet"
    one = pl.read_parquet(path)
    pl.concat([one] * 300_000).with_columns(row=pl.int_range(300_001, 1, -1)).write_parquet(path)
    folder = reported(settings, tmp_path / "report", receipt, ["person.csv"], most=10)
    for read in ("read_parquet", "read_csv"):
        file = "rows.parquet" if read == "read_parquet" else "report_rows.csv"
        found = duckdb.execute(f"""select "row" from {read}('{folder / file}')""").pl()["row"]
        assert (len(found), found[0], found.is_sorted()) == (300_000, 2, True)


def test_the_same_receipt_gives_the_same_bytes(settings: Settings, tmp_path: Path) -> None:
    files = faulty(tmp_path / "files")
    receipt = judged(settings, tmp_path, files)
    first, second = (
        reported(settings, tmp_path / name, receipt, [path.name for path in files]) for name in ("first", "second")
    )
    for name in FILES:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
    with zipfile.ZipFile(first / "report.xlsx") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    written = openpyxl.load_workbook(first / "report.xlsx").properties
    assert written.created == written.modified == datetime(2000, 1, 1)  # noqa: DTZ001


def test_a_report_replaces_the_one_before_and_leaves_other_files_alone(settings: Settings, tmp_path: Path) -> None:
    files = faulty(tmp_path / "files")
    receipt = judged(settings, tmp_path, files)
    folder = reported(settings, tmp_path / "report", receipt, [path.name for path in files])
    (folder / "mine.txt").write_text("kept")
    (folder / "report.json").write_text("old")
    reported(settings, folder, receipt, [path.name for path in files])
    assert sorted(path.name for path in folder.iterdir()) == ["mine.txt", *FILES]
    assert (folder / "report.json").read_text() != "old"


def test_a_folder_that_cannot_be_written_is_one_line(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "report").write_text("a file, not a folder")
    files = faulty(tmp_path / "files")
    with pytest.raises(SendjcError, match=r"cannot be written into .*name another folder"):
        reported(settings, tmp_path / "report", judged(settings, tmp_path, files), [])


# --- XML ----------------------------------------------------------------------------------------------------------------


def test_xml_is_told_by_element_and_not_by_row(settings: Settings, tmp_path: Path) -> None:
    found = [
        warning(file="return.xml", row=7, table="requests", column_name="ReceivedDate"),
        warning(file="return.xml", row=3),
    ]
    folder = reported(settings, tmp_path / "report", handmade(settings, tmp_path / "receipt", found), ["return.xml"])
    rows = csv_rows(folder / "report_rows.csv")
    assert [(r["row"], r["element"], r["place"], r["column_name"]) for r in rows] == [
        ("", "2", "element 2 of person", ""),
        ("", "6", "element 6 of requests", "ReceivedDate"),
    ]
    assert [row[2] for row in sheet(folder, "Rows")[1:]] == [None, None]


# --- Nothing that names a child, and nothing that runs ------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["Blade-Export_05-04-2025_person.csv", "CYP101Referral.csv", "CHS SitRep 2025-03 (final).xlsx", "Table 2"]
)
def test_a_usual_name_is_shown(name: str) -> None:
    assert looks_plain(name)
    assert scrubbed(name) == name


@pytest.mark.parametrize(
    "name",
    ["9994713826.csv", "child 999 471 3826.csv", "Q391202407113_person.csv", "person_NE99 7ZQ.csv", "ne997zq.csv", "Okafor, Ada.csv", "a@b.csv", "x" * 200],
)  # fmt: skip
def test_a_name_with_the_form_of_an_identifier_is_withheld(name: str) -> None:
    assert not looks_plain(name)


def test_a_withheld_file_is_told_by_its_place() -> None:
    assert shown_files(["x?.csv", "the submission"], ["b.csv"]) == {
        "x?.csv": "file 1 of 1 (name withheld)",
        "the submission": "the submission",
    }
    sent = ["b.csv", "9994713826.csv", "c.zip"]
    assert shown_files(["", "9994713826.csv", "b.csv", "NE99 7ZQ.csv", "in.csv"], sent) == {
        "": "",
        "9994713826.csv": "file 2 of 3 (name withheld)",
        "b.csv": "b.csv",
        "NE99 7ZQ.csv": "file 1 of 2 in the archive (name withheld)",
        "in.csv": "in.csv",
    }


def texts(folder: Path) -> str:
    """All that a report says, the parts of its workbook unpacked."""
    said = [path.read_text(encoding="utf-8") for path in folder.iterdir() if path.suffix in (".csv", ".json")]
    said.append(str(duckdb.execute(f"select * from '{folder / 'rows.parquet'}'").fetchall()))
    with zipfile.ZipFile(folder / "report.xlsx") as archive:
        said += [archive.read(name).decode() for name in archive.namelist()]
    return "\n".join(said)


@pytest.mark.parametrize(("feed", "samples"), [("sen2", BLADE), ("csds", CSDS)])
def test_no_shape_and_no_stream_repeats_a_cell(
    tmp_path: Path, feed: str, samples: dict[str, tuple[str, list[str]]]
) -> None:
    """One row for each column of each table and each canary, with the canary in that cell; and one column that is named by it."""
    rows, headers = {}, {}
    for table, (header, sound) in samples.items():
        sent = []
        for place in range(header.count(",") + 1):
            for canary in CANARIES:
                cells = sound[0].split(",")
                cells[place] = canary
                sent.append(",".join([*cells, "x"]))
        rows[table], headers[table] = sent, f"{header},{CANARIES[0]} {CANARIES[2]}"
    files = write_files(tmp_path / "files", samples, rows=rows, headers=headers)
    done = CliRunner().invoke(app, ["check", "--feed", feed, "--report", str(tmp_path / "report"), *map(str, files)])
    told = CliRunner().invoke(app, ["check", "--feed", feed, "--json", *map(str, files)])
    assert (done.exit_code, told.exit_code) == (1, 1)
    said = texts(tmp_path / "report") + done.output + told.output
    assert len(json.loads(told.stdout)["rows"]) > 100
    assert [canary for canary in CANARIES if canary in said] == []


def test_canaries_in_names_of_files_and_sheets_are_withheld(settings: Settings, tmp_path: Path) -> None:
    hidden = [canary for canary in CANARIES if not looks_plain(canary)]
    assert hidden == list(CANARIES)
    messages = [warning(file=f"{c} person.csv", sheet=f"{c}!", row=n) for n, c in enumerate(hidden, start=2)]
    messages.append(
        warning(
            table=None,
            row=None,
            file=f"{hidden[0]}.csv",
            rule="SEN2.file.unknown_column",
            message=f"sheet {hidden[1]} was not read",
        )
    )
    folder = reported(
        settings, tmp_path / "report", handmade(settings, tmp_path / "receipt", messages), [f"{hidden[0]} person.csv"]
    )
    said = texts(folder)
    assert [canary for canary in hidden if canary in said] == []
    assert "(sheet name withheld)" in said and "file 1 of 1 (name withheld)" in said
    assert printable(f"{CANARIES[0]} {CANARIES[2]}") == "(name withheld)"


def test_nothing_is_written_that_a_spreadsheet_would_run(settings: Settings, tmp_path: Path) -> None:
    messages = [
        warning(file=file, column_name=name, message=f"{name} is blank", action=f"{name} is to be filled")
        for file, name in (
            ("-2+3_person.csv", "=cmd"),
            ("+1_person.csv", "@sum"),
            ("person.csv", "\tx"),
            ("person.csv", "\rx"),
        )
    ]
    folder = reported(settings, tmp_path / "report", handmade(settings, tmp_path / "receipt", messages), [])
    cells = [
        cell
        for row in (*csv_rows(folder / "report_rows.csv"), *csv_rows(folder / "report_rules.csv"))
        for cell in row.values()
    ]
    book = openpyxl.load_workbook(folder / "report.xlsx")
    cells += [cell.value for page in book for row in page.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert "'-2+3_person.csv" in cells and "'=cmd is blank" in cells
    with zipfile.ZipFile(folder / "report.xlsx") as archive:
        assert not any(re.search(rb"<f[ >]", archive.read(name)) for name in archive.namelist())


# --- `sendjc check` and `sendjc report` -----------------------------------------------------------------------------------


def test_check_says_by_three_that_it_could_not_check(tmp_path: Path) -> None:
    files = [str(path) for path in write_files(tmp_path / "files", BLADE)]
    for arguments in (
        ["--feed", "nonsense", *files],
        ["--feed", "sen2", "--spec", "1066", *files],
        ["--feed", "sen2", "--period", "soon", *files],
        ["--feed", "sen2", str(tmp_path / "absent.csv")],
        ["--feed", "sen2", "--no-such-option", *files],
        files,
        ["--feed", "sen2", "--report", files[0], *files],
    ):
        done = CliRunner().invoke(app, ["check", *arguments])
        assert done.exit_code == 3, arguments
        assert done.stderr and "Traceback" not in done.output


def test_check_tells_how_to_get_the_workbook_and_compares_with_the_period(tmp_path: Path) -> None:
    files = [str(path) for path in faulty(tmp_path / "files")]
    done = CliRunner().invoke(app, ["check", "--feed", "sen2", "--period", PERIOD, *files])
    assert done.exit_code == 1
    assert "--report FOLDER" in done.stderr
    assert "row kept out: 2 rows of person" in done.stdout
    rules = re.findall(r"\[(SEN2[.a-z0-9_]+)\]", done.stdout)
    assert "SEN2.requests.parent.orphan" in rules
    is_orphan = [rule.endswith(".orphan") for rule in rules]
    assert is_orphan == sorted(is_orphan)
    assert "\x1b[" not in done.output
    told = CliRunner().invoke(app, ["check", "--feed", "sen2", "--period", PERIOD, "--json", *files])
    assert json.loads(told.stdout)["period"] == PERIOD


def test_check_says_on_standard_output_what_is_wrong_with_whole_files(tmp_path: Path) -> None:
    files = [str(path) for path in write_files(tmp_path / "files", BLADE, without=["senneed"])]
    done = CliRunner().invoke(app, ["check", "--feed", "sen2", *files])
    assert done.exit_code == 2
    assert "the submission: no file for the table senneed [SEN2.file.missing_table]" in done.stdout
    assert "missing_table" not in done.stderr
    assert "archive" not in done.output and "withheld" not in done.output


def land(settings: Settings, files: Sequence[Path], received_at: datetime = RECEIVED) -> None:
    ledger.submit(settings, "nottingham", "sen2", PERIOD, files, received_at=received_at)


def ask(settings: Settings, *more: str, partner: str = "nottingham") -> object:
    return CliRunner().invoke(
        app, ["report", "--partner", partner, "--feed", "sen2", "--period", PERIOD, "--home", str(settings.home), *more]
    )


def test_report_of_what_has_landed_goes_into_the_restricted_zone(settings: Settings, tmp_path: Path) -> None:
    files = faulty(tmp_path / "files")
    renamed = files[1].rename(files[1].with_name("Zephyrine_person.csv"))
    land(settings, [files[0], renamed, *files[2:]])
    done = ask(settings)
    assert done.exit_code == 0, done.output
    folder = settings.restricted / "reports" / "nottingham" / "sen2" / PERIOD
    assert str(folder) in done.stdout
    assert sorted(path.name for path in folder.iterdir()) == FILES
    for part in (folder, folder.parent, folder.parents[1], folder.parents[2]):
        assert stat.S_IMODE(part.stat().st_mode) == 0o700
    assert "Zephyrine" not in done.output and ".csv" not in done.output
    told = json.loads((folder / "report.json").read_text())
    assert (told["partner"], told["partner_name"], told["received_at"]) == (
        "nottingham",
        "Nottingham City Council",
        "2025-04-20 09:00 UTC",
    )
    assert told["verdict"].startswith("Accepted with rows kept out: 1 of 11 rows count, 10 (90.9 %) were kept out")
    assert len(told["submission_id"]) == 16
    first = {name: (folder / name).read_bytes() for name in FILES}
    assert ask(settings, "--out", str(tmp_path / "again")).exit_code == 0
    assert {name: (tmp_path / "again" / name).read_bytes() for name in FILES} == first


def test_report_is_of_the_newest_that_counts(settings: Settings, tmp_path: Path) -> None:
    from sendjc_pipeline.submissions import withdrawal

    land(settings, faulty(tmp_path / "old"))
    land(settings, write_files(tmp_path / "new", BLADE), datetime(2025, 4, 21, 9, 0, tzinfo=UTC))
    assert "Accepted: all 10 rows count" in ask(settings).stdout
    newest = ledger.all_submissions(settings)[-1]
    withdrawal.write(newest.folder, "sent by mistake", RECEIVED)
    assert "Accepted with rows kept out" in ask(settings).stdout


def test_report_of_nothing_is_one_line(settings: Settings) -> None:
    done = ask(settings)
    assert isinstance(done.exception, SendjcError)
    assert "nottingham has sent no sen2 for 2024-25-Q4" in str(done.exception)
    assert "is not a partner" in str(ask(settings, partner="atlantis").exception)
