"""A cell's value as the text that a CSV would have held: what a date, a number or a logical value is as text.

Does not belong here: where the value comes from (`sheet_cells`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import polars as pl

from sendjc_pipeline.feeds.model import Dialect

_ISO = "%Y-%m-%d"


def texts(values: Sequence[Any], dialect: Dialect) -> pl.Series:
    """Cells of one column as text, blank cells as ''.

    Dates are ISO text where the feed reads that, else its first format; whole numbers have no '.0'; logical values are 1 and 0.
    """
    kinds = set(map(type, values))
    if kinds <= {str}:
        return pl.Series(values, dtype=pl.String)
    day = _ISO if _ISO in dialect.date_formats else dialect.date_formats[0]
    moment = dialect.datetime_formats[0]
    write: dict[type, Callable[[Any], str]] = {
        str: str,
        bool: lambda value: "1" if value else "0",
        int: str,
        float: _number,
        date: date.isoformat if day == _ISO else lambda value: value.strftime(day),
        datetime: lambda value: _moment(value, day, moment),
        time: lambda value: value.isoformat("seconds"),
        timedelta: str,
    }
    if kinds <= {str, date}:  # few days, many cells
        known = {value: write[type(value)](value) for value in set(values)}
        return pl.Series([known[value] for value in values], dtype=pl.String)
    return pl.Series([write[type(value)](value) for value in values], dtype=pl.String)


def _number(value: float) -> str:
    if abs(value) >= 1e15:
        return f"{value:.14E}"  # Excel has lost digits here; written so, no such number passes for an identifier
    if value.is_integer():
        return str(int(value))
    return str(np.format_float_positional(value, trim="-"))


def _moment(value: datetime, day: str, moment: str) -> str:
    # Excel keeps a fraction of a day, which is off by some microseconds.
    value = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    return value.strftime(day if value.time() == time() else moment)
