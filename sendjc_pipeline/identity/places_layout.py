"""Which column of a postcode directory or of an index of deprivation is which: editions name them differently.

Belongs here: headers. Does not belong here: what stands below them (postcode_directory.py).

ONSPD until 2024: pcds, oslaua, lsoa11, lsoa21, imd; since 2025: pcds, lad25cd, lsoa11cd, lsoa21cd, imd20ind. NSPL: pcds, laua, lsoa11
or lsoa21, imd. imd is the rank within the country in the index of 2019, whatever the edition. Indices of Deprivation, file 7: 'LSOA
code (2011)' or '(2021)', 'Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)'.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sendjc_pipeline.settings import SendjcError
from sendjc_pipeline.submissions.report.names import shown

_LSOA_21, _LSOA_11 = r"lsoa21(cd)?", r"lsoa11(cd)?"
_POSTCODE = r"pcds"
_DISTRICT = r"lad\d\dcd|oslaua|laua"
_DECILE = r"imd_?decile|deprivation_decile"
_RANK = r"imd|imd20ind|imd19ind"
_AREA = r"lsoa code \((?P<year>20[12]1)\)|lsoa(?P<short>[12]1)(cd)?"
_AREA_DECILE = r"index of multiple deprivation \(imd\) decile.*|imd_?decil(e)?|deprivation_decile"


@dataclass(frozen=True)
class Layout:
    """Headers as the files write them; None where there is none. `joined_by` is the small area of the index's own year."""

    postcode: str
    lsoa: str
    district: str | None
    decile: str | None
    rank: str | None
    area: str | None = None
    area_decile: str | None = None
    joined_by: str | None = None


def layout_of(con: duckdb.DuckDBPyConnection, file: Path, deprivation: Path | None) -> Layout:
    """The columns of a directory, and of the index beside it.

    Raises:
        SendjcError: one that is needed is missing, or the index is of areas that the directory does not give.
    """
    headers = _headers(con, file)
    postcode = _required(file, headers, _POSTCODE, "pcds (the postcode)")
    lsoa = _one(headers, _LSOA_21) or _required(file, headers, _LSOA_11, "lsoa21cd, lsoa21 or lsoa11 (the small area)")
    district = _one(headers, _DISTRICT)
    if deprivation is None:
        return Layout(postcode, lsoa, district, _one(headers, _DECILE), _one(headers, _RANK))
    others = _headers(con, deprivation)
    area = _required(deprivation, others, _AREA, "LSOA code (2011) or (2021)")
    decile = _required(deprivation, others, _AREA_DECILE, "the decile of the Index of Multiple Deprivation")
    year = re.fullmatch(_AREA, area.strip().lower())
    assert year is not None  # _required has matched it
    is_2011 = "11" in (year["year"] or year["short"] or "")[-2:]
    joined = _one(headers, _LSOA_11 if is_2011 else _LSOA_21)
    if joined is None:
        raise SendjcError(
            f"{shown(deprivation.name)}: PLACES.areas_of_another_census: its small areas are those of {'2011' if is_2011 else '2021'}, which"
            f" {shown(file.name)} does not give; take the index and the directory of one census."
        )
    return Layout(postcode, lsoa, district, None, None, area, decile, joined)


def _headers(con: duckdb.DuckDBPyConnection, file: Path) -> list[str]:
    try:
        found = con.execute("describe from read_csv(?, header = true, all_varchar = true)", [str(file)]).fetchall()
        return [str(row[0]) for row in found]
    except duckdb.Error:
        pass  # its message quotes the file
    raise SendjcError(f"{shown(file.name)}: PLACES.format: it is no CSV file with a header; save it as CSV in UTF-8.")


def _one(headers: Sequence[str], pattern: str) -> str | None:
    return next((header for header in headers if re.fullmatch(pattern, header.strip().lower())), None)


def _required(file: Path, headers: Sequence[str], pattern: str, words: str) -> str:
    found = _one(headers, pattern)
    if found is None:
        raise SendjcError(
            f"{shown(file.name)}: PLACES.columns: it has no column {words}; give a whole ONSPD, NSPL or index."
        )
    return found
