"""report.xlsx: the sheets Summary, Rules, Rows and 'How to read this'.

Belongs here: putting the sheets together, and the sheet Rows, whose XML DuckDB writes. Does not belong here: what the other sheets say
(`sheets`) or the file format (`xlsx`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from sendjc_pipeline.submissions.report import sheets, tables
from sendjc_pipeline.submissions.report.summary import Summary
from sendjc_pipeline.submissions.report.xlsx import Sheet, Strings, letter
from sendjc_pipeline.submissions.report.xlsx import write as write_workbook
from sendjc_pipeline.submissions.report.xlsx_parts import Style

# Heading, width, column of `report_row`, style.
_COLUMNS = (
    ("File", 40, "file", Style.PLAIN),
    ("Sheet", 14, "sheet", Style.PLAIN),
    ("Excel row", 10, "row", Style.NUMBER),
    ("Column", 8, "column_letter", Style.PLAIN),
    ("Header", 26, "column_name", Style.PLAIN),
    ("Where", 26, "place", Style.PLAIN),
    ("Table", 20, "table", Style.PLAIN),
    ("What happens", 24, "effect", Style.PLAIN),
    ("What is wrong", 60, "message", Style.WRAPPED),
    ("How to mend it", 60, "action", Style.WRAPPED),
    ("Kind of fault", 22, "kind", Style.PLAIN),
    ("Rule", 44, "rule", Style.PLAIN),
)
_BLOCK = 5_000


def write(con: duckdb.DuckDBPyConnection, summary: Summary, faults: int, most: int, path: Path) -> None:
    """Write the workbook from `report_rule` and `shown_row` (see `faults` and `tables`)."""
    strings = Strings()
    row = con.execute("select count(*) from shown_row").fetchone()
    shown = int(row[0]) if row else 0
    rules = tables.rules(con)
    last = letter(len(_COLUMNS) - 1)
    parts = [
        Sheet("Summary", sheets.SUMMARY_WIDTHS, _written(strings, sheets.summary_rows(summary, shown, faults))),
        Sheet(
            "Rules",
            sheets.RULES_WIDTHS,
            _written(strings, sheets.rules_rows(rules)),
            frozen_rows=1,
            filtered=f"A1:{letter(len(sheets.RULES_WIDTHS) - 1)}{len(rules) + 1}",
        ),
        Sheet(
            "Rows",
            [width for _, width, _, _ in _COLUMNS],
            _fault_rows(con, strings, shown, faults),
            frozen_rows=1,
            filtered=f"A1:{last}{shown + 1}",
        ),
        Sheet("How to read this", sheets.GUIDE_WIDTHS, _written(strings, sheets.guide_rows(most)), frozen_rows=1),
    ]
    write_workbook(path, "Partner report", parts, strings)


def _written(strings: Strings, rows: Sequence[sheets.Row]) -> Iterator[str]:
    yield from (strings.row(number, cells) for number, cells in enumerate(rows, start=1))


def _fault_rows(con: duckdb.DuckDBPyConnection, strings: Strings, shown: int, faults: int) -> Iterator[str]:
    yield strings.row(1, [(heading, Style.HEADER) for heading, *_ in _COLUMNS])
    _share_texts(con, strings)
    cells, joins = [], []
    for place, (_, _, column, style) in enumerate(_COLUMNS):
        start = f'\'<c r="{letter(place)}\' || (number + 1) || \'" s="{style:d}"'
        if column == "row":
            cells.append(f"coalesce({start}><v>' || \"row\" || '</v></c>', '')")
        elif (
            column == "place"
        ):  # nearly as many texts as rows, so they are written where they stand; made of declared names and numbers
            cells.append(f"{start} t=\"inlineStr\"><is><t>' || place || '</t></is></c>'")
        else:
            cells.append(f"coalesce({start} t=\"s\"><v>' || t{place}.id || '</v></c>', '')")
            joins.append(f'left join shared_text t{place} on t{place}.text = "{column}"')
    con.execute(
        f"select '<row r=\"' || (number + 1) || '\">' || {' || '.join(cells)} || '</row>'"
        f" from shown_row {' '.join(joins)} order by number"
    )
    while block := con.fetchmany(_BLOCK):
        yield "".join(row[0] for row in block)
    if shown < faults:
        yield strings.row(shown + 3, [(sheets.cap_line(shown, faults), Style.NOTE)])


def _share_texts(con: duckdb.DuckDBPyConnection, strings: Strings) -> None:
    """Put each text of the rows into the shared strings, once, and create `shared_text` (text, id)."""
    texts = " union ".join(
        f'select "{column}" as text from shown_row' for _, _, column, _ in _COLUMNS if column not in ("row", "place")
    )
    found = con.execute(f"select text from ({texts}) where text is not null order by text").fetchall()
    con.execute("create or replace table shared_text (text varchar, id integer)")
    pairs = {str(text): strings.place(str(text)) for (text,) in found}
    con.execute(
        "insert into shared_text select unnest($1::varchar[]), unnest($2::integer[])",
        [list(pairs), list(pairs.values())],
    )
