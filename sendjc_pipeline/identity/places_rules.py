"""What must hold of the rows of a postcode directory and of an index of deprivation.

Belongs here: rules, and refusing a file whose rows break them. Does not belong here: headers (places_layout.py), or what is made of
the rows (postcode_directory.py). The files are public and hold nobody; a fault is told without its value all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sendjc_pipeline.settings import SendjcError
from sendjc_pipeline.submissions.report.names import shown

SHOWN_FAULTS = 20
# Small areas of England in the Indices of Deprivation 2019, the ranks that ONSPD and NSPL carry; tenths are cut from them.
RANKED_AREAS = 32_844

# Looser than what intake takes from partners: directories keep codes of long ago.
_POSTCODE = "[A-Z][A-Z0-9]{1,3} [0-9][A-Z]{2}"
_LSOA = "[EWS]01[0-9]{6}|N[0-9]{8}|95[A-Z]{2}[0-9]{2}[A-Z][0-9]"
_DISTRICT = "[EWSN][0-9]{8}"
_DECILE = "[1-9]|10"


@dataclass(frozen=True)
class Fault:
    """A row that breaks a rule; `row` counts the header as the first."""

    file: str
    row: int
    rule: str
    message: str
    remedy: str


@dataclass(frozen=True)
class Rule:
    """What is wrong where `when` is true of a row, and how to mend it."""

    message: str
    remedy: str
    when: str


class PlacesRefused(SendjcError):
    """A directory was not loaded; `faults` holds the first rows that break a rule."""

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)


_ONE_DECILE = Rule(
    "decile is not a whole number from 1 to 10",
    "give the decile, 1 the most deprived",
    f"sent_decile is not null and not regexp_full_match(sent_decile, '{_DECILE}')",
)
DIRECTORY_RULES = {
    "PLACES.postcode": Rule(
        "postcode is missing or malformed",
        "write it as 'NG7 2QX' in pcds",
        f"postcode is null or not regexp_full_match(postcode, '{_POSTCODE}')",
    ),
    "PLACES.postcode_twice": Rule(
        "postcode stands in an earlier row too", "keep the newer of the two rows", "postcode is not null and times > 1"
    ),
    "PLACES.lsoa": Rule(
        "code of the small area is malformed",
        "give the ONS code, as E01000001",
        f"not regexp_full_match(lsoa_code, '{_LSOA}')",
    ),
    "PLACES.district": Rule(
        "code of the district is malformed",
        "give the ONS code, as E06000018",
        f"not regexp_full_match(district_code, '{_DISTRICT}')",
    ),
    "PLACES.decile": _ONE_DECILE,
    "PLACES.rank": Rule(
        f"rank of an English area is not 1 to {RANKED_AREAS}",
        "give the deciles of the index by --deprivation",
        "sent_rank is not null and lsoa_code like 'E%' and not"
        f" (regexp_full_match(sent_rank, '[0-9]{{1,5}}') and try_cast(sent_rank as integer) between 1 and {RANKED_AREAS})",
    ),
}
INDEX_RULES = {
    "PLACES.area": Rule(
        "code of the small area is missing or malformed",
        "give the ONS code, as E01000001",
        f"lsoa_code is null or not regexp_full_match(lsoa_code, '{_LSOA}')",
    ),
    "PLACES.area_twice": Rule(
        "small area stands in an earlier row too",
        "keep one row for each small area",
        "lsoa_code is not null and row_number() over (partition by lsoa_code order by row_no) > 1",
    ),
    "PLACES.decile": Rule(_ONE_DECILE.message, _ONE_DECILE.remedy, f"sent_decile is null or {_ONE_DECILE.when}"),
}


def refuse(con: duckdb.DuckDBPyConnection, file: Path, table: str, rules: Mapping[str, Rule]) -> None:
    """Raise PlacesRefused if a row of a table (row_no, and what the rules name) breaks one."""
    listed = ", ".join(f"case when {rule.when} then '{name}' end" for name, rule in rules.items())
    con.execute(f"""
        create or replace temp table fault as
        select row_no, rule
        from (select row_no, unnest(broken) as rule from (select row_no, [{listed}] as broken from {table}))
        where rule is not null""")
    (count,) = con.execute("select count(*) from fault").fetchone() or (0,)
    if not count:
        return
    first = con.execute("select row_no, rule from fault order by row_no, rule limit ?", [SHOWN_FAULTS]).fetchall()
    more = f", of which the first {SHOWN_FAULTS} are shown" if count > SHOWN_FAULTS else ""
    raise PlacesRefused(
        f"{shown(file.name)}: {count:,} faults{more}; nothing was loaded. Mend the file, or get it again.",
        [Fault(shown(file.name), row, name, rules[name].message, rules[name].remedy) for row, name in first],
    )
