"""SEN2 as COLLECT exports it: nine Blade CSV files.

Belongs here: the Blade headers, dates and file names (sources 1.1, 1.2). Does not belong here: which rows are sent.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import polars as pl

from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic.extract_sen2 import PARENT, TABLES
from sendjc_pipeline.synthetic.tables import BLADE, text, write_csv

EXPORT_DELAY = timedelta(days=5)  # councils export a few days after the quarter


def file_name(table: str, quarter: Quarter) -> str:
    """Name a file: Blade-Export_DD-MM-YYYY_<table>.csv, by the day of export."""
    return f"Blade-Export_{quarter.end + EXPORT_DELAY:%d-%m-%Y}_{table}.csv"


def blade_tables(tables: dict[str, pl.DataFrame], area: str) -> dict[str, pl.DataFrame]:
    """Make the text frames of a council's export: keys first, then the items, headers in lower case but NativeId."""
    return {name: _blade(name, tables[name], area) for name in TABLES}


def _blade(name: str, frame: pl.DataFrame, area: str) -> pl.DataFrame:
    key, parent = f"{name}tableid", PARENT.get(name)
    links = [f"{parent}tableid"] if parent else []
    items = [column for column in frame.columns if column not in (key, "person", "case", *links)]
    number = pl.lit(str(cal.LA_CODE[area]))
    ordered = frame.select(
        key, number.alias("NativeId"), pl.int_range(1, pl.len() + 1).alias(f"{name}orderseqcolumn"),
        pl.lit("1").alias("sourceid"), *links, *(pl.col(item).alias(item.lower()) for item in items),
    )  # fmt: skip
    return text(ordered, BLADE)


def write(tables: dict[str, pl.DataFrame], folder: Path, quarter: Quarter) -> dict[str, int]:
    """Write the nine files; returns rows by file name."""
    files = {file_name(name, quarter): frame for name, frame in tables.items()}
    return {file: write_csv(frame, folder / file) for file, frame in files.items()}
