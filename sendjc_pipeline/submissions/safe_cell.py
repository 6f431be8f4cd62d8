"""Text on its way out to a spreadsheet: what would be taken for a formula gets an apostrophe before it.

Belongs here: the one rule, once for Python, once for Polars and once for SQL. Does not belong here: what is written, or where. Source of the
rule: OWASP, CSV injection; tab and carriage return stand before a sign that some programs then find.
"""

from __future__ import annotations

import polars as pl

_STARTS = ("=", "+", "-", "@", "\t", "\r")
_STARTS_SQL = "['=', '+', '-', '@', chr(9), chr(13)]"


def safe_cell(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet might take it for a formula."""
    return f"'{text}" if text.startswith(_STARTS) else text


def safe_cells(texts: pl.Expr) -> pl.Expr:
    """`safe_cell` as a Polars expression over a column of text; null stays null."""
    return (
        pl.when(texts.str.head(1).is_in(_STARTS)).then(pl.concat_str(pl.lit("'"), texts)).otherwise(texts).name.keep()
    )


def safe_cell_sql(expression: str) -> str:
    """`safe_cell` as a DuckDB expression over a VARCHAR expression; NULL stays NULL."""
    return (
        f"case when list_contains({_STARTS_SQL}, left({expression}, 1)) then '''' || {expression} else {expression} end"
    )
