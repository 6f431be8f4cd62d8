"""What the workbook's sheets Summary, Rules and 'How to read this' say, row by row and cell by cell.

Belongs here: their order, headings and styles. Does not belong here: the rows of faults (`workbook`) or the file format (`xlsx`).
"""

from __future__ import annotations

from collections.abc import Sequence

from sendjc_pipeline.submissions.report import words
from sendjc_pipeline.submissions.report.summary import Summary, TableLine
from sendjc_pipeline.submissions.report.xlsx import Cell
from sendjc_pipeline.submissions.report.xlsx_parts import Style

SUMMARY_WIDTHS = (34, 24, 12, 12, 12, 12, 70)
RULES_WIDTHS = (24, 20, 22, 26, 10, 60, 60, 46, 44)
GUIDE_WIDTHS = (30, 100)
Row = list[Cell]


def summary_rows(summary: Summary, shown: int, faults: int) -> list[Row]:
    """The sheet Summary."""
    who = f"{summary.partner_name} ({summary.partner})" if summary.partner_name else summary.partner
    rows: list[Row] = [
        [("Partner report", Style.TITLE)],
        [("What became of it", Style.BOLD), *_across(summary.sentence, _mood(summary))],
        [],
        *_pairs({
            "From": who or "not stated: the files were tried, not sent",
            "Feed": f"{summary.feed_title} ({summary.feed})",
            "Layout (spec)": summary.spec,
            "Period": summary.period or "not stated",
            "Period that the files state": summary.stated_period,
            "Submission": summary.submission_id or "none: nothing was sent",
            "Received": summary.received_at,
        }),
        [],
        _heading("What to do next"),
        *([_words(f"{number}."), _words(step)] for number, step in enumerate(summary.next_steps, start=1)),
        [],
        _heading("Rows by table", "", "received", "accepted", "kept out", "kept out %", "accepted, with something to check"),
        *(_table_row(name, line) for name, line in summary.tables.items()),
    ]  # fmt: skip
    rows += _file_rows(summary)
    if summary.worst_rules:
        rows += [[], _heading("Rules that keep out most rows", "table", "column", "rows", "", "", "how to mend it")]
        rows += [
            _plain(rule["rule"], rule["table"], rule["column_name"], rule["count"], "", "", rule["action"])
            for rule in summary.worst_rules
        ]
    return [*rows, [], [(cap_line(shown, faults), Style.NOTE)]]


def rules_rows(rules: Sequence[dict[str, object]]) -> list[Row]:
    """The sheet Rules, with its header."""
    header = _heading(
        "What happens",
        "Kind of fault",
        "Table",
        "Column",
        "How many",
        "What is wrong",
        "How to mend it",
        "First found",
        "Rule",
    )
    return [
        header,
        *(
            _plain(
                rule["effect"],
                rule["kind"],
                rule["table"],
                rule["column_name"],
                rule["count"],
                rule["message"],
                rule["action"],
                f"{rule['first_file']}: {rule['first_place']}" if rule["first_file"] else None,
                rule["rule"],
            )
            for rule in rules
        ),
    ]


def guide_rows(most: int) -> list[Row]:
    """The sheet 'How to read this'."""
    told = {
        "Summary": "What became of the delivery as a whole, and what to do next.",
        "Rules": "Each rule that something broke, the ones with most effect first. Mending one often mends many rows.",
        "Rows": "Each fault: file, sheet, row and column as Excel shows them (the header is row 1), what is wrong and how to mend it."
        " Use the filter buttons in the header.",
        "XML": "An XML file has no rows or columns. 'element 6 of requests' is the sixth requests element from the top of the file.",
        "file refused": "The files cannot be used, and nothing of the delivery counts until they are mended and sent again.",
        "row kept out": "The row is in no figure. It comes back when it is mended and the files are sent again.",
        "row counts; please check": "The row is used as it was sent. It may be right.",
        **{kind: _KINDS[code] for code, kind in words.CATEGORIES.items()},
        words.CONSEQUENCE: "The row itself is sound, but one that belongs to it was kept out. Mend that one.",
        "No values": "The report never repeats what stands in a cell, so that it can be passed on. Look the cell up in your own file."
        " Names of files or sheets that have the form of an identifier or a postcode are withheld.",
        "All the rows": f"The sheet Rows holds {most:,} faults at most, refusals and rows kept out first; report_rows.csv and rows.parquet hold all.",
        "A leading '": "A text that begins with = + - or @ has an apostrophe before it, so that no program takes it for a formula.",
    }
    rows: list[Row] = [[(name, Style.BOLD), (text, Style.WRAPPED)] for name, text in told.items()]
    return [_heading("Word", "What it means"), *rows]


_KINDS = {
    "blank": "A cell that must be filled is empty.",
    "wrong_format": "The cell is not a date, number or identifier of the form that the layout asks for, or the line is not a row.",
    "bad_value": "The value is not in the list of codes, or fails its check digit.",
    "inconsistent": "Two cells or rows contradict each other, such as an end before its start.",
    "duplicate": "The same record came more than once, and nothing tells which one is right.",
    "orphan": "The row belongs to a row of another table that was not sent or was itself kept out.",
}


def cap_line(shown: int, faults: int) -> str:
    """How many of the faults the sheet Rows holds, and where all of them are."""
    if shown == faults:
        return f"The sheet Rows holds all {words.count(faults, 'fault')}."
    return (
        f"The sheet Rows holds {shown:,} of {words.count(faults, 'fault')}, refusals and rows kept out first;"
        " all of them are in report_rows.csv and rows.parquet."
    )


def _table_row(name: str, line: TableLine) -> Row:
    before, share, after = (
        _plain(line.received, line.accepted, line.quarantined),
        (line.quarantined_percent, Style.PERCENT),
        _plain(line.warned),
    )
    return [_words(name), _words(""), *before, share, *after]


def _words(text: str) -> Cell:
    return text, Style.PLAIN


def _file_rows(summary: Summary) -> list[Row]:
    if not summary.file_messages:
        return []
    lines = [
        _plain(m["file"], m["effect"], "", "", "", "", f"{m['message']}. {_sentence(m['action'])}")
        for m in summary.file_messages
    ]
    return [
        [],
        _heading("About whole files", "what happens", "", "", "", "", "what is wrong, and how to mend it"),
        *lines,
    ]


def _mood(summary: Summary) -> Style:
    if summary.status != "accepted":
        return Style.BAD
    if any(line.quarantined for line in summary.tables.values()):
        return Style.FAIR
    return Style.GOOD


def _across(text: str, style: Style) -> Row:
    return [(text, style), *[("", style)] * (len(SUMMARY_WIDTHS) - 2)]


def _heading(*titles: str) -> Row:
    return [(title, Style.HEADER) for title in titles]


def _pairs(told: dict[str, str | None]) -> list[Row]:
    return [[(name, Style.BOLD), (value, Style.PLAIN)] for name, value in told.items() if value]


def _plain(*values: object) -> Row:
    cells: Row = []
    for value in values:
        if isinstance(value, int):
            cells.append((value, Style.NUMBER))
        else:
            cells.append((None if value is None else str(value), Style.WRAPPED))
    return cells


def _sentence(text: object) -> str:
    text_only = str(text).rstrip(".")
    return f"{text_only[:1].upper()}{text_only[1:]}."
