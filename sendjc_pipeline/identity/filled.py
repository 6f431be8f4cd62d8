"""A worklist that comes back, and what is wrong with it.

Belongs here: reading the file and judging its rows. Does not belong here: what becomes of verdicts (verdicts.py). Only pair, verdict
and reviewer are looked at, and no message quotes a cell. Rows are taken apart one by one only until they are a table, for reviewers send
ragged ones, which no reader of tables takes.
"""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from sendjc_pipeline.identity.decisions import RESTORE, VERDICTS
from sendjc_pipeline.identity.failure import guarded
from sendjc_pipeline.settings import SendjcError
from sendjc_pipeline.submissions.report.names import looks_plain

_READ = ("pair", "verdict", "reviewer")
_LONGEST = 50 << 20  # bytes; a worklist of 100,000 pairs has some 20 MB
_DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Fault:
    """What is wrong with a row (None: the whole file), by its rule, in words, with the remedy; never a cell's value."""

    row: int | None
    rule: str
    message: str
    remedy: str


@dataclass(frozen=True)
class Filled:
    """A worklist that came back: (pair, verdict) of the rows that were filled in, how many were not, and the faults."""

    verdicts: pl.DataFrame
    blank: int
    faults: list[Fault]


def shown_name(path: Path) -> str:
    """The file's name, unless somebody put what looks like an identifier into it."""
    return path.name if looks_plain(path.name) else "the worklist (name withheld)"


def read(con: duckdb.DuckDBPyConnection, path: Path, reviewer: str, on: date) -> Filled:
    """Read a worklist that a reviewer has filled in and judge it.

    Args:
        con: from verdicts.opened.
        path: the workbook or the CSV file.
        reviewer: whose verdicts they are.
        on: the day of the decisions.

    Raises:
        SendjcError: the file is no workbook or CSV file, or it is too large.

    """
    table = _rows(path)
    header = [cell.strip().lower() for cell in table[0]] if table else []
    if any(header.count(name) != 1 for name in _READ):
        words = f"the columns {', '.join(_READ)} are not all there, once each, in the first row"
        fault = Fault(None, "REVIEW.columns", words, "export the worklist again and fill in its column verdict only")
        return Filled(pl.DataFrame(schema={"pair": pl.String, "verdict": pl.String}), 0, [fault])
    places = [header.index(name) for name in _READ]
    cells = [[row[place] if place < len(row) else "" for place in places] for row in table[1:]]
    frame = pl.DataFrame(cells, schema=dict.fromkeys(_READ, pl.String), orient="row").with_row_index("row", offset=2)
    frame = frame.select(pl.col("row"), pl.col("pair").str.strip_chars(), *(pl.col(n).str.strip_chars().str.to_lowercase() for n in _READ[1:]))  # fmt: skip
    filled = frame.filter(pl.col("verdict") != "")
    faults = _faults(con, filled, reviewer, on)
    blank = frame.filter((pl.col("verdict") == "") & (pl.col("pair") != "")).height
    return Filled(filled.select("pair", "verdict"), blank, faults)


_RULES = {
    "REVIEW.verdict": (
        f"verdict not in ({', '.join(repr(verdict) for verdict in VERDICTS)})",
        f"the verdict is none of {', '.join(VERDICTS)}",
        "choose one of them, or leave the cell empty until you know",
    ),
    "REVIEW.pair_missing": (
        "pair = ''",
        "there is a verdict and no pair",
        "take the pair from the worklist as exported",
    ),
    "REVIEW.pair_unknown": (
        "pair <> '' and issued_on is null",
        "this pair was never exported for this reviewer in this home",
        "take the pair from the worklist as exported, or export a new one",
    ),
    "REVIEW.pair_twice": (
        "pair <> '' and times > 1",
        "the pair has a verdict in several rows",
        "leave the verdict in one of them",
    ),
    "REVIEW.reviewer": (
        "reviewer <> $name",
        "the row is of another reviewer's worklist",
        "import it with --reviewer of the person who filled it in",
    ),
    "REVIEW.day": (
        "issued_on > $day",
        "the day of the decision lies before the day of the export",
        "give --on the day on which the pairs were decided",
    ),
}


@guarded("judging a worklist", RESTORE)
def _faults(con: duckdb.DuckDBPyConnection, filled: pl.DataFrame, reviewer: str, on: date) -> list[Fault]:
    con.register("filled", filled.to_arrow())
    marks = ", ".join(f"case when {when} then '{rule}' end" for rule, (when, _, _) in _RULES.items())
    found = con.execute(
        f"""
        select row, unnest(list_filter([{marks}], lambda rule: rule is not null)) as rule
        from (
            select filled.*, issued.issued_on, count(*) over (partition by filled.pair) as times
            from filled
            left join issued on filled.pair = issued.pair and issued.reviewer = $name
        )
        order by row, rule""",
        {"name": reviewer, "day": on},
    ).fetchall()
    con.unregister("filled")
    return [Fault(int(row), rule, *_RULES[rule][1:]) for row, rule in found]


def _rows(path: Path) -> list[list[str]]:
    if path.stat().st_size > _LONGEST:
        raise SendjcError(
            f"{shown_name(path)} is larger than {_LONGEST >> 20} MB, which no worklist is: give the file that was exported."
        )
    content = path.read_bytes()
    if zipfile.is_zipfile(io.BytesIO(content)):
        return _sheet(shown_name(path), content)
    # What does not decode is in columns that are not looked at.
    lines = content.decode("utf-8-sig", errors="replace")
    first = lines.partition("\n")[0]
    try:
        return list(csv.reader(io.StringIO(lines, newline=""), delimiter=max(_DELIMITERS, key=first.count)))
    except csv.Error:
        pass
    raise SendjcError(
        f"{shown_name(path)} cannot be read as CSV or XLSX: save the worklist as one of them and import it again."
    )


def _sheet(name: str, content: bytes) -> list[list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_object(io.BytesIO(content))
        sheet = book.get_sheet_by_name("worklist" if "worklist" in book.sheet_names else book.sheet_names[0])
        return [[str(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    except (CalamineError, zipfile.BadZipFile, IndexError, ValueError):
        pass
    raise SendjcError(f"{name} cannot be read as a workbook: save the worklist as XLSX or CSV and import it again.")
