"""A postcode directory for the synthetic areas: small area, district and deprivation decile of each postcode that they may have.

Belongs here: which synthetic place a postcode lies in. Does not belong here: who lives there (addresses.py). The places follow from the
postcode alone, so that every world agrees on them. Codes of small areas are E019 and five digits, which ONS has not given out, so that
nobody takes one for a real place; districts are real ones, as the areas are. Deciles are drawn with equal shares in every area:
that some of these councils are poorer than others is not in it.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic import places
from sendjc_pipeline.synthetic.draws import noise

FILE = Path("reference") / "postcode_directory.csv"
SOURCE, EDITION = "synthetic", "1"
_FIRST_AREA, _SECTORS = 900_000, 20  # ten sectors of an outward code, each in two halves

# Nottinghamshire is a county of districts; an outward code is put into the one that holds most of it.
_DISTRICT = {
    "NG4": "E07000173", "NG9": "E07000172", "NG12": "E07000176", "NG13": "E07000176", "NG14": "E07000173", "NG15": "E07000170",
    "NG16": "E07000172", "NG17": "E07000170", "NG18": "E07000174", "NG19": "E07000174", "NG20": "E07000174", "NG21": "E07000175",
    "NG22": "E07000175", "NG23": "E07000175", "NG24": "E07000175", "NG25": "E07000175", "S80": "E07000171", "S81": "E07000171",
    "DN22": "E07000171",
}  # fmt: skip
# Neighbours of the simulated areas: Erewash, North Tyneside, Melton. An area itself has the district of the seed.
_NEIGHBOUR = {
    "elsewhere-derby": "E07000036", "elsewhere-newcastle": "E08000022",
    "elsewhere-nottingham": "E07000036", "elsewhere-nottinghamshire": "E07000133",
}  # fmt: skip
_SEED = Path(__file__).resolve().parents[2] / "seeds" / "reference" / "district_area.csv"


def directory(postcodes: pl.Series) -> pl.DataFrame:
    """Where postcodes lie, one row each in their order: pcds, lsoa21cd, lad25cd, imd_decile; others than the synthetic ones are left out."""
    known = _outward_codes()
    sent = pl.DataFrame({"pcds": postcodes.unique().sort()}).with_columns(
        outward=pl.col("pcds").str.split(" ").list.first(), inward=pl.col("pcds").str.split(" ").list.last()
    )
    placed = sent.join(known, on="outward", how="inner", maintain_order="left").with_columns(
        area=pl.col("number") * _SECTORS
        + pl.col("inward").str.slice(0, 1).cast(pl.Int64) * 2
        + (pl.col("inward").str.slice(1, 1) > "K").cast(pl.Int64)
    )
    decile = 1 + (noise(0, "deprivation", placed["area"].to_numpy()) * 10).astype(np.int64)
    return placed.select(
        "pcds",
        lsoa21cd=pl.format("E01{}", pl.col("area") + _FIRST_AREA),
        lad25cd="district",
        imd_decile=pl.Series(decile),
    )


def every_postcode() -> pl.Series:
    """Every postcode that a synthetic child may have."""
    inward = [f"{digit}{one}{two}" for digit, one, two in product("0123456789", places.INWARD, places.INWARD)]
    outward = _outward_codes().select("outward")
    return outward.join(pl.DataFrame({"inward": inward}), how="cross").select(
        pl.format("{} {}", "outward", "inward").alias("pcds")
    )["pcds"]


def write(postcodes: pl.Series, out: Path) -> Path:
    """Write the directory of some postcodes to OUT/reference/postcode_directory.csv, in the form of ONSPD with the decile beside it."""
    path = out / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    directory(postcodes).write_csv(path)
    return path


def _outward_codes() -> pl.DataFrame:
    """outward, number (its place in the alphabet of them, those of areas added later behind the others), district."""
    by_seed = _district_of_area()
    rows = sorted(
        (
            f"elsewhere-{area.removeprefix('elsewhere-')}" not in _NEIGHBOUR,
            code,
            _DISTRICT.get(code) or _NEIGHBOUR.get(area) or by_seed[area],
        )
        for area, codes in places.outward_codes().items()
        for code in codes
    )
    return (
        pl.DataFrame([row[1:] for row in rows], schema=["outward", "district"], orient="row")
        .with_row_index("number")
        .with_columns(pl.col("number").cast(pl.Int64))
    )


def _district_of_area() -> dict[str, str]:
    """The first district of each area in the seed, for outward codes that say no more."""
    seed = pl.read_csv(_SEED, infer_schema=False)
    return dict(seed.group_by("area_id", maintain_order=True).agg(pl.col("district_code").first()).rows())
