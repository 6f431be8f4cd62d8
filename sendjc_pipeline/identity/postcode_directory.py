"""The postcode directory of a home: which small area, district and deprivation decile a postcode lies in.

Belongs here: reading ONSPD, NSPL and Indices of Deprivation files and keeping the result. Does not belong here: headers
(places_layout.py), rules (places_rules.py), or which child lives where (attributes.py).

reference/postcode_directory.parquet, one row per postcode: postcode ('NG7 2QX'), lsoa_code, district_code (local authority
district), deprivation_decile (1 the most deprived tenth of England's small areas; NULL outside England). Its own metadata says source,
edition, sha256 of the files, rows. It is public data under the Open Government Licence and holds nothing of any child.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sendjc_pipeline.identity.places_layout import Layout, layout_of
from sendjc_pipeline.identity.places_rules import DIRECTORY_RULES, INDEX_RULES, RANKED_AREAS, PlacesRefused, refuse
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions.macros import create_macros
from sendjc_pipeline.submissions.report.names import shown
from sendjc_pipeline.warehouse.connection import connect

COLUMNS = {
    "postcode": "VARCHAR",
    "lsoa_code": "VARCHAR",
    "district_code": "VARCHAR",
    "deprivation_decile": "INTEGER",
}
_NOWHERE = "[A-Z]99999999"  # ONS: no such area, as of a postcode of the Isle of Man


@dataclass(frozen=True)
class Directory:
    """What is loaded: where it comes from and how many postcodes it knows."""

    source: str
    edition: str
    sha256: str
    rows: int


def directory_file(settings: Settings) -> Path:
    """Where the directory of a home lies."""
    return settings.home / "reference" / "postcode_directory.parquet"


def loaded(settings: Settings) -> Directory | None:
    """What is loaded, or None. Raises SendjcError where the file is damaged."""
    path = directory_file(settings)
    if not path.is_file():
        return None
    con = connect()
    try:
        found = dict(
            con.execute("select decode(key), decode(value) from parquet_kv_metadata(?)", [str(path)]).fetchall()
        )
        return Directory(found["source"], found["edition"], found["sha256"], int(found["rows"]))
    except (duckdb.Error, KeyError, ValueError):
        pass
    finally:
        con.close()
    raise SendjcError(f"{path} is damaged: load the directory again with `sendjc reference postcodes`.")


def load(
    settings: Settings, file: Path, deprivation: Path | None, source: str, edition: str, *, may_shrink: bool = False
) -> Directory:
    """Read, judge and keep a directory in place of the one before; the same files give the same bytes.

    Args:
        settings: the home.
        file: ONSPD or NSPL as CSV (places_layout.py).
        deprivation: Indices of Deprivation as CSV, by small area; else the directory's own decile, or its rank of 2019.
        source: whose directory it is.
        edition: which edition.
        may_shrink: take it also where it holds less than nine tenths of the postcodes of the one before.

    Raises:
        PlacesRefused: a column is missing, rows break a rule, or it is much smaller than the one before; nothing was loaded.
    """
    con = connect(settings=settings.make_zones())
    try:
        return _load(con, settings, file, deprivation, source, edition, may_shrink=may_shrink)
    except duckdb.Error:
        pass  # its message quotes the file
    finally:
        con.close()
    raise PlacesRefused(
        f"{shown(file.name)}: PLACES.format: a row cannot be read as the header asks; save it as CSV in UTF-8."
    )


def _load(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    file: Path,
    deprivation: Path | None,
    source: str,
    edition: str,
    *,
    may_shrink: bool,
) -> Directory:
    create_macros(con)
    layout = layout_of(con, file, deprivation)
    if deprivation is not None:
        _read_deciles(con, layout, deprivation)
    _read(con, layout, file, deprivation is not None)
    _judge(con, file)
    if not may_shrink:
        _require_size(con, settings, file)
    digest = hashlib.sha256(b"".join(_sha256(path) for path in (file, deprivation) if path)).hexdigest()
    return _keep(con, settings, source.strip(), edition.strip(), digest)


def _read_deciles(con: duckdb.DuckDBPyConnection, layout: Layout, file: Path) -> None:
    """Table area_decile (lsoa_code, sent_decile), one row per small area."""
    con.execute(
        f"""
        create or replace temp table area_decile as
        select row_number() over () + 1 as row_no, nullif(trim("{layout.area}"), '') as lsoa_code,
            nullif(trim("{layout.area_decile}"), '') as sent_decile
        from read_csv(?, header = true, all_varchar = true)""",
        [str(file)],
    )
    refuse(con, file, "area_decile", INDEX_RULES)


def _read(con: duckdb.DuckDBPyConnection, layout: Layout, file: Path, has_deciles: bool) -> None:
    """Table place: row_no, postcode, lsoa_code, district_code, sent_decile, sent_rank, times, made_decile."""

    def column(name: str | None) -> str:
        return f"nullif(trim(sent.\"{name}\"), '')" if name else "cast(null as varchar)"

    def code(name: str | None) -> str:
        return f"case when not regexp_full_match({column(name)}, '{_NOWHERE}') then {column(name)} end"

    own = f"{column(layout.decile)} as sent_decile, nullif({column(layout.rank)}, '0') as sent_rank"
    if has_deciles:
        own = "area_decile.sent_decile, cast(null as varchar) as sent_rank"
    join = f"left join area_decile on {column(layout.joined_by)} = area_decile.lsoa_code" if has_deciles else ""
    con.execute(
        f"""
        create or replace temp table place as
        with sent as (
            select row_number() over () + 1 as row_no, *
            from read_csv(?, header = true, all_varchar = true)
        ),

        typed as (
            select sent.row_no, sendjc_postcode_text({column(layout.postcode)}) as postcode, {code(layout.lsoa)} as lsoa_code,
                {code(layout.district)} as district_code, {own}
            from sent
            {join}
        )

        select *, row_number() over (partition by postcode order by row_no) as times,
            case
                when lsoa_code like 'E%' then coalesce(
                    try_cast(sent_decile as integer),
                    cast(ceil(try_cast(sent_rank as integer) * 10 / {RANKED_AREAS}) as integer)
                )
            end as made_decile
        from typed""",
        [str(file)],
    )


def _judge(con: duckdb.DuckDBPyConnection, file: Path) -> None:
    (rows,) = con.execute("select count(*) from place").fetchone() or (0,)
    if not rows:
        raise PlacesRefused(f"{shown(file.name)}: PLACES.rows: it holds no postcode; give the whole directory.")
    refuse(con, file, "place", DIRECTORY_RULES)


def _require_size(con: duckdb.DuckDBPyConnection, settings: Settings, file: Path) -> None:
    """A download that was cut short once left every child without a deprivation decile, and no check was red."""
    try:
        before = loaded(settings)
    except SendjcError:  # a damaged one is mended by this one
        return
    (rows,) = con.execute("select count(*) from place").fetchone() or (0,)
    if before is not None and rows * 10 < before.rows * 9:
        raise PlacesRefused(
            f"{shown(file.name)}: PLACES.size: it holds {rows:,} postcodes, and the directory before it (edition {before.edition}) {before.rows:,};"
            " give the whole directory, or --may-shrink if it is meant."
        )


def _keep(con: duckdb.DuckDBPyConnection, settings: Settings, source: str, edition: str, sha256: str) -> Directory:
    if not source or not edition:
        raise PlacesRefused("A directory needs its source and edition: give --source and --edition.")
    (rows,) = con.execute("select count(*) from place").fetchone() or (0,)
    path = directory_file(settings)
    path.parent.mkdir(exist_ok=True)
    stage = path.with_name(f".{path.name}")
    told = {"source": source, "edition": edition, "sha256": sha256, "rows": str(rows)}
    metadata = ", ".join(f"{name}: '{value.replace(chr(39), chr(39) * 2)}'" for name, value in told.items())
    con.execute(f"""
        copy (
            select postcode, lsoa_code, district_code, made_decile as deprivation_decile from place order by postcode
        ) to '{str(stage).replace("'", "''")}' (format parquet, compression zstd, kv_metadata {{{metadata}}})""")
    stage.replace(path)
    return Directory(source, edition, sha256, int(rows))


def _sha256(path: Path) -> bytes:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").digest()
