"""The DfE supporting table of appeals to the SEND Tribunal: two header rows over a wide table, with notes below.

Here: one row per authority, year and measure, and the naming of every authority that stands under another's code.
Not here: the release's data files (ees_figure.py), or what '-' and '..' mean.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import duckdb

from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.submissions.readers import FileRejected, FileWarning, empty_raw_table, rule_code
from sendjc_pipeline.submissions.readers.ees_layout import Sent

_AUTHORITIES = Path(__file__).resolve().parents[3] / "seeds" / "reference" / "local_authority.csv"
# Footnote marks hang on to the last word: 'Cumberland8', 'Total Appealable Decisions1,9'.
_MARKS = r"\d+(,\d+)*$"


def read_tribunals(con: duckdb.DuckDBPyConnection, feed: Feed, files: Sequence[Sent]) -> list[FileWarning]:
    """Fill raw_tribunal; one warning for each authority that the file gives another's code.

    Raises:
        FileRejected: <FEED>.file.encoding or .missing_column (no 'Local Authority', 'LA code' header row).
    """
    target = empty_raw_table(con, feed.tables["tribunal"])
    for item in files:
        header, measures = _header(feed, item)
        _insert(con, target, item, header, measures)
    return _wrong_codes(con, feed, target)


def _header(feed: Feed, item: Sent) -> tuple[int, list[tuple[str, str, str]]]:
    """The index of the lower header row, and (place, year, measure) of each column of figures."""
    try:
        with item.path.open(encoding="utf-8-sig", newline="") as text:
            rows = [row for _, row in zip(range(20), csv.reader(text), strict=False)]
    except UnicodeDecodeError:
        raise _rejected(feed, "encoding", item, "it is not a UTF-8 CSV") from None
    labels = [[cell.strip().lower() for cell in row[:2]] for row in rows]
    if ["local authority", "la code"] not in labels[:-1]:
        raise _rejected(feed, "missing_column", item, "it has no header row with Local Authority and LA code")
    upper = labels.index(["local authority", "la code"])
    # A year stands over the first of its columns only.
    years = list(accumulate(map(str.strip, rows[upper]), _latest))
    named = [(place, years[place], _measure(cell)) for place, cell in enumerate(rows[upper + 1]) if cell.strip()]
    return upper + 1, [(f"column{place:02d}", year, measure) for place, year, measure in named]


def _latest(last: str, cell: str) -> str:
    return cell or last


def _measure(header: str) -> str:
    words = re.sub(_MARKS, "", header.strip()).lower()
    return re.sub(r"[^a-z]+", "_", words).strip("_")


def _insert(
    con: duckdb.DuckDBPyConnection, target: str, item: Sent, header: int, measures: list[tuple[str, str, str]]
) -> None:
    places = ", ".join(place for place, _, _ in measures)
    width = max(int(place.removeprefix("column")) for place, _, _ in measures) + 1
    columns = {f"column{place:02d}": "VARCHAR" for place in range(width)}
    con.execute("create or replace temp table tribunal_column (place varchar, year varchar, measure varchar)")
    con.executemany("insert into tribunal_column values (?, ?, ?)", [list(row) for row in measures])
    con.execute(
        f"""
        insert into {target} by name
        with line as (
            select *, row_number() over () as source_row
            from read_csv(?, columns = {columns}, auto_detect = false, header = false, delim = ',', quote = '"',
                escape = '"', null_padding = true, parallel = false, nullstr = '')
        ),

        -- Headings of regions and the notes below the table have no figures.
        authority as (
            select *, trim(regexp_replace(column00, '{_MARKS}', '')) as la_name, nullif(trim(column01), '') as given
            from line
            where source_row > ? and trim(concat({places})) <> ''
        ),

        known as (
            select lower(unnest([area_name, also_known_as])) as name, old_la_code, valid_to is null as is_current
            from read_csv(?, all_varchar = true, header = true)
            where old_la_code is not null
        ),

        -- A name may have had two codes (Dorset): the code given is right if it is any of them.
        coded as (
            select authority.*,
                (select coalesce(max(known.old_la_code) filter (known.old_la_code = authority.given),
                        max_by(known.old_la_code, known.is_current))
                    from known where known.name = lower(authority.la_name)) as expected
            from authority
        )

        select la_name, given as old_la_code, expected as expected_la_code,
            if(starts_with(la_name, 'England '), 'National', 'Local authority') as geographic_level,
            tribunal_column.year, tribunal_column.measure, trim(value_text) as value_text,
            ? as source_file, source_row
        from (from coded unpivot include nulls (value_text for place in ({places})))
        inner join tribunal_column using (place)
        order by source_row, place
        """,
        [str(item.path), header + 1, str(_AUTHORITIES), item.name],
    )


def _wrong_codes(con: duckdb.DuckDBPyConnection, feed: Feed, target: str) -> list[FileWarning]:
    """One warning per authority whose code is another's. Names of authorities are not personal data."""
    rows = con.execute(
        f"""
        select source_file, min(source_row), la_name, old_la_code, expected_la_code from {target}
        where old_la_code <> expected_la_code group by all order by 1, 2
        """
    ).fetchall()
    return [
        FileWarning(
            f"{feed.name.upper()}.tribunal.la_code",
            file,
            f"row {row}: {name} is given the code {given}; its code is {expected}",
            "The row is in quarantine and joined to nothing. Tell DfE.",
        )
        for file, row, name, given, expected in rows
    ]


def _rejected(feed: Feed, fault: str, item: Sent, message: str) -> FileRejected:
    return FileRejected(rule_code(feed, fault), item.name, message, "Download the file again.")
