"""What the six local feeds share: who sends them, whose children they know, and the files they write.

Belongs here: the columns that say who a child is, and CSV or workbook. Does not belong here: any feed's own rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from sendjc_pipeline import feeds
from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic import xlsx
from sendjc_pipeline.synthetic.draws import NEVER, Ints, noise
from sendjc_pipeline.synthetic.names import variant
from sendjc_pipeline.synthetic.population import chance
from sendjc_pipeline.synthetic.scene import Scene
from sendjc_pipeline.synthetic.tables import dates, record_number, text, write_csv

PROVIDER = {"nottingham": "RHA", "nottinghamshire": "RHA", "derby": "RY8", "newcastle": "RTD"}
# The others send CSV, so that both shapes are always among the files; one council's system writes dates the British way.
_WORKBOOK_SENDERS = ("nottinghamshire", "newcastle", "RHA")
_BRITISH = ("derby",)
_AS_NUMBER = ("integer", "nhs_number")  # what a spreadsheet makes of digits that somebody types


def providers(areas: Sequence[str]) -> list[str]:
    """The providers that run local pathways in the areas."""
    return sorted({PROVIDER[area] for area in areas})


def areas_of(scene: Scene, partner: str) -> list[str]:
    """The asked areas that a council or a provider serves."""
    return [area for area in scene.areas if partner in (area, PROVIDER[area])]


def residents(scene: Scene, partner: str) -> pl.DataFrame:
    """The children who live in the sender's areas on the quarter's last day and are alive: `persons` columns, home, postcode."""
    homes = scene.homes(scene.end).rename({"residence": "home"}).unique("person", keep="last", maintain_order=True)
    people = scene.world.persons.join(homes, on="person").filter(pl.col("home").is_in(areas_of(scene, partner)))
    return people.filter(pl.col("died") > scene.end, pl.col("dob") < scene.start - 365).sort("person")


def identified(scene: Scene, partner: str, rows: pl.DataFrame, with_uln: bool = False) -> pl.DataFrame:
    """Add local_id, upn, uln if asked, nhs_number, surname, forename, date_of_birth, sex and postcode to rows that have `person`.

    A council knows most UPNs and few NHS numbers, a provider the reverse. The same child looks the same in every feed of a sender.
    """
    homes = scene.homes(scene.end).select("person", "postcode").unique("person", keep="last", maintain_order=True)
    known = scene.world.persons.drop("area_id", "household").join(homes, on="person", how="left")
    frame = rows.join(known, on="person", how="left", maintain_order="left")
    who, is_council = frame["person"], partner in cal.AREAS
    shares = {"upn": 0.97 if is_council else 0.35, "nhs_number": 0.3 if is_council else 0.96}
    holds = {name: chance(scene.world, f"{partner} knows {name}", share, who) for name, share in shares.items()}
    spelt = {
        name: chance(scene.world, f"{partner} {name}", share, who)
        for name, share in (("surname", 0.006), ("forename", 0.012))
    }
    names = {n: pl.when(pl.lit(odd)).then(variant(pl.col(n))).otherwise(n) for n, odd in spelt.items()}
    uln = pl.when(pl.col("dob") < scene.end - 14.5 * 365).then(pl.col("uln").cast(pl.String))
    frame = frame.with_columns(
        local_id=record_number("person", f"{partner} local", 8),
        upn=pl.when(pl.lit(holds["upn"]) & (pl.col("upn_from") <= scene.end)).then("upn"),
        nhs_number=pl.when(pl.lit(holds["nhs_number"])).then(pl.col("nhs_number").cast(pl.String)),
        date_of_birth="dob",
        **({"uln": uln} if with_uln else {}),
        **names,
    )
    return dates(frame, "date_of_birth")


def between(scene: Scene, salt: str, low: int | Ints, high: int | Ints, *keys: pl.Series) -> Ints:
    """Fix a whole number from low to high, both included, by the keys alone."""
    draw = noise(scene.world.seed, salt, *(key.to_numpy().astype(np.int64) for key in keys))
    first = np.asarray(low, dtype=np.int64)
    return first + np.floor(draw * (np.asarray(high, dtype=np.int64) - first + 1)).astype(np.int64)


def pick(scene: Scene, salt: str, codes: Sequence[str | None], weights: Sequence[float], *keys: pl.Series) -> pl.Series:
    """Fix one of the codes by the keys alone, each in proportion to its weight."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    draw = noise(scene.world.seed, salt, *(key.to_numpy().astype(np.int64) for key in keys))
    place = np.searchsorted(edges / edges[-1], draw, side="right")
    return pl.Series(salt, [codes[n] for n in place.tolist()], dtype=pl.String)


def until(days: Ints, end: int) -> Ints:
    """Days after the quarter's end have not happened yet."""
    return np.where(days <= end, days, NEVER)


def finished(feed: str, table: str, partner: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The declared columns of a table, in order and as the sender writes them; whole-number columns that are days become dates."""
    columns = feeds.load(feed).tables[table].columns
    days = [c.key for c in columns if c.type == "date" and rows.schema[c.key] == pl.Int64]
    style = "%d/%m/%Y" if partner in _BRITISH else "%Y-%m-%d"
    return text(dates(rows, *days).select(c.key for c in columns), style)


def whose(rows: pl.DataFrame) -> pl.DataFrame:
    """The truth beside a submission: source_person_id and person, one row per child."""
    return rows.select(source_person_id="local_id", person="person").unique(maintain_order=True)


def file_name(feed: str, partner: str, table: str) -> str:
    """The name of the file that holds a table."""
    return f"{feed}.xlsx" if partner in _WORKBOOK_SENDERS else f"{_stem(feed, table)}.csv"


def _stem(feed: str, table: str) -> str:
    return feeds.load(feed).tables[table].file[0].split("*")[0]


def write(feed: str, partner: str, tables: dict[str, pl.DataFrame], folder: Path) -> dict[str, int]:
    """Write a workbook with a sheet per table, or a CSV per table; returns rows by file name."""
    if partner not in _WORKBOOK_SENDERS:
        files = {file_name(feed, partner, name): frame for name, frame in tables.items()}
        return {name: write_csv(frame, folder / name) for name, frame in files.items()}
    name = f"{feed}.xlsx"
    xlsx.write({table: _cells(feed, table, frame) for table, frame in tables.items()}, folder / name)
    return {name: sum(frame.height for frame in tables.values())}


def _cells(feed: str, table: str, frame: pl.DataFrame) -> list[Sequence[xlsx.Cell]]:
    kinds = {column.key: column.type for column in feeds.load(feed).tables[table].columns}
    columns = [_numbers(s.to_list()) if kinds.get(s.name) in _AS_NUMBER else s.to_list() for s in frame]
    return [frame.columns, *zip(*columns, strict=True)]


def _numbers(values: list[str | None]) -> list[xlsx.Cell]:
    return [int(value) if value and value.isdecimal() and value == str(int(value)) else value for value in values]
