"""Tiny handcrafted partner files: one sound child in each feed, to be spoiled by the tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

PERIOD = "2024-25-Q4"
UPN = "E892400024001"
NHS = "9990000018"

BLADE: dict[str, tuple[str, list[str]]] = {
    "sen2": ("sen2tableid,NativeId,sen2orderseqcolumn,sourceid,collection,year,referencedate,lea,dmo,dco,dsco",
             ["1,892,1,77,SEN2,2025,2025-Jan-16 00:00:00,892,1,1,1"]),
    "person": ("persontableid,NativeId,sen2tableid,surname,forename,personbirthdate,sex,ethnicity,postcode,upn,"
               "uniquelearnernumber,upnunknown",
               [f"10,892,1,Okafor,Ada,2015-May-04 00:00:00,F,BAFR,NG5 1AB,{UPN},,"]),
    "requests": ("requeststableid,persontableid,receiveddate,requestsource,rya,requestoutcomedate,requestoutcome,"
                 "requestmediation,requesttribunal,exported",
                 ["20,10,2024-Sep-02 00:00:00,1,0,2024-Oct-01 00:00:00,Y,0,0,"]),
    "assessment": ("assessmenttableid,requeststableid,assessmentoutcome,assessmentoutcomedate,assessmentmediation,"
                   "assessmenttribunal,othermediation,othertribunal,week20",
                   ["30,20,Y,2025-Jan-10 00:00:00,0,0,0,0,0"]),
    "namedplan": ("namedplantableid,assessmenttableid,startdate,planres,planwbp,pb,oa,dp,ceasedate,ceasereason",
                  ["40,30,2025-Jan-10 00:00:00,,,0,0,,,"]),
    "plandetail": ("plandetailtableid,namedplantableid,urn,ukprn,sensetting,sensettingother,placementrank,"
                   "senunitindicator,resourcedprovisionindicator",
                   ["50,40,122400,,,,1,0,0"]),
    "activeplans": ("activeplanstableid,requeststableid,transferla,reviewmeeting,reviewoutcome,reviewdraft,"
                    "phasetransferduedate,phasetransferfinaldate,lastreview",
                    ["60,20,,,,,,,"]),
    "placementdetail": ("placementdetailtableid,activeplanstableid,urn,ukprn,sensetting,sensettingother,placementrank,"
                        "entrydate,leavingdate,senunitindicator,resourcedprovisionindicator,res,wbp",
                        ["70,60,122400,,,,1,2025-Jan-13 00:00:00,,0,0,,"]),
    "senneed": ("senneedtableid,activeplanstableid,sentype,sentyperank", ["80,60,SLCN,1", "81,60,ASD,2"]),
}  # fmt: skip

CSDS: dict[str, tuple[str, list[str]]] = {
    "CYP000Header": ("Version,OrgID_Provider,OrgID_Submitter,RP_StartDate,RP_EndDate,FileCreation_DateTime,PrimarySystem",
                     ["1.6,RHA,RHA,2025-01-01,2025-03-31,2025-04-10T09:30:00,Demo"]),
    "CYP001MPI": ("LocalPatientID,OrgID_LocalPatientID,OrgID_EducationEstablishment,NHSNumber,NHSNumber_Status,DateOfBirth,"
                  "Postcode,Gender,EthnicCategory,ChildLookedAfter_Indicator,EducationAssessment,PersonDeathDate",
                  [f"P1,RHA,EE122400,{NHS},01,2015-05-04,NG5 1AB,2,N,N,,"]),
    "CYP101Referral": ("ServiceRequestID,LocalPatientID,OrgID_Commissioner,ReferralRequest_ReceivedDate,SourceOfReferral,"
                       "PrimaryReferralReason,Discharge_Date,Discharge_LetterIssuedDate",
                       ["R1,P1,QT1,2024-11-04,06,012,,"]),
    "CYP102ServiceTypeReferredTo": ("ServiceRequestID,TeamID_Local,TeamType,Referral_ClosureDate,Referral_RejectionDate,"
                                    "Referral_ClosureReason,Referral_RejectionReason", ["R1,T1,33,,,,"]),
    "CYP104RTT": ("ServiceRequestID,PatientPathwayID,WaitingTime_MeasurementType,RTT_StartDate,RTT_EndDate,RTT_Status",
                  ["R1,PW1,02,2024-11-04,2025-02-03,30"]),
    "CYP201CareContact": ("CareContactID,ServiceRequestID,TeamID_Local,Contact_Date,Consultation_Type,ConsMechanism,"
                          "AttendanceStatus,Contact_CancellationDate", ["C1,R1,T1,2025-02-03,01,01,5,"]),
    "CYP202CareActivity": ("CareActivityID,CareContactID,Activity_Type,CareProfessionalID_Local", ["A1,C1,03,S1"]),
}  # fmt: skip

DEMOGRAPHICS = {
    "demographics_for_linkage": (
        "LocalPatientID,NHSNumber,Surname,Forename,DateOfBirth,Sex,Postcode,URN",
        [f"P1,{NHS},Okafor,Ada,2015-05-04,F,NG5 1AB,122400"],
    )
}

Samples = Mapping[str, tuple[str, Sequence[str]]]


def write_files(
    folder: Path,
    samples: Samples,
    rows: Mapping[str, Sequence[str]] | None = None,
    without: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
) -> list[Path]:
    """Write one CSV per table; `rows` replaces a table's rows, `headers` its header, `without` leaves tables out."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, (header, sound) in samples.items():
        if name in without:
            continue
        path = folder / (f"Blade-Export_01-04-2025_{name}.csv" if samples is BLADE else f"{name}.csv")
        lines = [(headers or {}).get(name, header), *(rows or {}).get(name, sound)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        written.append(path)
    return written


def broken(receipt: object) -> dict[str, int]:
    """{rule: count} of a receipt."""
    return {total.rule: total.count for total in receipt.messages_total}  # type: ignore[attr-defined]


def numbers(receipt: object, table: str) -> tuple[int, int, int]:
    """(received, accepted, quarantined) of a table."""
    count = receipt.tables[table]  # type: ignore[attr-defined]
    return count.received, count.accepted, count.quarantined
