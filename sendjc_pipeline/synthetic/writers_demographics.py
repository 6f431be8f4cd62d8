"""The provider's own patient index, sent so that children can be linked: demographics_for_linkage.csv.

Belongs here: local patient numbers, schools as a provider knows them, and names as its clerks spell them. Does not belong
here: referrals (writers_csds).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic import places
from sendjc_pipeline.synthetic.draws import noise
from sendjc_pipeline.synthetic.names import variant
from sendjc_pipeline.synthetic.population import World, address, chance
from sendjc_pipeline.synthetic.tables import ISO, dates, record_number, text, write_csv

FILE = "demographics_for_linkage.csv"
CAPITALS = ("RXM",)  # a system that keeps names in capital letters


def patient_number(provider: str) -> pl.Expr:
    """Make LocalPatientID: the provider's own number of a child, the same in CSDS and here."""
    return record_number("person", f"{provider} patient", 8)


def school_urn(world: World, frame: pl.DataFrame, day: int) -> pl.Expr:
    """Give the URN of the school that the provider has on record, as text; unknown for about one child in six."""
    phase = places.phase(pl.col("dob"), day)
    who = frame["person"].to_numpy()
    pick = pl.Series("pick", noise(world.seed, "school", who, frame.select(phase).to_series().to_numpy()))
    la_code = pl.col("area_id").replace_strict(cal.LA_CODE, default=0, return_dtype=pl.Int64)
    urn = places.school(la_code, phase, (pl.col("setting") == 1) & (phase < 3), pl.lit(pick))
    known = ~chance(world, "school unknown", 0.16, frame["person"]) & (phase > 0)
    return pl.when(known).then(urn.cast(pl.String))


def known_patients(world: World, referrals: pl.DataFrame, end: int) -> pl.DataFrame:
    """Find the children of the referrals with their address on a day: `persons` columns, residence, postcode."""
    people = world.persons.join(referrals.select("person").unique(), on="person", how="semi")
    return people.join(address(world, end), on="person").sort("person")


def demographics(world: World, referrals: pl.DataFrame, provider: str, end: int) -> dict[str, pl.DataFrame]:
    """Make one row for every patient of the referrals, as text, by table name.

    Columns: LocalPatientID, NHSNumber, Surname, Forename, DateOfBirth, Sex, Postcode, URN. The number is missing for the
    same children as in CSDS.
    """
    frame = known_patients(world, referrals, end)
    who = frame["person"]
    names = {}
    for name, share in (("surname", 0.02), ("forename", 0.04)):
        spelt_otherwise = chance(world, f"{provider} {name}", share, who)
        names[name.title()] = pl.when(spelt_otherwise).then(variant(pl.col(name))).otherwise(name)
    if provider in CAPITALS:
        names = {name: spelt.str.to_uppercase() for name, spelt in names.items()}
    number = pl.when(~chance(world, f"{provider} no number", 0.05, who)).then("nhs_number")
    table = frame.select(
        LocalPatientID=patient_number(provider), NHSNumber=number,
        **names, DateOfBirth="dob", Sex=pl.when(chance(world, f"{provider} no sex", 0.003, who)).then(pl.lit("U")).otherwise("sex"),
        Postcode="postcode", URN=school_urn(world, frame, end),
    )  # fmt: skip
    return {"demographics_for_linkage": text(dates(table, "DateOfBirth").sort("LocalPatientID"), ISO)}


def write(tables: dict[str, pl.DataFrame], folder: Path) -> dict[str, int]:
    """Write the file; returns rows by file name."""
    return {FILE: write_csv(tables["demographics_for_linkage"], folder / FILE)}
