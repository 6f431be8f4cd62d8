"""ONS mid-year estimates by single year of age 0 to 25 and sex, from five years before: published in July, so sent in the second quarter.

Totals are near the estimates of mid-2024 (ONS), scaled with the world so that rates per 1,000 keep their size; the shape over ages and
the shares of districts are assumed. Two cities have students.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic import returns
from sendjc_pipeline.synthetic.scene import Scene

FEED = "population"
_CODES = {
    "derby": ("E06000015", "Derby", "E12000004"), "newcastle": ("E08000021", "Newcastle upon Tyne", "E12000001"),
    "nottingham": ("E06000018", "Nottingham", "E12000004"), "nottinghamshire": ("E10000024", "Nottinghamshire", "E12000004"),
}  # fmt: skip
_DISTRICTS = {
    ("E07000170", "Ashfield"): 0.156, ("E07000171", "Bassetlaw"): 0.141, ("E07000172", "Broxtowe"): 0.131, ("E07000173", "Gedling"): 0.139,
    ("E07000174", "Mansfield"): 0.134, ("E07000175", "Newark and Sherwood"): 0.147, ("E07000176", "Rushcliffe"): 0.152,
}  # fmt: skip
_STUDENTS = {
    "derby": 1.15,
    "newcastle": 2.1,
    "nottingham": 2.3,
    "nottinghamshire": 0.86,
}  # ages 18 to 22, against a child's year
_YEARS, _AGES = 5, 26


def partners(areas: Sequence[str]) -> list[str]:  # noqa: ARG001  the signature of every partner module
    """The Office for National Statistics."""
    return ["ons"]


def extract(scene: Scene, partner: str) -> dict[str, pl.DataFrame] | None:  # noqa: ARG001
    """Every year, area, sex and age; persons are males and females, the county its districts. None outside the second quarter."""
    if scene.quarter.number != 2:
        return None
    last = scene.quarter.year - 1
    parts = [_area(scene, area, year) for area in scene.areas for year in range(last - _YEARS + 1, last + 1)]
    return {"estimate": pl.concat(parts).select(pl.all().cast(pl.String))}


def _area(scene: Scene, area: str, year: int) -> pl.DataFrame:
    code, name, region = _CODES[area]
    ages = np.arange(_AGES)
    curve = np.where((ages >= 18) & (ages <= 22), _STUDENTS[area], 1 + 0.012 * np.minimum(ages, 14))
    total = returns.CHILDREN[area] * 1000 / 18 * scene.world.scale * (1 + 0.009 * (year - 2024))
    shares = {(code, name): 1.0} if area != "nottinghamshire" else _DISTRICTS
    frames = []
    for (place, label), share in shares.items():
        persons = np.maximum(np.round(total * share * curve), 12).astype(np.int64)
        males = np.round(persons * 0.513).astype(np.int64)
        by_sex = {"Persons": persons, "Males": males, "Females": persons - males}
        frames += [
            pl.DataFrame({"area_code": place, "area_name": label, "sex": sex, "age": ages, "population": count})
            for sex, count in by_sex.items()
        ]
    made = pl.concat(frames)
    level = pl.lit("Local authority" if area != "nottinghamshire" else "District").alias("area_type")
    made = made.with_columns(level, county_code=pl.lit(code if area == "nottinghamshire" else None, dtype=pl.String))
    if area == "nottinghamshire":
        whole = made.group_by("sex", "age", maintain_order=True).agg(pl.col("population").sum()).with_columns(
            area_code=pl.lit(code), area_name=pl.lit(name), area_type=pl.lit("Local authority"), county_code=pl.lit(None, dtype=pl.String)
        )  # fmt: skip
        made = pl.concat([whole.select(made.columns), made])
    dfe_code = pl.when(pl.col("area_type") == "Local authority").then(pl.lit(str(cal.LA_CODE[area]))).alias("dfe_code")
    made = made.with_columns(
        dfe_code, mid_year=pl.lit(year), country_code=pl.lit("E92000001"), region_code=pl.lit(region)
    )
    order = [
        "mid_year",
        "area_type",
        "country_code",
        "region_code",
        "area_code",
        "dfe_code",
        "area_name",
        "county_code",
        "sex",
        "age",
        "population",
    ]
    return made.select(order)
