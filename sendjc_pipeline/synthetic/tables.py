"""From typed frames to the text that a partner sends, and from text frames to files.

Belongs here: dates, flags and blanks as text, record numbers, CSV files. Does not belong here: which rows or columns.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Literal

import polars as pl

from sendjc_pipeline.synthetic.draws import NEVER

ISO = "%Y-%m-%d"
BLADE = "%Y-%b-%d 00:00:00"
_PRIMES = {7: 8_999_993, 8: 89_999_999}


def dates(frame: pl.DataFrame, *columns: str, until: int = NEVER - 1) -> pl.DataFrame:
    """Turn day numbers into dates; a day after `until` has not happened yet and becomes null."""
    return frame.with_columns(
        pl.when(pl.col(name) <= until).then(pl.col(name)).cast(pl.Int32).cast(pl.Date).alias(name) for name in columns
    )


def text(frame: pl.DataFrame, date_format: str) -> pl.DataFrame:
    """Turn every column into text: dates in the format, flags as 1 and 0, blanks as null."""
    return frame.with_columns(
        pl.col(pl.Date).dt.strftime(date_format), pl.col(pl.Boolean).cast(pl.Int8).cast(pl.String)
    ).with_columns(pl.all().cast(pl.String).replace("", None))


def record_number(column: str, owner: str, digits: Literal[7, 8] = 7) -> pl.Expr:
    """Make a record number as a partner's system would have it: different per owner, the same in every extract, in no order.

    A multiplication modulo a prime, so no two records share a number.
    """
    prime = _PRIMES[digits]
    factor = zlib.crc32(owner.encode()) % (prime - 2_000) + 1_000
    offset = zlib.crc32(owner.encode()[::-1]) % prime
    number = (pl.col(column).cast(pl.Int64) * factor + offset) % prime + 10 ** (digits - 1)
    text_number: pl.Expr = number.cast(pl.String)
    return text_number


def write_csv(frame: pl.DataFrame, path: Path) -> int:
    """Write a text frame as comma-separated UTF-8 with quotes where needed; returns the number of rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.write_csv(path, line_terminator="\n")
    return frame.height
