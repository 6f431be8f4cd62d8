"""What the shapes of published DfE files share: a CSV as text with its broken lines, and the authorities' codes by name.

Belongs here: bytes to text columns, the lookup of authorities. Does not belong here: which columns a shape has.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sendjc_pipeline.feeds.model import Feed, Table
from sendjc_pipeline.submissions.readers import FileRejected, raw_name, rule_code

_AUTHORITIES = Path(__file__).resolve().parents[3] / "seeds" / "reference" / "local_authority.csv"
_MAX_COLUMNS = 500
_NAME = re.compile(r"[A-Za-z0-9_%&()./+ -]{1,100}")  # a name is put into SQL between double quotes
# What the LAIT adds to names: authorities before a reorganisation, and Bedford.
_SUFFIX = "( [(]pre lg[)]| borough)$"
# What DfE publishes in place of a number, and the forms of a number; in exponents the LAIT writes small shares.
NUMBER = r"-?[0-9]*[.]?[0-9]+([eE][+-]?[0-9]+)?"
MARKERS = ("c", "k", "low", "u", "x", "z", "-", "..", ".", "~")


@dataclass(frozen=True)
class Sent:
    """One file: its bare name as sent, and where its bytes are now."""

    name: str
    path: Path

    @property
    def stem(self) -> str:
        """The name without its ending, in lower case."""
        return Path(self.name).stem.lower()


def header_of(feed: Feed, item: Sent) -> list[str]:
    """The names in the first line of a CSV, trimmed.

    Raises:
        FileRejected: <FEED>.file.empty, .encoding, .unreadable or .duplicate_column.
    """
    try:
        with item.path.open(encoding="utf-8-sig", newline="") as text:
            names = [name.strip() for name in next(csv.reader(text), [])]
    except (UnicodeDecodeError, csv.Error):
        raise _not_text(feed, item) from None
    if not any(names):
        raise FileRejected(rule_code(feed, "empty"), item.name, "the file holds nothing", "Download it again.")
    if len(names) > _MAX_COLUMNS or not all(_NAME.fullmatch(name) for name in names):
        message = "the first line is no header: it has a name that is blank, absurdly long or full of odd signs, or far too many names"
        raise FileRejected(rule_code(feed, "unreadable"), item.name, message, "Download it again.")
    lowered = [name.lower() for name in names]
    if len(set(lowered)) < len(lowered):
        message = f"the header names a column twice ({len(lowered) - len(set(lowered))} such names)"
        raise FileRejected(rule_code(feed, "duplicate_column"), item.name, message, "Ask the publisher which counts.")
    return names


def load_csv(con: duckdb.DuckDBPyConnection, feed: Feed, item: Sent, table: Table) -> list[str]:
    """Create `wide` (the file's columns as text, source_row) from a CSV; lines that are no rows go to raw_reject. Returns the header.

    source_row counts records as Excel does, the header being 1.

    Raises:
        FileRejected: those of `header_of`.
    """
    names = header_of(feed, item)
    try:
        con.execute(
            f"""
            create or replace temp table wide_row as
            select *, row_number() over () as good_row
            from read_csv(?, columns = {dict.fromkeys(names, "VARCHAR")}, auto_detect = false, header = false, skip = 1, delim = ',',
                quote = '"', escape = '"', ignore_errors = true, store_rejects = true,
                rejects_table = 'wide_reject', rejects_scan = 'wide_reject_scan')
            """,
            [str(item.path)],
        )
    except duckdb.Error:
        raise _not_text(feed, item) from None
    broken = con.execute(
        """
        insert into raw_reject
        select ?, ?, null, line, 'the line has more or fewer cells than the header, or is not text', any_value(csv_line)
        from wide_reject group by line returning source_row
        """,
        [table.name, item.name],
    ).fetchall()
    before = [line - 1 - place for place, line in enumerate(sorted(line for (line,) in broken), start=1)]
    line = " + ".join(["good_row", "1", *(f"(good_row > {limit})::integer" for limit in before)])
    con.execute(f"create or replace temp table wide as select * exclude (good_row), {line} as source_row from wide_row")
    con.execute("drop table wide_row; drop table wide_reject; drop table wide_reject_scan")
    return names


def load_authorities(con: duckdb.DuckDBPyConnection) -> None:
    """Create `authority_name` (name, la_codes: current first) and `authority_code` (new_la_code, la_code); Dorset kept its name and changed its code."""
    con.execute(
        "create or replace temp table authority as select * from read_csv(?, all_varchar = true) where geographic_level = 'Local authority'",
        [str(_AUTHORITIES)],
    )
    con.execute("""
        create or replace temp table authority_name as
        select name, list(old_la_code order by valid_to is not null) as la_codes
        from (select lower(unnest([area_name, also_known_as])) as name, old_la_code, valid_to from authority)
        where name is not null group by name;
        create or replace temp table authority_code as
        select new_la_code, arg_max(old_la_code, is_own) as la_code
        from (select area_code as new_la_code, old_la_code, true as is_own from authority
            union all select current_area_code, old_la_code, false from authority)
        where new_la_code is not null group by new_la_code;
    """)


def insert_figures(con: duckdb.DuckDBPyConnection, table: Table, select: str, sent: Sequence[object] = ()) -> None:
    """Append rows to raw_figure. `select` yields some of its columns by name, source_file and source_row; what it lacks is NULL.

    expected_la_code and coded_la_code are looked up here, for every shape alike: the code of the name, which is the code sent where the name
    has borne several, and the code that belongs to the ONS code.
    """
    found = {row[0] for row in con.execute(f"describe {select}", list(sent)).fetchall()}
    sent_code = "f.old_la_code" if "old_la_code" in found else "null"
    expected = (
        f"case when list_contains(by_name.la_codes, {sent_code}) then {sent_code}"
        " when list_contains(by_name.la_codes, by_code.la_code) then by_code.la_code else by_name.la_codes[1] end"
    )
    made = {"expected_la_code": expected, "coded_la_code": "by_code.la_code"}
    made |= {name: f'f."{name}"' for name in found - made.keys()}
    columns = ", ".join(made.get(column.key, "null::varchar") for column in table.columns)
    by_name = f"regexp_replace(lower(trim(f.la_name)), '{_SUFFIX}', '')" if "la_name" in found else "null"
    by_code = "f.new_la_code" if "new_la_code" in found else "null"
    con.execute(
        f"insert into {raw_name(table.name)} select {columns}, f.source_file, null, f.source_row from ({select}) f"
        f" left join authority_name by_name on by_name.name = {by_name}"
        f" left join authority_code by_code on by_code.new_la_code = {by_code}",
        list(sent),
    )


def _not_text(feed: Feed, item: Sent) -> FileRejected:
    return FileRejected(
        rule_code(feed, "encoding"), item.name, "it is not a UTF-8 CSV", "Download it again; do not save it from Excel."
    )
