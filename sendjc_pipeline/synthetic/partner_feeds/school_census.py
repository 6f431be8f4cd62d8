"""The school census as councils export it from COLLECT: three times a year, every pupil on roll.

Belongs here: tables, headers and file names of the census of a quarter. Does not belong here: its calendar (_school_census_term), who is a
pupil (_school_census_pupils), rows (_school_census_tables, _school_census_events).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import polars as pl

from sendjc_pipeline import feeds
from sendjc_pipeline.synthetic.partner_feeds import _school_census_events as events
from sendjc_pipeline.synthetic.partner_feeds import _school_census_pupils as pupils_of
from sendjc_pipeline.synthetic.partner_feeds import _school_census_tables as rows_of
from sendjc_pipeline.synthetic.partner_feeds._school_census_term import Term, term_of
from sendjc_pipeline.synthetic.population import chance
from sendjc_pipeline.synthetic.scene import Scene
from sendjc_pipeline.synthetic.tables import BLADE, dates, record_number, text, write_csv

FEED = "school_census"
_EXPORT_DELAY = timedelta(days=34)


def partners(areas: Sequence[str]) -> list[str]:
    """Every council."""
    return list(areas)


def spec(scene: Scene) -> str:
    """The census of the quarter; in the quarter that has none, the feed's default."""
    term = term_of(scene.quarter)
    return term.spec if term else feeds.load(FEED).default_spec


def extract(scene: Scene, partner: str) -> dict[str, pl.DataFrame] | None:
    """One council's census, None in July to September. `_person` has the pupils of the world and others, numbered from FIRST_OTHER."""
    term = term_of(scene.quarter)
    if term is None:
        return None
    on_roll, left = pupils_of.pupils(scene, partner, term)
    on_roll, left = (
        _registrations(scene, partner, term, on_roll),
        left.with_columns(key=record_number("person", f"{partner} {term.spec} left", 8)),
    )
    tables = _roll(scene, partner, term, on_roll, "onroll") | _roll(scene, partner, term, left, "offroll")
    tables |= {
        "senneeds": rows_of.needs(scene, on_roll),
        "fsmperiod": rows_of.meals(scene, term, on_roll),
    } | rows_of.schools(term, partner, on_roll)
    mine = on_roll.filter(pl.col("enrolstatus") != "S")
    sent = {name: _blade(name, frame, term) for name, frame in tables.items() if _has(name, term)}
    return sent | {"_person": mine.select(source_person_id="key", person="person")}


def file_of(scene: Scene, _partner: str, table: str) -> str:
    """Blade-Export_DD-MM-YYYY_<table>.csv, by the day of export; the table of free school meals has a longer name in autumn."""
    term = term_of(scene.quarter)
    assert term is not None
    name = "fsmperiodsonroll" if table == "fsmperiod" and term.name == "autumn" else table
    return f"Blade-Export_{term.day + _EXPORT_DELAY:%d-%m-%Y}_{name}.csv"


def write(scene: Scene, partner: str, tables: dict[str, pl.DataFrame], folder: Path) -> dict[str, int]:
    """Write one CSV per table; returns rows by file name."""
    names = {file_of(scene, partner, name): frame for name, frame in tables.items()}
    return {name: write_csv(frame, folder / name) for name, frame in names.items()}


def _has(name: str, term: Term) -> bool:
    feed = feeds.load(FEED)
    return feed.has_table(feed.tables[name], term.spec)


def _blade(name: str, frame: pl.DataFrame, term: Term) -> pl.DataFrame:
    """The columns that the census has, in the order and with the headers of the declaration."""
    feed = feeds.load(FEED)
    frame = frame.with_columns(sourceid=pl.lit("1"))
    numbered = frame.with_columns(pl.int_range(1, pl.len() + 1).alias(f"{name}orderseqcolumn"))
    columns = feed.columns(feed.tables[name], term.spec)
    lowered = {column.lower(): column for column in numbered.columns}
    blank = pl.lit(None, pl.String)
    made = numbered.select(
        (pl.col(lowered[c.key]) if c.key in lowered else blank).alias(feed.header(c, term.spec)) for c in columns
    )
    return text(made, BLADE)


def _registrations(scene: Scene, area: str, term: Term, pupils: pl.DataFrame) -> pl.DataFrame:
    """One row per registration: a few pupils have a subsidiary one at a special school; a key counts within this export only."""
    dual = chance(scene.world, "dual registration", 0.006, pupils["person"]) & (pupils["estab"] < 5_000)
    main = pupils.with_columns(
        enrolstatus=pl.when(pl.lit(dual)).then(pl.lit("M")).otherwise(pl.lit("C")), place=pl.lit(0)
    )
    second = pupils.filter(dual).with_columns(
        enrolstatus=pl.lit("S"), place=pl.lit(1), estab=5_000 + pl.col("person") % 14
    )
    rows = pl.concat([main, second]).with_columns(number=pl.col("person") * 2 + pl.col("place"))
    return rows.with_columns(key=record_number("number", f"{area} {term.spec} pupil", 8)).drop("number", "place")


def _roll(scene: Scene, area: str, term: Term, pupils: pl.DataFrame, roll: str) -> dict[str, pl.DataFrame]:
    """The pupils of one roll with their sessions, suspensions and exclusions, by table name."""
    on_roll = roll == "onroll"
    name = "pupilonroll" if on_roll else "pupilnolongeronroll"
    main = pupils.filter(pl.col("enrolstatus") != "S") if on_roll else pupils
    told = events.suspensions(scene, area, term, main, has_left=not on_roll)
    known = told.group_by("key").agg(suspended=pl.col("sessions").sum())
    main = main.join(known, on="key", how="left", maintain_order="left").with_columns(pl.col("suspended").fill_null(0))
    now = events.attendance(scene, area, term, main, half=False)
    later = (
        events.attendance(scene, area, term, main.with_columns(suspended=pl.lit(0, pl.Int64)), half=True)
        if term.half
        else None
    )
    home = pupils.select("key", native=rows_of.native(area))

    def rows(table: str, frame: pl.DataFrame) -> pl.DataFrame:
        linked = frame.join(home, on="key", how="left", maintain_order="left").rename(
            {"key": f"{name}tableid", "native": "NativeId"}
        )
        return linked.with_columns(pl.int_range(1, pl.len() + 1).alias(f"{table}tableid"))

    unauthorised = pl.when(pl.col("other_code").is_in(["O", "U", "G"])).then("other").otherwise(0)
    totals = now.select("key", termlysessionspossible="possible", termlysessionsunauthorised=unauthorised,
                        termlysessionsauthorised=pl.col("absent") + pl.col("suspended") - unauthorised)  # fmt: skip
    table = pupils.join(totals, on="key", how="left", maintain_order="left")
    if later is not None:
        summer = later.select("key", summerhalfterm2sessionspossible="possible")
        table = table.join(summer, on="key", how="left", maintain_order="left")
    tables = {
        name: rows_of.on_roll(scene, area, table) if on_roll else rows_of.off_roll(area, table),
        f"termlyexclusions{roll}": rows(f"termlyexclusions{roll}", dates(told.rename({"start": "startdate", "provision": "senprovision"}), "startdate")),
        f"termlysessiondetails{roll}": rows(f"termlysessiondetails{roll}", events.sessions(now)),
    }  # fmt: skip
    if later is not None:
        tables[f"summerhalfterm2sessiondetails{roll}"] = rows(
            f"summerhalfterm2sessiondetails{roll}", events.sessions(later)
        )
    return tables
