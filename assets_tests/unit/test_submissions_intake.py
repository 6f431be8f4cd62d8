"""The intake: every row ends in one place, every fault has its row and rule, and nothing is half stored."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from intake_samples import BLADE, CSDS, DEMOGRAPHICS, NHS, PERIOD, UPN, Samples, broken, numbers, write_files  # isort: skip

from sendjc_pipeline import feeds
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions import intake, ledger, process
from sendjc_pipeline.submissions.manifest import Submission
from sendjc_pipeline.submissions.receipt import Receipt
from sendjc_pipeline.warehouse.connection import connect

WHEN = datetime(2025, 4, 20, 9, 0, tzinfo=UTC)


def send(settings: Settings, files: Sequence[Path], feed: str = "sen2", partner: str = "nottingham") -> Submission:
    return ledger.submit(settings, partner, feed, PERIOD, files, received_at=WHEN)


def accepted(settings: Settings, files: Sequence[Path], feed: str = "sen2", partner: str = "nottingham") -> Receipt:
    return intake.accept(settings, send(settings, files, feed, partner))


def dry(settings: Settings, tmp_path: Path, samples: Samples, feed: str, **rows: list[str]) -> Receipt:
    return intake.check(feed, None, write_files(tmp_path, samples, rows), settings, period=PERIOD)


def query(receipt: Receipt, file: str, columns: str) -> list[tuple[object, ...]]:
    return connect().execute(f"select {columns} from '{receipt.folder}/{file}.parquet'").fetchall()


@pytest.mark.parametrize(
    ("feed", "partner", "samples"),
    [("sen2", "nottingham", BLADE), ("csds", "RHA", CSDS), ("demographics", "RHA", DEMOGRAPHICS)],
)
def test_sound_files_pass_without_a_word(
    settings: Settings, tmp_path: Path, feed: str, partner: str, samples: Samples
) -> None:
    receipt = accepted(settings, write_files(tmp_path, samples), feed, partner)
    assert receipt.status == "accepted"
    assert receipt.messages_total == []
    assert receipt.file_messages == []
    assert all(count.accepted == count.received for count in receipt.tables.values())
    sent = {table.name for table in feeds.load(feed).tables.values() if not table.optional}
    assert all(receipt.tables[table].received > 0 for table in sent)


def test_accepted_tables_are_typed_and_in_file_order(settings: Settings, tmp_path: Path) -> None:
    receipt = accepted(settings, write_files(tmp_path, BLADE))
    described = connect().execute(f"describe from '{receipt.folder}/requests.parquet'").fetchall()
    types = {str(row[0]): str(row[1]) for row in described}
    assert list(types)[-2:] == ["source_file", "source_row"]
    assert (types["receiveddate"], types["rya"], types["requestoutcome"]) == ("DATE", "BOOLEAN", "VARCHAR")
    assert query(receipt, "person", "upn, upn_is_valid, postcode_is_valid, source_row") == [(UPN, True, True, 2)]
    assert query(receipt, "senneed", "sentype, sentyperank, source_row") == [("SLCN", 1, 2), ("ASD", 2, 3)]
    csds = accepted(settings, write_files(tmp_path / "csds", CSDS), "csds", "RHA")
    assert query(csds, "cyp001mpi", "nhsnumber, nhsnumber_is_valid") == [(NHS, True)]
    assert query(csds, "cyp000header", "filecreation_datetime") == [(datetime(2025, 4, 10, 9, 30),)]  # noqa: DTZ001


def test_the_31st_of_february_is_quarantined_with_file_row_rule_and_column(settings: Settings, tmp_path: Path) -> None:
    rows = ["10,892,1,Okafor,Ada,2015-Feb-31 00:00:00,F,BAFR,NG5 1AB,,,UN1", *BLADE["person"][1]]
    rows[1] = rows[1].replace("10,", "11,", 1)
    receipt = accepted(settings, write_files(tmp_path, BLADE, {"person": rows}))
    assert numbers(receipt, "person") == (2, 1, 1)
    found = query(receipt, "_messages", 'rule, outcome, file, "row", column_name, column_letter')
    assert (
        "SEN2.person.personbirthdate.format",
        "quarantine_row",
        "Blade-Export_01-04-2025_person.csv",
        2,
        "PersonBirthDate",
        "F",
    ) in found
    ((table, row, rules, payload),) = [
        r for r in query(receipt, "_quarantine", '"table", "row", rules, payload') if r[0] == "person"
    ]
    assert (table, row, rules) == ("person", 2, ["SEN2.person.personbirthdate.format"])
    assert json.loads(str(payload))["surname"] == "Okafor"


def test_no_child_row_survives_its_parent(settings: Settings, tmp_path: Path) -> None:
    rows = [BLADE["person"][1][0].replace(",F,", ",X,")]
    receipt = dry(settings, tmp_path, BLADE, "sen2", person=rows)
    assert broken(receipt)["SEN2.person.sex.code"] == 1
    for table in list(feeds.load("sen2").tables)[1:]:
        received, kept, quarantined = numbers(receipt, table)
        assert (kept, quarantined) == (0, received)
        if table != "person":
            assert broken(receipt)[f"SEN2.{table}.parent.orphan"] == received


def settles(feed: feeds.Feed, below: str, above: str) -> bool:
    """Whether a row of `below` can tell how a row of `above` stands: every table on the way up says so of the one over it."""
    table = feed.tables[below]
    while table.parent and table.settles_parent:
        if table.parent.table == above:
            return True
        table = feed.tables[table.parent.table]
    return False


def cousin(name: str, row: str, samples: Samples) -> str:
    """The same row of another child: every key but that of the return gains a digit."""
    cells = zip(samples[name][0].split(","), row.split(","), strict=True)
    keys = r"(?!sen2)\w+tableid|LocalPatientID|ServiceRequestID|CareContactID|CareActivityID"
    return ",".join(cell + "9" if re.fullmatch(keys, header) else cell for header, cell in cells)


@pytest.mark.parametrize(("feed", "partner", "samples"), [("sen2", "nottingham", BLADE), ("csds", "RHA", CSDS)])
@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_row_is_marked_when_a_row_anywhere_below_it_was_quarantined(
    settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
    feed: str,
    partner: str,
    samples: Samples,
    data: st.DataObject,
) -> None:
    """A child and its cousin, whose rows are spoilt here and there: what is spoilt marks all that is above it, and no cousin."""
    declared = feeds.load(feed)
    names = {declared_name.lower(): declared_name for declared_name in samples}
    inner = [name for name in names if declared.tables[name].parent or name == "cyp001mpi"]
    spoilt = data.draw(st.sets(st.sampled_from(inner), max_size=3))
    rows: dict[str, list[str]] = {}
    for name in inner:
        first = samples[names[name]][1][0]
        # A repeated key keeps both holders out.
        rows[names[name]] = [*[first] * (2 if name in spoilt else 1), cousin(names[name], first, samples)]
    receipt = accepted(settings, write_files(tmp_path_factory.mktemp("sent"), samples, rows), feed, partner)
    for name in inner:
        above = {table.name for table in declared.ancestors(declared.tables[name])}
        below = {other for other in inner if settles(declared, other, name)}
        found = query(receipt, name, "source_row, has_quarantined_descendant")
        expected = [] if spoilt & (above | {name}) else [(2, bool(spoilt & below))]
        assert found == [*expected, (4 if name in spoilt else 3, False)], name
        total = broken(receipt).get(f"{feed.upper()}.{name}.descendant.quarantined", 0)
        assert total == sum(bool(marked) for _, marked in found)


def test_every_holder_of_a_repeated_key_is_kept_out(settings: Settings, tmp_path: Path) -> None:
    receipt = dry(settings, tmp_path, BLADE, "sen2", senneed=["80,60,SLCN,1", "80,60,ASD,2", "82,60,MLD,2"])
    assert numbers(receipt, "senneed") == (3, 1, 2)
    assert broken(receipt) == {"SEN2.senneed.key.duplicate": 2}  # a need says nothing of how the request stands
    receipt = dry(
        settings, tmp_path / "c", CSDS, "csds", CYP102ServiceTypeReferredTo=["R1,,33,,,,", "R1,,33,,,,", "R1,T2,33,,,,"]
    )
    assert numbers(receipt, "cyp102servicetypereferredto") == (3, 1, 2)


def test_a_wrong_identifier_is_marked_and_takes_no_child_out_of_the_count(settings: Settings, tmp_path: Path) -> None:
    rows = [
        f"P1,{NHS[:-1]}0,Okafor,Ada,2015-05-04,F,NG5,",
        "P2,12345,Lee,Bo,2015-05-04,M,ZZ99 3VZ,",
        "P3,9999999999,Lee,Cy,2015-05-04,M,,",
    ]
    files = write_files(tmp_path, DEMOGRAPHICS, {"demographics_for_linkage": rows})
    receipt = accepted(settings, files, "demographics", "RHA")
    assert numbers(receipt, "demographics") == (3, 3, 0)
    assert broken(receipt) == {
        "DEMOGRAPHICS.demographics.nhsnumber.check_digit": 2,
        "DEMOGRAPHICS.demographics.nhsnumber.format": 1,
        "DEMOGRAPHICS.demographics.postcode.format": 1,
        "DEMOGRAPHICS.demographics.postcode_missing": 1,
        "DEMOGRAPHICS.demographics.postcode_pseudo": 1,
    }
    assert query(receipt, "demographics", "nhsnumber_is_valid, postcode, postcode_is_valid") == [
        (False, "NG5", False),
        (False, "ZZ99 3VZ", False),
        (False, None, None),
    ]


SEN2_FAULTS: list[tuple[str, str, str]] = [
    ("requests", "20,10,2025-Jun-02 00:00:00,1,0,,A,0,0,", "received_in_future"),
    ("requests", "20,10,2014-Sep-02 00:00:00,1,0,,A,0,0,", "born_after_received"),
    ("requests", "20,10,2024-Sep-02 00:00:00,1,0,2024-Aug-01 00:00:00,Y,0,0,", "outcome_before_received"),
    ("requests", "20,10,2024-Sep-02 00:00:00,1,0,,Y,0,0,", "outcome_date_missing"),
    ("requests", "20,10,2024-Sep-02 00:00:00,1,0,2024-Oct-01 00:00:00,A,0,0,", "outcome_date_while_awaiting"),
    ("requests", "20,10,2024-Sep-02 00:00:00,1,0,2025-Apr-01 00:00:00,Y,0,0,", "outcome_in_future"),
    ("assessment", "30,20,Y,2024-Jan-10 00:00:00,0,0,0,0,0", "outcome_before_received"),
    ("assessment", "30,20,Y,,0,0,0,0,0", "issued_without_date"),
    ("assessment", "30,20,N,,0,0,0,0,0", "refused_without_date"),
    ("assessment", "30,20,Y,2025-Jan-10 00:00:00,0,0,0,0,", "week20_missing"),
    ("namedplan", "40,30,2024-Jan-10 00:00:00,,,0,0,,,", "start_before_request"),
    ("namedplan", "40,30,2025-Jan-10 00:00:00,,,0,0,,2024-Dec-01 00:00:00,9", "cease_before_start"),
    ("namedplan", "40,30,2025-Jan-10 00:00:00,,,0,0,,2025-Feb-01 00:00:00,", "cease_reason_missing"),
    ("plandetail", "50,40,,,,,1,0,0", "no_setting"),
    ("placementdetail", "70,60,122400,,,,1,2025-Jan-13 00:00:00,2025-Jan-01 00:00:00,0,0,,", "left_before_entry"),
    ("person", "10,892,1,Okafor,Ada,2015-May-04 00:00:00,F,BAFR,NG5 1AB,,,", "no_identifier_or_reason"),
    ("person", "10,892,1,Okafor,Ada,1995-May-04 00:00:00,F,BAFR,NG5 1AB,,,UN1", "age_over_26"),
    ("senneed", "80,60,SLCN,3", "rank"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "row", "rule"), SEN2_FAULTS, ids=[f"{t}.{r}" for t, _, r in SEN2_FAULTS])
def test_each_sen2_rule_catches_its_fault(settings: Settings, tmp_path: Path, table: str, row: str, rule: str) -> None:
    receipt = dry(settings, tmp_path, BLADE, "sen2", **{table: [row]})
    assert broken(receipt).get(f"SEN2.{table}.{rule}") == 1


def test_sen2_rules_over_several_rows(settings: Settings, tmp_path: Path) -> None:
    open_twice = ["20,10,2024-Sep-02 00:00:00,1,0,,A,0,0,", "21,10,2024-Nov-02 00:00:00,1,0,,A,0,0,"]
    assert broken(dry(settings, tmp_path / "1", BLADE, "sen2", requests=open_twice))["SEN2.requests.two_open"] == 2
    two_primary = ["80,60,SLCN,1", "81,60,ASD,1", "82,60,ASD,2"]
    found = dry(settings, tmp_path / "2", BLADE, "sen2", senneed=two_primary)
    assert broken(found).items() >= {"SEN2.senneed.two_primary": 2, "SEN2.senneed.need_repeated": 2}.items()
    assert numbers(found, "senneed") == (3, 1, 2)
    no_need = dry(settings, tmp_path / "3", BLADE, "sen2", senneed=[])
    assert broken(no_need)["SEN2.activeplans.no_need"] == 1
    assert "SEN2.file.no_rows" in broken(no_need)


CSDS_FAULTS: list[tuple[str, str, str]] = [
    ("CYP101Referral", "R1,P1,QT1,2025-04-04,06,012,,", "received_after_period"),
    ("CYP101Referral", "R1,P1,QT1,2024-11-04,06,012,2024-11-01,", "discharge_before_received"),
    ("CYP101Referral", "R1,P1,QT1,2015-01-04,06,012,,", "received_before_birth"),
    ("CYP101Referral", "R1,P9,QT1,2024-11-04,06,012,,", "parent.orphan"),
    ("CYP102ServiceTypeReferredTo", "R1,T1,33,,2024-11-01,,01", "rejected_before_received"),
    ("CYP102ServiceTypeReferredTo", "R1,T1,33,2024-11-01,,,", "closed_before_received"),
    ("CYP102ServiceTypeReferredTo", "R1,T1,99,,,,", "teamtype.code"),
    ("CYP104RTT", "R1,PW1,02,2024-11-04,2024-11-03,30", "end_before_start"),
    ("CYP104RTT", "R1,PW1,02,2024-11-04,,30", "stop_without_date"),
    ("CYP201CareContact", "C1,R1,T1,2024-10-03,01,01,5,", "attended_before_received"),
    ("CYP201CareContact", "C1,R1,T1,2025-04-03,01,01,5,", "attended_after_period"),
    ("CYP201CareContact", "C1,R1,T1,2025-02-03,01,01,,", "attendance_missing"),
    ("CYP202CareActivity", "A1,C9,03,S1", "parent.orphan"),
    ("CYP001MPI", f"P1,RHA,EE122400,{NHS},07,2015-05-04,NG5 1AB,2,N,N,,", "nhs_number_status"),
    ("CYP001MPI", "P1,RHA,EE122400,,07,2015-05-04,NG5 1AB,2,N,N,,", "nhs_number_missing"),
    ("CYP001MPI", f"P1,RHA,EE122400,{NHS},01,2025-05-04,NG5 1AB,2,N,N,,", "born_after_period"),
    ("CYP000Header", "1.6,RHA,RHA,2024-10-01,2024-12-31,2025-04-10T09:30:00,Demo", "period"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "row", "rule"), CSDS_FAULTS, ids=[f"{t}.{r}" for t, _, r in CSDS_FAULTS])
def test_each_csds_rule_catches_its_fault(settings: Settings, tmp_path: Path, table: str, row: str, rule: str) -> None:
    receipt = dry(settings, tmp_path, CSDS, "csds", **{table: [row]})
    assert broken(receipt).get(f"CSDS.{table.lower()}.{rule}") == 1


def test_csds_patients_that_share_an_nhs_number_are_told_and_stay_on_the_list(
    settings: Settings, tmp_path: Path
) -> None:
    first = CSDS["CYP001MPI"][1][0]
    receipt = dry(settings, tmp_path, CSDS, "csds", CYP001MPI=[first, first.replace("P1,", "P2,", 1)])
    assert broken(receipt)["CSDS.cyp001mpi.nhs_number_shared"] == 2
    assert numbers(receipt, "cyp001mpi") == (2, 2, 0)
    assert numbers(receipt, "cyp101referral") == (1, 1, 0)


def test_rules_on_the_period_hold_their_peace_without_one(settings: Settings, tmp_path: Path) -> None:
    files = write_files(tmp_path, BLADE, {"requests": ["20,10,2099-Jun-02 00:00:00,1,0,,A,0,0,"]})
    assert "SEN2.requests.received_in_future" not in broken(intake.check("sen2", "2025", files, settings))
    assert "SEN2.requests.received_in_future" in broken(intake.check("sen2", "2025", files, settings, period=PERIOD))


def test_a_refused_file_refuses_the_submission_and_still_counts(settings: Settings, tmp_path: Path) -> None:
    receipt = accepted(settings, write_files(tmp_path, BLADE, headers={"requests": "requeststableid,nothing"}))
    assert receipt.status == "rejected"
    assert broken(receipt) == {"SEN2.file.missing_column": 1}
    assert (
        "Blade-Export_01-04-2025_requests.csv: table requests lacks the required column persontableid"
        in receipt.file_messages[0]
    )
    assert all(c.accepted == 0 and c.received == c.quarantined for c in receipt.tables.values())
    assert receipt.folder is not None
    assert sorted(p.name for p in receipt.folder.iterdir()) == [
        "_messages.parquet",
        "_quarantine.parquet",
        "receipt.json",
    ]


def test_a_file_refused_half_way_counts_what_was_read(settings: Settings, tmp_path: Path) -> None:
    files = write_files(tmp_path, BLADE)
    with next(p for p in files if "senneed" in p.name).open("ab") as file:
        file.write(b"82,60,\x00,2\n")
    receipt = accepted(settings, files)
    assert receipt.status == "rejected"
    assert "NUL" in receipt.file_messages[0]
    assert numbers(receipt, "person") == (1, 0, 1)
    assert {str(rules) for (rules,) in query(receipt, "_quarantine", "rules")} == {"['SEN2.file.unreadable']"}


def test_a_rule_may_refuse_the_submission(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = feeds.load("demographics")
    table = feed.tables["demographics"]
    rule = table.rules[0].model_copy(
        update={"code": "DEMOGRAPHICS.demographics.no_good", "when": "sex = 'F'", "outcome": "reject_file"}
    )
    strict = feed.model_copy(update={"tables": {table.name: table.model_copy(update={"rules": (rule,)})}})
    monkeypatch.setattr(feeds, "load", lambda name: strict)
    receipt = accepted(settings, write_files(tmp_path, DEMOGRAPHICS), "demographics", "RHA")
    assert receipt.status == "rejected"
    assert numbers(receipt, "demographics") == (1, 0, 1)


def test_accepting_twice_reads_the_receipt_and_a_new_declaration_reads_the_file(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = send(settings, write_files(tmp_path, BLADE))
    first = intake.accept(settings, submission)
    assert first.folder is not None
    stamp = first.folder.stat().st_mtime_ns
    assert intake.accept(settings, submission) == first
    assert first.folder.stat().st_mtime_ns == stamp
    monkeypatch.setattr(intake, "INTAKE_VERSION", "another")
    assert intake.accept(settings, submission).folder != first.folder


def test_the_same_bytes_give_the_same_parquet(settings: Settings, tmp_path: Path) -> None:
    files = write_files(tmp_path, BLADE)
    one, two = (accepted(settings, files, partner=partner) for partner in ("nottingham", "derby"))
    assert one.folder and two.folder
    for path in one.folder.glob("*.parquet"):
        assert path.read_bytes() == (two.folder / path.name).read_bytes()


def test_a_failure_leaves_no_half_result_and_the_next_attempt_succeeds(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = send(settings, write_files(tmp_path, BLADE))
    place = intake.accepted_folder(settings, submission).parent
    dead = place / ".stage-999999999-ab"
    dead.mkdir(parents=True)
    with monkeypatch.context() as patched:
        patched.setattr(process.results, "write_quarantine", lambda *_: (_ for _ in ()).throw(OSError("killed")))
        with pytest.raises(SendjcError, match=r"OSError at submissions/process\.py"):
            intake.accept(settings, submission)
    assert list(place.iterdir()) == []
    assert intake.accept(settings, submission).status == "accepted"
    assert not [path for path in settings.temp.iterdir() if path.name != "spill"]


def test_a_landed_file_that_was_altered_is_not_read(settings: Settings, tmp_path: Path) -> None:
    submission = send(settings, write_files(tmp_path, BLADE))
    with submission.paths[0].open("a") as file:
        file.write("x\n")
    with pytest.raises(SendjcError, match="altered after it landed"):
        intake.accept(settings, submission)
    submission.paths[0].unlink()
    with pytest.raises(SendjcError, match="missing from landing"):
        intake.accept(settings, submission)


def test_rows_that_do_not_add_up_are_a_fault_of_ours(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sendjc_pipeline.submissions.results._bit", lambda variable: "true")
    rows = {"senneed": ["80,60,SLCN,1", "81,60,ASD,3"]}
    with pytest.raises(SendjcError, match="rows were lost or doubled"):
        intake.check("sen2", None, write_files(tmp_path, BLADE, rows), settings)


def test_a_dry_run_lands_nothing_and_can_leave_its_messages(settings: Settings, tmp_path: Path) -> None:
    files = write_files(tmp_path / "sent", BLADE, {"senneed": ["80,60,SLCN,3"]})
    receipt = intake.check("sen2", None, files, settings, report=tmp_path / "report")
    assert receipt.folder == tmp_path / "report"
    assert [p.name for p in (tmp_path / "report").iterdir()] == ["_messages.parquet"]
    assert not any(settings.landing.iterdir())
    assert not any(settings.restricted.iterdir())
    assert not [path for path in settings.temp.iterdir() if path.name != "spill"]
    with pytest.raises(SendjcError, match=r"not a file: nothing\.csv"):
        intake.check("sen2", None, [tmp_path / "nothing.csv"], settings)


def test_no_value_of_a_cell_reaches_a_message(
    settings: Settings, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = {
        "person": [
            "CANARY1,892,1,CANARY2,CANARY3,CANARY4,CANARY5,CANARY6,CANARY7,CANARY8,CANARY9,CANARYA",
            "11,892,1,CANARYB,ragged", '12,892,1,CANARYC"x,stray,,,,,,,,',
        ],
        "requests": ["20,CANARYD,CANARYE,CANARYF,CANARYG,CANARYH,CANARYI,CANARYJ,CANARYK,CANARYL"],
        "senneed": ["80,60,CANARYM,CANARYN"],
    }  # fmt: skip
    receipt = accepted(settings, write_files(tmp_path, BLADE, rows))
    assert receipt.folder is not None
    told = (
        receipt.model_dump_json()
        + str(query(receipt, "_messages", "*"))
        + (receipt.folder / "receipt.json").read_text()
    )
    output = capfd.readouterr()
    assert "CANARY" not in told + output.out + output.err
    assert "CANARYB" in str(query(receipt, "_quarantine", "payload"))


def test_the_restricted_zone_is_closed_to_others(settings: Settings, tmp_path: Path) -> None:
    accepted(settings, write_files(tmp_path, BLADE))
    assert settings.restricted.stat().st_mode & 0o777 == 0o700


IDS = st.sampled_from(["1", "2", "3", ""])
DATES = st.sampled_from(["2024-Sep-02 00:00:00", "2024-Feb-31 00:00:00", "2026-Jan-01 00:00:00", "", "soon"])
PERSONS = st.lists(
    st.builds(lambda i, d, s: f"{i},892,1,A,B,{d},{s},BAFR,,,,UN1", IDS, DATES, st.sampled_from(["F", "X", ""])),
    max_size=5,
)
REQUESTS = st.lists(
    st.builds(lambda i, p, d, o: f"{i},{p},{d},1,0,,{o},0,0,", IDS, IDS, DATES, st.sampled_from("YAQ")), max_size=5
)
RAGGED = st.sampled_from([[], ["1,2"], ["9,9,9,9,9,9,9,9,9,9,9,9,9,9,9"], ['"'], [""], ['1,"x']])


@hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(persons=PERSONS, requests=REQUESTS, ragged=RAGGED)
def test_received_is_accepted_plus_quarantined_whatever_is_sent(
    settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
    persons: list[str],
    requests: list[str],
    ragged: list[str],
) -> None:
    rows = {"person": [*persons, *ragged], "requests": [*ragged, *requests]}
    receipt = intake.check(
        "sen2", None, write_files(tmp_path_factory.mktemp("sent"), BLADE, rows), settings, period=PERIOD
    )
    lines = {table: sum(1 for line in rows.get(table, body) if line) for table, (_, body) in BLADE.items()}
    assert {name: count.received for name, count in receipt.tables.items()} == lines
    assert all(c.received == c.accepted + c.quarantined for c in receipt.tables.values())
    kept_persons, kept_requests = receipt.tables["person"].accepted, receipt.tables["requests"].accepted
    assert kept_requests == 0 or kept_persons > 0


def test_accepted_rows_of_a_large_file_stand_in_its_order(settings: Settings, tmp_path: Path) -> None:
    file, folder = tmp_path / "demographics_for_linkage.csv", tmp_path / "out"
    folder.mkdir()
    con = connect()
    con.execute(f"""
        copy (select 'P' || i as LocalPatientID, null as NHSNumber, 'A' as Surname, 'B' as Forename,
            case when hash(i) % 7 = 0 then '2015-02-30' else '2015-05-04' end as DateOfBirth, 'F' as Sex,
            'NG5 1AB' as Postcode, null as URN from range(1_300_000) t(i)) to '{file}' (header)""")
    process.process(settings, feeds.load("demographics"), "1", [file], None, folder)
    order = con.execute(
        "select count(*), count(*) filter (source_row < before) from (select source_row, lag(source_row) over"
        " (order by file_row_number) as before from read_parquet(?, file_row_number = true))",
        [str(folder / "demographics.parquet")],
    ).fetchone()
    assert order is not None and 0 < order[0] < 1_300_000 and order[1] == 0
