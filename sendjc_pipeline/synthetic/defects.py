"""Faults planted on purpose, and the list of them: what the intake is measured against.

Belongs here: spoiling rows of text frames in known ways. Does not belong here: which rules catch them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic.draws import Draws, Ints
from sendjc_pipeline.synthetic.tables import ISO

LEDGER = ("feed", "partner", "period", "file", "table", "row", "kind", "column")
KINDS = ("bad_date", "unknown_code", "missing_required", "duplicate_key", "orphan", "discharge_before_received")
BAD = {"bad_date": "2025-02-31", "unknown_code": "9Z", "orphan": "999"}  # a missing value is missing
BAD_BLADE_DATE = "2025-Feb-31 00:00:00"


@dataclass(frozen=True)
class Weak:
    """Where a table can be spoilt: names in lower case of a date, a code, a required column, the link to its parent."""

    date: str | None = None
    code: str | None = None
    required: str | None = None
    parent: str | None = None
    keyed: bool = True
    sequence: tuple[str, str] | None = None

    def column(self, kind: str) -> str | None:
        """Name the column that a kind of fault spoils."""
        return {
            "bad_date": self.date,
            "unknown_code": self.code,
            "missing_required": self.required,
            "orphan": self.parent,
        }[kind]


WEAK = {
    "person": Weak("personbirthdate", "sex", "personbirthdate"),
    "requests": Weak("receiveddate", "requestoutcome", "receiveddate", "persontableid"),
    "assessment": Weak("assessmentoutcomedate", "assessmentoutcome", "assessmentoutcome", "requeststableid"),
    "namedplan": Weak("startdate", "ceasereason", "startdate", "assessmenttableid"),
    "activeplans": Weak("reviewmeeting", "reviewoutcome", None, "requeststableid"),
    "senneed": Weak(None, "sentype", "sentype", "activeplanstableid"),
    "CYP001MPI": Weak("dateofbirth", "gender", "dateofbirth"),
    "CYP101Referral": Weak("referralrequest_receiveddate", None, "referralrequest_receiveddate", "localpatientid",
                           sequence=("referralrequest_receiveddate", "discharge_date")),
    "CYP102ServiceTypeReferredTo": Weak("referral_closuredate", "teamtype", "teamtype", "servicerequestid", False),
    "CYP201CareContact": Weak("contact_date", "attendancestatus", "contact_date", "servicerequestid"),
    "CYP202CareActivity": Weak(None, "activity_type", "activity_type", "carecontactid"),
    "demographics_for_linkage": Weak("dateofbirth", "sex", "localpatientid", keyed=True),
}  # fmt: skip


@dataclass
class Planter:
    """Spoils tables at a rate, and remembers every fault it planted."""

    rate: float
    draws: Draws
    xml: bool = False
    planted: list[tuple[str, int, str, str]] = field(default_factory=list)

    def spoil(self, table: str, frame: pl.DataFrame) -> pl.DataFrame:
        """Spoil a share `rate` of a table's rows, each in one way; duplicates of rows are added at the end.

        A row's number is its line in the file (the header is line 1), or in XML the element's place, from 1.
        """
        weak = WEAK.get(table)
        chosen = self.draws.child(table).sample(np.arange(frame.height), round(frame.height * self.rate))
        if weak is None or not len(chosen):
            return frame
        kinds = self._kinds(weak)
        for number, kind in enumerate(kinds):
            rows = np.sort(chosen[number :: len(kinds)])
            frame = self._plant(table, frame, kind, rows, weak)
        return frame

    def _kinds(self, weak: Weak) -> list[str]:
        able = {
            "bad_date": weak.date, "unknown_code": weak.code, "missing_required": weak.required, "orphan": weak.parent,
            "duplicate_key": weak.keyed or None, "discharge_before_received": weak.sequence,
        }  # fmt: skip
        nested = ("duplicate_key", "orphan") if self.xml else ()
        return [kind for kind in KINDS if able[kind] is not None and kind not in nested]

    def _plant(self, table: str, frame: pl.DataFrame, kind: str, rows: Ints, weak: Weak) -> pl.DataFrame:
        first = 1 if self.xml else 2
        if kind == "duplicate_key":
            places = range(frame.height, frame.height + len(rows))
            self.planted += [(table, place + first, kind, frame.columns[0]) for place in places]
            copies: pl.DataFrame = frame[rows.tolist()]
            return pl.concat([frame, copies])
        names = {name.lower(): name for name in frame.columns}
        column = names[
            str(weak.sequence[1] if kind == "discharge_before_received" and weak.sequence else weak.column(kind))
        ]
        value = pl.lit(BAD.get(kind), pl.String)
        if kind == "bad_date" and not self.xml and f"{table}tableid" in names:
            value = pl.lit(BAD_BLADE_DATE)
        if kind == "discharge_before_received" and weak.sequence:
            received = pl.col(names[weak.sequence[0]]).str.to_date(ISO, strict=False)
            value = (received - pl.duration(days=10)).dt.to_string(ISO)
        self.planted += [(table, place + first, kind, column) for place in rows.tolist()]
        here = pl.int_range(pl.len()).is_in(pl.Series(rows).implode())
        return frame.with_columns(pl.when(here).then(value).otherwise(pl.col(column)).alias(column))


def ledger(planter: Planter, feed: str, partner: str, period: str, files: dict[str, str]) -> pl.DataFrame:
    """List the planted faults of one submission, columns LEDGER; `files` gives each table's file name."""
    rows = [(feed, partner, period, files[fault[0]], *fault) for fault in planter.planted]
    return pl.DataFrame(rows, schema=dict.fromkeys(LEDGER, pl.String) | {"row": pl.Int64}, orient="row")
