"""Faulty files in, these messages out: which rule, which file, which row, what to do about it, and never what stood in the cell.

One job takes eight deliveries, seven of them faulty. Then `sendjc check` tries the same files, as a partner would.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest
from typer.testing import CliRunner

from golden.delivery import (
    POSTCODE,
    Contact,
    Ehc,
    Referral,
    Results,
    csds_tables,
    land,
    new_home,
    run_job,
    sen2_tables,
    write_tables,
)
from sendjc_pipeline.cli import app
from sendjc_pipeline.submissions import intake
from sendjc_pipeline.submissions.manifest import Submission

# Stands in faulty cells and lines; no message may repeat it.
CANARY = "CANARY"

ISSUED = tuple(Ehc(f"case_{n}", "2024-09-16", "Y 2024-10-21", ("Y 2025-02-03",)) for n in range(14))
WAITING = tuple(
    Referral(f"case_{n}", "2024-11-24", contacts=(Contact("2025-01-13", "5", "02"),), rtt=("2024-11-24 - 20",))
    for n in range(6)
)


def blade(table: str) -> str:
    return f"Blade-Export_05-04-2025_{table}.csv"


# --- What each partner sends --------------------------------------------------------------------------------------------


def sound_return(folder: Path, council: str) -> list[Path]:
    return list(write_tables(folder, sen2_tables(council, ISSUED)).values())


def sound_extract(folder: Path, provider: str) -> list[Path]:
    tables = csds_tables(provider, WAITING)
    del tables["demographics_for_linkage"]
    return list(write_tables(folder, tables).values())


def only_a_warning(folder: Path) -> list[Path]:
    """A UPN whose check letter is wrong takes nobody out of the count."""
    tables = sen2_tables("derby", ISSUED)
    letter, rest = str(tables["person"][0]["upn"])[0], str(tables["person"][0]["upn"])[1:]
    tables["person"][0]["upn"] = ("B" if letter != "B" else "C") + rest
    return list(write_tables(folder, tables).values())


def faulty_rows(folder: Path) -> list[Path]:
    """Case n stands in row n + 2 of every table; cases 1 to 4 are faulty and the ten others sound."""
    tables = sen2_tables("derby", ISSUED)
    tables["person"][1]["personbirthdate"] = "2015-Feb-31 00:00:00"
    tables["person"][1]["surname"] = f"{CANARY}ONE"
    tables["requests"][2]["requestoutcome"] = f"{CANARY}TWO"
    tables["assessment"][4]["assessmenttableid"] = tables["assessment"][3]["assessmenttableid"]
    stray = dict(tables["senneed"][0]) | {"senneedtableid": "8319999", "activeplanstableid": f"{CANARY}THREE"}
    tables["senneed"].append(stray)
    paths = write_tables(folder, tables)
    with paths["person"].open("a", encoding="utf-8") as file:
        file.write(f"8311999,{CANARY}FOUR\n")  # 2 cells, in row 16
    return list(paths.values())


def without_a_column(folder: Path) -> list[Path]:
    files = sound_return(folder, "nottingham")
    spoil(folder / blade("requests"), b"receiveddate", b"datereceived")
    return files


def truncated_zip(folder: Path) -> list[Path]:
    files = sound_return(folder, "newcastle")
    archive = folder / "return.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path in files:
            bundle.write(path, path.name)
    archive.write_bytes(archive.read_bytes()[:-200])
    return [archive]


def empty_file(folder: Path) -> list[Path]:
    files = sound_extract(folder, "RY8")
    (folder / "CYP101Referral.csv").write_bytes(b"")
    return files


def wrong_feed(folder: Path) -> list[Path]:
    """A council's table of children among a provider's files."""
    return [
        *sound_extract(folder, "RXM"),
        write_tables(folder, {"person": sen2_tables("derby", ISSUED)["person"]})["person"],
    ]


def header_only(folder: Path) -> list[Path]:
    files = sound_extract(folder, "RTD")
    for name in ("CYP201CareContact.csv", "CYP202CareActivity.csv"):
        path = folder / name
        path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    return files


def wrong_encoding(folder: Path) -> list[Path]:
    path = write_tables(folder, {"demographics_for_linkage": csds_tables("RHA", WAITING)["demographics_for_linkage"]})
    file = path["demographics_for_linkage"]
    lines = file.read_bytes().splitlines(keepends=True)
    # Row 3: a byte that is no UTF-8 and to which cp1252 gives no character.
    lines[2] = lines[2].replace(b"Goldenchild", CANARY.encode() + b"\x81")
    file.write_bytes(b"".join(lines))
    return [file]


def spoil(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert content.count(old) >= 1
    path.write_bytes(content.replace(old, new, 1))


# --- One job over all of it ---------------------------------------------------------------------------------------------


class Sent(NamedTuple):
    results: Results
    submissions: dict[str, Submission]
    files: dict[str, list[Path]]


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    folder = tmp_path_factory.mktemp("golden_messages")
    settings = new_home(folder / "home")
    files = {
        "derby/sen2": faulty_rows(folder / "derby"),
        "nottingham/sen2": without_a_column(folder / "nottingham"),
        "nottinghamshire/sen2": sound_return(folder / "nottinghamshire", "nottinghamshire"),
        "newcastle/sen2": truncated_zip(folder / "newcastle"),
        "RHA/csds": sound_extract(folder / "RHA", "RHA"),
        "RHA/demographics": wrong_encoding(folder / "RHA_demographics"),
        "RY8/csds": empty_file(folder / "RY8"),
        "RXM/csds": wrong_feed(folder / "RXM"),
        "RTD/csds": header_only(folder / "RTD"),
    }
    submissions = {key: land(settings, *key.split("/"), paths) for key, paths in files.items()}
    return Sent(Results(settings, run_job(settings)), submissions, files)


def receipt(sent: Sent, key: str) -> intake.Receipt:
    """What the job left; the intake reads it and does nothing anew."""
    return intake.accept(sent.results.settings, sent.submissions[key])


def messages(sent: Sent, key: str) -> list[dict[str, object]]:
    folder = receipt(sent, key).folder
    frame = duckdb.execute(f"select * from read_parquet('{folder}/_messages.parquet')").df()
    return [{str(k): None if v != v else v for k, v in record.items()} for record in frame.to_dict("records")]


def test_faults_of_partners_do_not_stop_the_job(sent: Sent) -> None:
    assert sent.results.exit_code == 0
    assert {key: receipt(sent, key).status for key in sent.submissions} == {
        "derby/sen2": "accepted",
        "nottingham/sen2": "rejected",
        "nottinghamshire/sen2": "accepted",
        "newcastle/sen2": "rejected",
        "RHA/csds": "accepted",
        "RHA/demographics": "rejected",
        "RY8/csds": "rejected",
        "RXM/csds": "rejected",
        "RTD/csds": "accepted",
    }


# rule, table, row in the file, column, what the remedy names
ROW_FAULTS = [
    ("SEN2.person.personbirthdate.format", "person", 3, "PersonBirthDate", "PersonBirthDate as a date that exists"),
    ("SEN2.person.shape", "person", 16, None, "export the file again"),
    ("SEN2.requests.parent.orphan", "requests", 3, "persontableid", "send that row of person"),
    ("SEN2.requests.requestoutcome.code", "requests", 4, "RequestOutcome", "use one of: Y, N, A, W, H"),
    ("SEN2.assessment.key.duplicate", "assessment", 5, "assessmenttableid", "send each record once"),
    ("SEN2.assessment.key.duplicate", "assessment", 6, "assessmenttableid", "send each record once"),
    ("SEN2.senneed.parent.orphan", "senneed", 16, "activeplanstableid", "send that row of activeplans"),
]


@pytest.mark.parametrize(("rule", "table", "row", "column", "remedy"), ROW_FAULTS)
def test_a_faulty_row_is_named_with_its_rule_file_row_column_and_remedy(
    sent: Sent, rule: str, table: str, row: int, column: str | None, remedy: str
) -> None:
    found = [m for m in messages(sent, "derby/sen2") if (m["rule"], m["table"], m["row"]) == (rule, table, row)]
    assert len(found) == 1
    assert (found[0]["file"], found[0]["column_name"], found[0]["outcome"]) == (blade(table), column, "quarantine_row")
    assert remedy in str(found[0]["action"])


def test_the_good_rows_go_on_and_every_row_is_somewhere(sent: Sent) -> None:
    counts = {table: (c.received, c.accepted, c.quarantined) for table, c in receipt(sent, "derby/sen2").tables.items()}
    assert counts == {
        "sen2": (1, 1, 0),
        "person": (15, 13, 2),  # 31 February, the ragged line
        "requests": (14, 12, 2),  # of case 1, and the unknown code of case 2
        "assessment": (14, 10, 4),  # of cases 1 and 2, and the two with one key
        "namedplan": (14, 10, 4),
        "plandetail": (14, 10, 4),
        "activeplans": (14, 12, 2),
        "placementdetail": (14, 12, 2),
        "senneed": (15, 12, 3),
    }


def test_what_the_good_rows_say_is_published(sent: Sent) -> None:
    # The ten sound cases were issued on day 140. Of cases 3 and 4 nobody knows what became of the assessments that were kept
    # out: their plans are in force, and their requests are in no measure of time rather than open on day 196.
    results = sent.results
    assert results.figure("ehcp_20w_pct_inc", "derby", "quarter", "ehc") == (10, 10, 100)
    assert results.figure("ehc_open_over_20w_count", "derby", "snapshot", "ehc")[2] == 0
    assert results.figure("ehcp_caseload", "derby", "snapshot", "ehc")[2] == 12
    assert results.figure("ehcp_20w_pct_inc", "nottinghamshire", "quarter", "ehc") == (14, 14, 100)


# rule, file, what the message says, what the remedy says
FILE_FAULTS = {
    "nottingham/sen2": (
        "SEN2.file.missing_column",
        blade("requests"),
        "lacks the required column ReceivedDate",
        "Add the column",
    ),
    "newcastle/sen2": ("SEN2.file.unreadable", "return.zip", "cut short or damaged", "again"),
    "RY8/csds": ("CSDS.file.empty", "CYP101Referral.csv", "the file is empty", "Send the file again"),
    "RXM/csds": (
        "CSDS.file.wrong_feed",
        blade("person"),
        "looks like feed sen2 table person",
        "Submit it under --feed sen2",
    ),
    "RHA/demographics": (
        "DEMOGRAPHICS.file.encoding",
        "demographics_for_linkage.csv",
        "line 3 is not in UTF-8",
        "UTF-8",
    ),
}


@pytest.mark.parametrize("key", FILE_FAULTS)
def test_a_refused_file_is_named_with_its_rule_and_remedy(sent: Sent, key: str) -> None:
    rule, file, message, remedy = FILE_FAULTS[key]
    found = [m for m in messages(sent, key) if m["outcome"] == "reject_file"]
    assert [(m["rule"], m["file"]) for m in found] == [(rule, file)]
    assert message in str(found[0]["message"])
    assert remedy in str(found[0]["action"])
    (line,) = receipt(sent, key).file_messages
    assert file in line and rule in line and message in line and remedy in line


@pytest.mark.parametrize("key", FILE_FAULTS)
def test_of_a_refused_submission_nothing_is_stored_but_why(sent: Sent, key: str) -> None:
    found = receipt(sent, key)
    assert all(c.accepted == 0 and c.received == c.quarantined for c in found.tables.values())
    assert found.folder is not None
    assert sorted(path.name for path in found.folder.iterdir()) == [
        "_messages.parquet",
        "_quarantine.parquet",
        "receipt.json",
    ]
    partner, feed = key.split("/")
    assert sent.results.rows(
        "select accepted_count, received_count = quarantined_count from mart_row_accounting"
        " where partner_id = ? and feed = ? and layer = 'intake'", partner, feed,
    ) == [(0, True)]  # fmt: skip


def test_a_header_without_rows_is_a_warning_and_not_a_refusal(sent: Sent) -> None:
    found = {(m["rule"], m["outcome"], m["file"]) for m in messages(sent, "RTD/csds")}
    assert ("CSDS.file.no_rows", "warn", "CYP201CareContact.csv") in found
    assert ("CSDS.file.no_rows", "warn", "CYP202CareActivity.csv") in found
    assert receipt(sent, "RTD/csds").tables["cyp201carecontact"].received == 0
    assert receipt(sent, "RTD/csds").tables["cyp101referral"].accepted == 6


def test_each_fault_withholds_its_own_area_and_no_other(sent: Sent) -> None:
    found = dict(
        sent.results.released(
            "select metric_id || ' ' || area_id, value_status from RELEASED"
            " where time_window = 'snapshot' and metric_id in ('ehcp_caseload', 'slt_wait_over_18w_pct', 'ot_wait_over_13w_pct')"
        )
    )
    assert found == {
        "ehcp_caseload derby": "final",
        "ehcp_caseload nottingham": "withheld",
        "ehcp_caseload nottinghamshire": "final",
        "ehcp_caseload newcastle": "withheld",
        "ehcp_caseload qt1": "withheld",
        "slt_wait_over_18w_pct derby": "withheld",
        "slt_wait_over_18w_pct nottingham": "final",
        "slt_wait_over_18w_pct nottinghamshire": "final",
        "slt_wait_over_18w_pct newcastle": "final",
        "slt_wait_over_18w_pct qt1": "final",
        "ot_wait_over_13w_pct derby": "withheld",
        "ot_wait_over_13w_pct nottingham": "final",
        "ot_wait_over_13w_pct nottinghamshire": "final",
        "ot_wait_over_13w_pct newcastle": "final",
        "ot_wait_over_13w_pct qt1": "final",
    }


def test_nothing_is_half_landed(sent: Sent) -> None:
    settings = sent.results.settings
    left = [path for zone in (settings.landing, settings.restricted) for path in zone.rglob(".*")]
    assert [path for path in left if path.name.startswith((".incoming-", ".stage-"))] == []
    assert [
        path for path in settings.temp.iterdir() if path.is_dir() and path.name.startswith(("intake-", "check-"))
    ] == []
    for key, submission in sent.submissions.items():
        landed = {path.name: path.read_bytes() for path in submission.paths}
        assert landed == {path.name: path.read_bytes() for path in sent.files[key]}, key


def test_no_message_repeats_what_stood_in_a_cell(sent: Sent) -> None:
    for key in sent.submissions:
        told = str(messages(sent, key)) + receipt(sent, key).model_dump_json()
        assert CANARY not in told and "Feb-31" not in told, key
    quarantine = receipt(sent, "derby/sen2").folder
    kept = str(duckdb.execute(f"select payload from read_parquet('{quarantine}/_quarantine.parquet')").fetchall())
    assert all(f"{CANARY}{number}" in kept for number in ("ONE", "TWO", "THREE", "FOUR"))
    for path in (*sent.results.settings.published.rglob("*"), *sent.results.settings.warehouse.rglob("*")):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes(), path


# --- `sendjc check` -----------------------------------------------------------------------------------------------------

CLEAN, ROWS_REFUSED, FILE_REFUSED = 0, 1, 2

CHECKED = {
    "sound return": ("sen2", lambda folder: sound_return(folder, "derby"), CLEAN, []),
    "sound extract": ("csds", lambda folder: sound_extract(folder, "RHA"), CLEAN, []),
    "only a warning": ("sen2", only_a_warning, CLEAN, ["SEN2.person.upn.check_digit"]),
    "header only": ("csds", header_only, CLEAN, ["CSDS.file.no_rows"]),
    "faulty rows": (
        "sen2",
        faulty_rows,
        ROWS_REFUSED,
        sorted({fault[0] for fault in ROW_FAULTS} | {
            f"SEN2.{table}.parent.orphan" for table in ("assessment", "namedplan", "plandetail", "activeplans", "placementdetail")
        }),
    ),
    "missing column": ("sen2", without_a_column, FILE_REFUSED, ["SEN2.file.missing_column"]),
    "truncated zip": ("sen2", truncated_zip, FILE_REFUSED, ["SEN2.file.unreadable"]),
    "empty file": ("csds", empty_file, FILE_REFUSED, ["CSDS.file.empty"]),
    "wrong feed": ("csds", wrong_feed, FILE_REFUSED, ["CSDS.file.wrong_feed"]),
    "wrong encoding": ("demographics", wrong_encoding, FILE_REFUSED, ["DEMOGRAPHICS.file.encoding"]),
}  # fmt: skip


@pytest.mark.parametrize("case", CHECKED)
def test_check_says_by_its_exit_code_how_bad_it_is(tmp_path: Path, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    feed, write, code, rules = CHECKED[case]
    files = write(tmp_path / "files")
    sent = {path.name: path.read_bytes() for path in files}
    arguments = ["check", "--feed", feed, *map(str, files)]
    as_json = CliRunner().invoke(app, [*arguments, "--json"])
    assert as_json.exit_code == code, as_json.output
    told = json.loads(as_json.stdout)
    assert told["status"] == ("rejected" if code == FILE_REFUSED else "accepted")
    found = {rule["rule"] for rule in told["rules"] if not rule["rule"].endswith(".descendant.quarantined")}
    assert sorted(found) == rules
    assert all(rule["message"] and rule["action"] for rule in told["rules"])
    assert all(count["received"] == count["accepted"] + count["quarantined"] for count in told["tables"].values())
    plain = CliRunner().invoke(app, arguments)
    assert plain.exit_code == code
    assert CANARY not in as_json.output + plain.output
    assert {path.name: path.read_bytes() for path in files} == sent
    assert [path.name for path in tmp_path.iterdir()] == ["files"]  # nothing was landed, nothing left behind


def test_check_reports_every_fault_by_file_and_row(tmp_path: Path) -> None:
    files = [str(path) for path in faulty_rows(tmp_path / "files")]
    done = CliRunner().invoke(app, ["check", "--feed", "sen2", "--json", "--report", str(tmp_path / "report"), *files])
    assert done.exit_code == ROWS_REFUSED
    assert json.loads(done.stdout)["status"] == "accepted"
    content = (tmp_path / "report" / "report_rows.csv").read_text(encoding="utf-8")
    assert CANARY not in content + done.output
    lines = list(csv.DictReader(content.splitlines()))
    for rule, table, row, _, remedy in ROW_FAULTS:
        found = [line for line in lines if (line["rule"], line["file"], line["row"]) == (rule, blade(table), str(row))]
        assert len(found) == 1, rule
        assert remedy in found[0]["action"]


def test_check_from_a_shell(tmp_path: Path) -> None:
    """The installed command in a process of its own: the exit code and the two streams that a script sees."""
    files = [str(path) for path in wrong_encoding(tmp_path / "files")]
    done = subprocess.run(
        [sys.executable, "-m", "sendjc_pipeline.cli", "check", "--feed", "demographics", *files],
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == FILE_REFUSED
    assert "demographics_for_linkage.csv: line 3 is not in UTF-8" in done.stdout
    assert "[DEMOGRAPHICS.file.encoding]" in done.stdout
    assert CANARY not in done.stdout + done.stderr
    assert POSTCODE["nottingham"] not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
