"""Small accepted submissions for the identity tests, written as intake writes them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from sendjc_pipeline import feeds
from sendjc_pipeline.identity.pseudonym import Keys
from sendjc_pipeline.identity.pseudonymise import IdentityResult, resolve_and_pseudonymise
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions.casting import INCOMPLETE, PARQUET_TYPES
from sendjc_pipeline.submissions.manifest import Submission, SubmittedFile
from sendjc_pipeline.submissions.receipt import Receipt

SECRET = bytes(range(32))
KEY = Keys.of_master(SECRET)
Q4 = Quarter.parse("2024-25-Q4")
Row = Mapping[str, object]
Delivery = tuple[Submission, Receipt]


def upn(serial: int) -> str:
    """A valid UPN of Nottingham for a serial."""
    digits = f"892400024{serial:03d}"
    return "ABCDEFGHJKLMNPQRTUVWXYZ"[sum(int(d) * p for p, d in enumerate(digits, start=2)) % 23] + digits


def nhs(serial: int) -> str:
    """A valid NHS number of the reserved block; the first at or after a serial that has a check digit."""
    while True:
        body = f"999{serial:06d}"
        check = (11 - sum(int(d) * w for d, w in zip(body, range(10, 1, -1), strict=True)) % 11) % 11
        if check < 10:
            return f"{body}{check}"
        serial += 100_000


def write_table(folder: Path, feed: str, table: str, rows: Sequence[Row]) -> None:
    """Write an accepted table: declared columns, <column>_is_valid, INCOMPLETE (false unless told), source_file and source_row."""
    declared = feeds.load(feed).tables[table].columns
    known = {column.key for column in declared}
    assert all(set(row) <= known | {INCOMPLETE} for row in rows), f"unknown column for {feed}.{table}"
    types = {column.key: PARQUET_TYPES.get(column.type, "VARCHAR") for column in declared}
    types |= {f"{column.key}_is_valid": "BOOLEAN" for column in declared if column.is_checked} | {INCOMPLETE: "BOOLEAN"}
    con = duckdb.connect()
    columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
    con.execute(f"create table t ({columns}, source_file varchar, source_row bigint)")
    for number, row in enumerate(rows, start=2):
        values = [row.get(name, False if name == INCOMPLETE else None) for name in types]
        con.execute(f"insert into t values ({', '.join('?' * (len(values) + 2))})", [*values, f"{table}.csv", number])
    folder.mkdir(parents=True, exist_ok=True)
    # Last row first: nothing may lean on the order of rows within an accepted file.
    con.execute(f"copy (from t order by source_row desc) to '{folder / table}.parquet' (format parquet)")
    con.close()


def deliver(
    home: Path,
    feed: str,
    partner: str,
    period: str,
    tables: Mapping[str, Sequence[Row]],
    received: datetime = datetime(2025, 4, 10, 9, tzinfo=UTC),
) -> Delivery:
    """An accepted submission with these tables."""
    number = hashlib.sha256(f"{feed}|{partner}|{period}|{received}".encode()).hexdigest()[:16]
    folder = home / "restricted" / "accepted" / feed / number
    for table, rows in tables.items():
        write_table(folder, feed, table, rows)
    file = SubmittedFile(name="a.csv", sha256="0" * 64, bytes=0)
    spec = feeds.load(feed).default_spec
    submission = Submission(
        submission_id=number, partner=partner, feed=feed, spec=spec, period=period, received_at=received, files=(file,)
    )
    receipt = Receipt(
        submission_id=number, feed=feed, partner=partner, period=period, spec=spec, status="accepted", tables={},
        messages_total=[], file_messages=[], folder=folder,
    )  # fmt: skip
    return submission, receipt


def pupil(number: str, **values: object) -> Row:
    """A row of sen2.person; born 2015-06-15, a girl, unless told otherwise."""
    return {"persontableid": number, "sen2tableid": "1", "personbirthdate": date(2015, 6, 15), "sex": "F", **values}


def patient(number: str, **values: object) -> Row:
    """A row of csds.cyp001mpi, likewise."""
    return {"localpatientid": number, "dateofbirth": date(2015, 6, 15), "gender": "2", **values}


def listed(number: str, **values: object) -> Row:
    """A row of demographics, likewise."""
    return {"localpatientid": number, "dateofbirth": date(2015, 6, 15), "sex": "F", **values}


class Scene:
    """A home with submissions, and what identity makes of them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.deliveries: list[Delivery] = []

    def sen2(self, partner: str, *rows: Row, period: str = "2024-25-Q4", **tables: Sequence[Row]) -> Scene:
        """Add a SEN2 return with these children."""
        return self._add("sen2", partner, period, {"person": rows, **tables})

    def csds(self, partner: str, *rows: Row, period: str = "2025-03", **tables: Sequence[Row]) -> Scene:
        """Add a CSDS extract with these patients."""
        return self._add("csds", partner, period, {"cyp001mpi": rows, **tables})

    def demographics(self, partner: str, *rows: Row, period: str = "2024-25-Q4") -> Scene:
        """Add a patient list."""
        return self._add("demographics", partner, period, {"demographics": rows})

    def _add(self, feed: str, partner: str, period: str, tables: Mapping[str, Sequence[Row]]) -> Scene:
        self.deliveries.append(deliver(self.settings.home, feed, partner, period, tables))
        return self

    def run(self, quarter: Quarter = Q4, key: Keys = KEY) -> IdentityResult:
        """Resolve and pseudonymise."""
        return resolve_and_pseudonymise(self.settings, quarter, self.deliveries, key)

    @property
    def identity(self) -> Path:
        return self.settings.restricted / "identity" / Q4.label

    @property
    def pseudonymised(self) -> Path:
        return self.settings.restricted / "pseudonymised" / Q4.label

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """Ask person and person_link."""
        con = duckdb.connect()
        for name in ("person", "person_link"):
            con.execute(f"create view {name} as from read_parquet('{self.identity / name}.parquet')")
        return con.execute(sql).fetchall()

    def children(self) -> list[list[str]]:
        """Groups of records that became one child, as '<partner>/<feed>/<method>'."""
        rows = self.query("""
            select list_sort(list(partner || '/' || feed || '/' || method)) as records
            from person_link group by person_key order by records""")
        return [list(row[0]) for row in rows]  # type: ignore[call-overload]
