"""Small handmade deliveries: a table of cases becomes the files that a partner would send, and goes through the real quarterly job.

Belongs here: Blade and CSDS files from cases, synthetic identifiers, landing, running the job, and reading its results. Does not belong
here: any expected number, nor any rule; those stand in the tests. Nothing of the project computes an identifier or a file here, so
that a mistake in it cannot hide.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from integration.conftest import without_pages
from sendjc_pipeline.commands.run import Order, run_quarter
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings, create_pseudonym_key
from sendjc_pipeline.submissions.ledger import submit
from sendjc_pipeline.submissions.manifest import Submission

QUARTER = Quarter.parse("2024-25-Q4")  # 1 January to 31 March 2025
KNOWN_AT = date(2025, 6, 1)  # more than six weeks later, so figures are final
RECEIVED = datetime(2025, 4, 20, 9, 0, tzinfo=UTC)
LA_CODE = {"nottingham": "892", "nottinghamshire": "891", "derby": "831", "newcastle": "391"}
POSTCODE = {"nottingham": "NG7 2QX", "nottinghamshire": "NG17 1AA", "derby": "DE23 8AA", "newcastle": "NE4 5AA"}
TEAM = {
    "SLT": "33",
    "OT": "23",
    "PT": "26",
    "PAED": "06",
    "HEARING": "17",
    "SCHOOL": "32",
}  # all but two have clocks and no metric
_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Row = Mapping[str, object]
Tables = Mapping[str, Sequence[Row]]


def upn(la: str, serial: int) -> str:
    """A valid UPN: check letter, authority, establishment 2999, year 24, serial (sources 6.1)."""
    digits = f"{la}299924{serial:03d}"
    return _UPN_LETTERS[sum(int(d) * place for place, d in enumerate(digits, start=2)) % 23] + digits


def nhs_number(serial: int) -> str:
    """The valid NHS number of the reserved 999 block for a serial (sources 6.2); a body without a check digit is passed over."""
    for body in (f"999{serial:05d}{last}" for last in range(10)):
        check = (11 - sum(int(d) * weight for d, weight in zip(body, range(10, 1, -1), strict=True)) % 11) % 11
        if check < 10:
            return f"{body}{check}"
    raise AssertionError(serial)


def forename(serial: int) -> str:
    """A name of letters only, another for each serial: names are matched by their letters."""
    return "Golda" + "".join(chr(ord("a") + int(digit)) for digit in f"{serial:03d}")


@dataclass(frozen=True)
class Ehc:
    """One request for an assessment in a council's return, and what came of it.

    decision is "<outcome> [<day>]" of the request; each assessment "<outcome> [<day>] [week20] [tribunal]". plan is "<start>" or
    "<start> <cease day> <cease reason>"; None means that a plan starts on the day on which the last assessment issued one, and ""
    that there is none. child names another case of the same council whose child made this request, too.
    """

    name: str
    received: str
    decision: str
    assessments: tuple[str, ...] = ()
    plan: str | None = None
    transfer_la: str = ""
    exported: str = ""
    tribunal: bool = False
    born: str = "2015-06-09"
    postcode: str = ""
    upn: str = ""
    child: str = ""


class Contact(NamedTuple):
    """One appointment: its day, attendance status, activity (blank for none), service (of a referral to two), mechanism."""

    day: str
    attendance: str
    activity: str = ""
    service: str = ""
    mechanism: str = "01"


@dataclass(frozen=True)
class Referral:
    """One referral to a provider: services are "SLT", "OT", "SLT OT", "SLT PT"; rtt rows are "<start> <end> <status>" with - for no end.

    child names another case of the same provider whose patient was referred again. patient_postcode is the demographics file's.
    """

    name: str
    received: str
    services: str = "SLT"
    contacts: tuple[Contact, ...] = ()
    rtt: tuple[str, ...] = ()
    discharged: str = ""
    rejected: str = ""
    born: str = "2018-06-09"
    postcode: str = POSTCODE["nottingham"]
    patient_postcode: str | None = None
    died: str = ""
    nhs: str = ""
    child: str = ""


def blade_day(day: str) -> str:
    """An ISO day as COLLECT writes it: 2025-Feb-03 00:00:00. Anything else goes through as it is."""
    parts = day.split("-")
    if len(parts) != 3 or not parts[1].isdigit():
        return day
    return f"{parts[0]}-{_MONTHS[int(parts[1]) - 1]}-{parts[2]} 00:00:00"


def sen2_tables(council: str, cases: Sequence[Ehc]) -> dict[str, list[dict[str, object]]]:
    """The nine tables of a council's return; row n of `requests` (the header is row 1) is case n - 2."""
    la = LA_CODE[council]
    tables: dict[str, list[dict[str, object]]] = {
        name: []
        for name in (
            "sen2",
            "person",
            "requests",
            "assessment",
            "namedplan",
            "plandetail",
            "activeplans",
            "placementdetail",
            "senneed",
        )
    }
    tables["sen2"].append({
        "sen2tableid": "1", "collection": "SEN2", "year": "2025", "referencedate": blade_day("2025-03-31"), "lea": la,
        "dmo": "1", "dco": "1", "dsco": "1",
    })  # fmt: skip
    places = {case.name: place for place, case in enumerate(cases)}
    for place, case in enumerate(cases):
        person = f"{la}1{places[case.child or case.name]:03d}"
        request = f"{la}2{place:03d}"
        if not case.child:
            tables["person"].append({
                "persontableid": person, "sen2tableid": "1", "surname": council.title(), "forename": forename(place),
                "personbirthdate": blade_day(case.born), "sex": "F", "ethnicity": "WBRI",
                "postcode": case.postcode or POSTCODE[council], "upn": case.upn or upn(la, place),
                "uniquelearnernumber": "", "upnunknown": "",
            })  # fmt: skip
        outcome, day = [*case.decision.split(), ""][:2]
        tables["requests"].append({
            "requeststableid": request, "persontableid": person, "receiveddate": blade_day(case.received),
            "requestsource": "2", "rya": "0", "requestoutcomedate": blade_day(day), "requestoutcome": outcome,
            "requestmediation": "0", "requesttribunal": int(case.tribunal), "exported": case.exported,
        })  # fmt: skip
        _assess(tables, case, place, la, request)
    return {name: _numbered(rows, name, la) for name, rows in tables.items()}


def _assess(tables: dict[str, list[dict[str, object]]], case: Ehc, place: int, la: str, request: str) -> None:
    plan, assessment = case.plan, ""
    for number, text in enumerate(case.assessments):
        words = text.split()
        day = next((word for word in words[1:] if word[0].isdigit()), "")
        assessment = f"{la}3{place:03d}{number}"
        tables["assessment"].append({
            "assessmenttableid": assessment, "requeststableid": request, "assessmentoutcome": words[0],
            "assessmentoutcomedate": blade_day(day), "assessmentmediation": "0",
            "assessmenttribunal": int("tribunal" in words), "othermediation": "0", "othertribunal": "0",
            "week20": int("week20" in words),
        })  # fmt: skip
        if case.plan is None and words[0] == "Y" and day:
            plan = day
    if not plan:
        return
    start, ceased, reason = [*plan.split(), "", ""][:3]
    named, active = f"{la}4{place:03d}", f"{la}5{place:03d}"
    tables["namedplan"].append({
        "namedplantableid": named, "assessmenttableid": assessment, "startdate": blade_day(start), "planres": "",
        "planwbp": "", "pb": "0", "oa": "0", "dp": "", "ceasedate": blade_day(ceased), "ceasereason": reason,
    })  # fmt: skip
    if ceased and ceased <= "2025-03-31":  # a plan that has ceased is no longer among the active ones
        return
    tables["activeplans"].append({
        "activeplanstableid": active, "requeststableid": request, "transferla": case.transfer_la, "reviewmeeting": "",
        "reviewoutcome": "", "reviewdraft": "", "phasetransferduedate": "", "phasetransferfinaldate": "",
        "lastreview": "",
    })  # fmt: skip
    place_of_study = {"urn": "122400", "ukprn": "", "sensetting": "", "sensettingother": "", "placementrank": "1",
                      "senunitindicator": "0", "resourcedprovisionindicator": "0"}  # fmt: skip
    tables["plandetail"].append({"plandetailtableid": f"{la}6{place:03d}", "namedplantableid": named, **place_of_study})
    tables["placementdetail"].append({
        "placementdetailtableid": f"{la}7{place:03d}", "activeplanstableid": active, **place_of_study,
        "entrydate": blade_day(start), "leavingdate": "", "res": "", "wbp": "",
    })  # fmt: skip
    tables["senneed"].append({
        "senneedtableid": f"{la}8{place:03d}", "activeplanstableid": active, "sentype": "SLCN", "sentyperank": "1",
    })  # fmt: skip


def _numbered(rows: list[dict[str, object]], table: str, la: str) -> list[dict[str, object]]:
    key = f"{table}tableid"
    return [
        {key: row[key], "NativeId": la, f"{table}orderseqcolumn": place, "sourceid": "1", **row}
        for place, row in enumerate(rows, start=1)
    ]


def csds_tables(provider: str, cases: Sequence[Referral], first: int = 0) -> dict[str, list[dict[str, object]]]:
    """The CSDS tables of a provider and its patient list; row n of CYP101Referral is case n - 2.

    `first` is the number of case 0, which its identifiers are made of.
    """
    tables: dict[str, list[dict[str, object]]] = {
        "CYP000Header": [{
            "Version": "1.6", "OrgID_Provider": provider, "OrgID_Submitter": provider, "RP_StartDate": "2025-01-01",
            "RP_EndDate": "2025-03-31", "FileCreation_DateTime": "2025-04-10T09:30:00", "PrimarySystem": "Golden",
        }],
        "CYP001MPI": [], "CYP101Referral": [], "CYP102ServiceTypeReferredTo": [], "CYP104RTT": [],
        "CYP201CareContact": [], "CYP202CareActivity": [], "demographics_for_linkage": [],
    }  # fmt: skip
    places = {case.name: place for place, case in enumerate(cases)}
    for place, case in enumerate(cases):
        patient, request = (
            f"{provider}P{first + places[case.child or case.name]:03d}",
            f"{provider}R{first + place:03d}",
        )
        if not case.child:
            _patient(tables, case, patient, first + place)
        tables["CYP101Referral"].append({
            "ServiceRequestID": request, "LocalPatientID": patient, "OrgID_Commissioner": "QT1",
            "ReferralRequest_ReceivedDate": case.received, "SourceOfReferral": "06", "PrimaryReferralReason": "012",
            "Discharge_Date": case.discharged, "Discharge_LetterIssuedDate": "",
        })  # fmt: skip
        for service in case.services.split():
            tables["CYP102ServiceTypeReferredTo"].append({
                "ServiceRequestID": request, "TeamID_Local": f"{provider}{service}", "TeamType": TEAM[service],
                "Referral_ClosureDate": case.discharged, "Referral_RejectionDate": case.rejected,
                "Referral_ClosureReason": "", "Referral_RejectionReason": "01" if case.rejected else "",
            })  # fmt: skip
        _attend(tables, case, provider, request, first + place)
    return tables


def _patient(tables: dict[str, list[dict[str, object]]], case: Referral, patient: str, serial: int) -> None:
    number = case.nhs or nhs_number(serial)
    tables["CYP001MPI"].append({
        "LocalPatientID": patient, "OrgID_LocalPatientID": "", "OrgID_EducationEstablishment": "EE122400",
        "NHSNumber": number, "NHSNumber_Status": "01", "DateOfBirth": case.born, "Postcode": case.postcode,
        "Gender": "2", "EthnicCategory": "A", "ChildLookedAfter_Indicator": "N", "EducationAssessment": "",
        "PersonDeathDate": case.died,
    })  # fmt: skip
    listed = case.postcode if case.patient_postcode is None else case.patient_postcode
    tables["demographics_for_linkage"].append({
        "LocalPatientID": patient, "NHSNumber": number, "Surname": "Goldenchild", "Forename": forename(serial),
        "DateOfBirth": case.born, "Sex": "F", "Postcode": listed, "URN": "122400",
    })  # fmt: skip


def _attend(
    tables: dict[str, list[dict[str, object]]], case: Referral, provider: str, request: str, place: int
) -> None:
    for number, text in enumerate(case.rtt):
        start, end, status = text.split()
        tables["CYP104RTT"].append({
            "ServiceRequestID": request, "PatientPathwayID": f"{request}W{number}", "WaitingTime_MeasurementType": "02",
            "RTT_StartDate": start, "RTT_EndDate": end.strip("-") and end, "RTT_Status": status,
        })  # fmt: skip
    for number, contact in enumerate(case.contacts):
        identity = f"{provider}C{place:03d}{number}"
        service = contact.service or case.services.split()[0]
        tables["CYP201CareContact"].append({
            "CareContactID": identity, "ServiceRequestID": request, "TeamID_Local": f"{provider}{service}",
            "Contact_Date": contact.day, "Consultation_Type": "01", "ConsMechanism": contact.mechanism,
            "AttendanceStatus": contact.attendance,
            "Contact_CancellationDate": contact.day if contact.attendance in ("2", "4") else "",
        })  # fmt: skip
        if contact.activity:
            tables["CYP202CareActivity"].append({
                "CareActivityID": f"{identity}A", "CareContactID": identity, "Activity_Type": contact.activity,
                "CareProfessionalID_Local": f"{provider}S1",
            })  # fmt: skip


# Headers of tables that a delivery may leave without rows.
_HEADERS = {
    name: list(rows[0])
    for tables in (
        sen2_tables("derby", [Ehc("any", "2024-09-16", "Y 2024-10-01", ("Y 2025-01-01",))]),
        csds_tables("RHA", [Referral("any", "2024-09-16", contacts=(Contact("2025-01-01", "5", "03"),), rtt=("2024-09-16 - 10",))]),
    )
    for name, rows in tables.items()
}  # fmt: skip


def write_tables(folder: Path, tables: Tables) -> dict[str, Path]:
    """One CSV per table, named as the partner's system names it; returns {table: path}."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for name, rows in tables.items():
        is_blade = not name.startswith(("CYP", "MHS", "demographics"))
        paths[name] = folder / (f"Blade-Export_05-04-2025_{name}.csv" if is_blade else f"{name}.csv")
        with paths[name].open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, _HEADERS.get(name) or list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return paths


def new_home(folder: Path) -> Settings:
    """A home with a key and nothing else."""
    settings = Settings(folder, "test").make_zones()
    create_pseudonym_key(settings)
    return settings


def land(
    settings: Settings,
    partner: str,
    feed: str,
    files: Iterable[Path],
    period: str = QUARTER.label,
    spec: str | None = None,
) -> Submission:
    """Submit files for the quarter, or for another period, in the feed's newest layout or another."""
    return submit(settings, partner, feed, period, sorted(files), spec, received_at=RECEIVED)


def land_sen2(settings: Settings, folder: Path, council: str, cases: Sequence[Ehc]) -> Submission:
    """Write and submit a council's return."""
    return land(settings, council, "sen2", write_tables(folder / council, sen2_tables(council, cases)).values())


def land_csds(settings: Settings, folder: Path, provider: str, cases: Sequence[Referral], first: int = 0) -> Submission:
    """Write and submit a provider's extract and its patient list; returns the extract's submission."""
    paths = write_tables(folder / provider, csds_tables(provider, cases, first))
    land(settings, provider, "demographics", [paths.pop("demographics_for_linkage")])
    return land(settings, provider, "csds", paths.values())


def run_job(settings: Settings) -> int:
    """What `sendjc run` does: the real quarterly job in this process; returns its exit code."""
    with without_pages():
        return run_quarter(settings, Order(QUARTER, KNOWN_AT))


class Results:
    """What a run left: the quarter's warehouse (before suppression) and the current release."""

    def __init__(self, settings: Settings, exit_code: int) -> None:
        self.settings = settings
        self.exit_code = exit_code

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Ask the warehouse."""
        path = self.settings.warehouse / f"{QUARTER.label}.duckdb"
        with duckdb.connect(str(path), read_only=True) as con:
            return con.execute(sql, parameters).fetchall()

    def released(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Ask the published metric_quarterly, which the query calls RELEASED."""
        path = self.settings.published / "current" / "metric_quarterly.parquet"
        return duckdb.execute(sql.replace("RELEASED", f"read_parquet('{path}')"), parameters).fetchall()

    def figure(
        self, metric: str, area: str, window: str, service: str
    ) -> tuple[float | None, float | None, float | None]:
        """(numerator, denominator, value) of a figure before suppression."""
        found = self.rows(
            "select numerator, denominator, value from metric_quarterly where breakdown_topic = 'Total' and metric_id = ? and area_id = ?"
            " and time_window = ? and service = ?", metric, area, window, service,
        )  # fmt: skip
        assert len(found) == 1, f"{len(found)} rows for {metric} {area} {window} {service}"
        return found[0]

    def clock(self, case: str, row: int, submission: Submission, clock_id: str) -> dict[str, Any]:
        """The clock of the case that the request or referral in `row` of a submission began."""
        columns = ("status", "wait_days", "is_over_limit", "is_counted", "stop_date", "end_date", "start_date", "area_id",
                   "is_impossible", "is_rejected", "is_aged_out", "is_deceased", "is_not_resident", "is_historical",
                   "is_excepted", "is_duplicate_in_spell", "nullified", "is_incomplete", "stop_event", "person_key", "wait_band")  # fmt: skip
        shown = ", ".join(f"clock.{column}" for column in columns)
        found = self.rows(
            f"select {shown} from fct_clock as clock inner join fct_event as event"
            " on clock.case_id = event.case_id and clock.service = event.service"
            " where event.event_type in ('request_received', 'referral_received', 'advice_requested') and event.submission_id = ?"
            " and event.source_row = ? and clock.clock_id = ?",
            submission.submission_id, row, clock_id,
        )  # fmt: skip
        assert len(found) == 1, f"{len(found)} clocks {clock_id} for {case}"
        return dict(zip(columns, found[0], strict=True))


def approximately(value: float | None) -> object:
    """A figure to compare with, to nine digits; None stays None."""
    return value if value is None else pytest.approx(value, rel=1e-9)
