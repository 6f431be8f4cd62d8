"""A list of opt-outs as a partner or the national service writes it: one column, NHSNumber.

Belongs here: reading the file and judging its lines. Does not belong here: keeping anything of it (opt_out.py). The numbers
are in memory only, and a line that is refused is told by its number, never by what stands in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from sendjc_pipeline.identity.failure import guarded
from sendjc_pipeline.identity.standardise import create_macros
from sendjc_pipeline.settings import SendjcError
from sendjc_pipeline.submissions.report.names import shown

HEADER = "NHSNumber"
_SHOWN = 20


@guarded("reading a list of opt-outs", "Check that the file is plain CSV.")
def create_numbers(con: duckdb.DuckDBPyConnection, path: Path, target: str) -> list[int]:
    """Create table `target` (nhs_number: the valid ones, each once) from a file; return the lines that were refused.

    Args:
        con: a connection in memory that may not spill.
        path: UTF-8 text: the header NHSNumber, then one number a line. Spaces and hyphens within a number and quotes around
            it pass, and empty lines are passed over.
        target: the temporary table.

    Raises:
        SendjcError: the file is no such list, or none of its lines holds a valid number.
    """
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SendjcError(f"{shown(path.name)} is not UTF-8 text: save the list as CSV (UTF-8).") from None
    create_macros(con)
    con.execute(
        """
        create or replace temp table opt_out_line as
        select generate_subscripts(lines, 1) as line_no, trim(trim(unnest(lines)), '"') as said
        from (select string_split(replace(?, chr(13), ''), chr(10)) as lines)""",
        [content],
    )
    header = con.execute("select lower(said) from opt_out_line where line_no = 1").fetchone()
    if header != (HEADER.lower(),):
        raise SendjcError(
            f"{shown(path.name)} line 1: a list of opt-outs has the one column {HEADER}. Send that column, with its header, and no other."
        )
    con.execute(f"""
        create or replace temp table {target} as
        select distinct identity_nhs_number(said) as nhs_number
        from opt_out_line
        where line_no > 1 and identity_nhs_number(said) is not null""")
    refused = con.execute("""
        select line_no from opt_out_line
        where line_no > 1 and said <> '' and identity_nhs_number(said) is null order by line_no""").fetchall()
    (valid,) = con.execute(f"select count(*) from {target}").fetchone() or (0,)
    con.execute("drop table opt_out_line")
    lines = [int(line) for (line,) in refused]
    if not valid:
        raise SendjcError(
            f"{shown(path.name)} holds no valid NHS number"
            + (f": {in_words(lines)}." if lines else ", only its header.")
        )
    return lines


def in_words(lines: Sequence[int]) -> str:
    """The refused lines and the rule, in words; the first 20 by number."""
    shown = ", ".join(str(line) for line in lines[:_SHOWN])
    more = f" and {len(lines) - _SHOWN:,} more" if len(lines) > _SHOWN else ""
    return f"line{'s' if len(lines) > 1 else ''} {shown}{more} refused (not ten digits with a sound check digit)"
