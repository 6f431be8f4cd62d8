"""Reader of NHS England's Community Health Services waiting times: the published workbook, tables 4 and 4a to 4g, made long.

Here: one row per organisation, service and band out of each grid, blank cells too. Not here: where the grid lies
(sitrep_grid.py), the form that is long already (sitrep_long.py), or what a star or a blank means, or which organisation a name is (dbt).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.submissions.readers import FileRejected, ReadResult, empty_raw_table, rule_code, sitrep_long
from sendjc_pipeline.submissions.readers.sitrep_grid import SERVICE, Grid, grids

# The label of the providers' block until March 2023.
_OLD_TYPES = {"Organisation": "Provider"}


def read(con: duckdb.DuckDBPyConnection, feed: Feed, spec: str, files: Sequence[Path]) -> ReadResult:
    """Fill raw_waiting, one row per cell: received counts cells, blank ones too. CSV files are the long form.

    `stated_period` is the month in the sheets' titles, where all files agree.

    Raises:
        FileRejected: see `sitrep_grid.grids` and `sitrep_long.read`; <FEED>.file.mixed_shapes for both forms at once.
    """
    long = [path for path in files if path.suffix.lower() == ".csv"]
    if long and len(long) < len(files):
        raise FileRejected(
            rule_code(feed, "mixed_shapes"),
            long[0].name,
            "a CSV file in the long form stands beside a workbook, and a figure might be counted twice",
            "Send them one after the other, or only one of them.",
        )
    if long:
        return sitrep_long.read(con, feed, spec, files)
    target = empty_raw_table(con, feed.tables["waiting"])
    months: set[date] = set()
    for path in files:
        for grid in grids(path, feed):
            months.add(grid.month)
            _insert(con, target, path, grid)
            con.executemany(
                "insert into raw_header values ('waiting', ?, ?, ?, ?)",
                [[path.name, grid.sheet, role, place + 1] for role, place in grid.labels.items()],
            )
    return ReadResult(stated_period=f"{months.pop():%Y-%m}" if len(months) == 1 else None)


def normal_service(header: str) -> str:
    """A service line with one capitalisation: 'Therapy interventions: speech and language' gains its capital S."""
    return ": ".join(part[:1].upper() + part[1:] for part in " ".join(header.split()).split(": "))


def _insert(con: duckdb.DuckDBPyConnection, target: str, path: Path, grid: Grid) -> None:
    con.register("sitrep_sheet", _frame(grid).to_arrow())
    con.register("sitrep_header", _header(grid).to_arrow())
    places = ", ".join(f'"{place}"' for place in grid.services)
    con.execute(
        f"""
        insert into {target} by name
        select
            ? as data_month, ? as data_month_start, org_type, nullif(org_code, '') as org_code, org_name,
            age_group, service, ? as band, value_text, ? as source_file, ? as source_sheet, source_row
        from (from sitrep_sheet unpivot include nulls (value_text for place in ({places})))
        inner join sitrep_header using (place)
        order by source_row, cast(place as integer)
        """,
        [f"{grid.month:%Y-%m}", grid.month.isoformat(), grid.band, path.name, grid.sheet],
    )
    con.unregister("sitrep_sheet")
    con.unregister("sitrep_header")


def _frame(grid: Grid) -> pl.DataFrame:
    """The rows below the header as text: the label columns by role, each service column by its place, source_row."""
    width = max(grid.services) + 1
    body = [[*row[:width], *[""] * (width - len(row))] for row in grid.rows[grid.header + 1 :]]
    frame = pl.DataFrame(body, schema={str(n): pl.String for n in range(width)}, orient="row", strict=False)
    # The workbook library gives every number as a float: '22.0' was 22.
    frame = frame.with_columns(pl.all().str.replace(r"\.0$", ""))
    # Excel counts rows from 1, and the first data row stands below the header.
    frame = frame.with_row_index("source_row", grid.header + 2)
    frame = frame.rename({str(place): role for role, place in grid.labels.items()})
    frame = frame.filter(pl.any_horizontal(pl.exclude("source_row") != ""))
    if "org_code" not in grid.labels:
        frame = frame.with_columns(org_code=pl.lit(None, pl.String))
    # Cells merged down hold the type beside the first organisation of a block only; England, above them all, has none.
    stated = pl.when(pl.col("org_type") != "").then(pl.col("org_type")).forward_fill()
    return frame.with_columns(org_type=stated.replace(_OLD_TYPES).fill_null("National"))


def _header(grid: Grid) -> pl.DataFrame:
    found = [(str(place), SERVICE.match(text)) for place, text in grid.services.items()]
    rows = [(place, match[1], normal_service(match[2])) for place, match in found if match]
    return pl.DataFrame(rows, schema=["place", "age_group", "service"], orient="row")
