"""Common given names and surnames, and how the same name is spelt differently by another office.

Belongs here: the lists (calibration/name.csv) and the spelling variants. Does not belong here: who bears which name.
"""

from __future__ import annotations

import polars as pl

from sendjc_pipeline.synthetic import calibration as cal

MALE, FEMALE, SURNAMES = (
    cal.table("name").filter(pl.col("kind") == kind)["name"].to_list() for kind in ("M", "F", "surname")
)
SHORT = {
    "Alexander": "Alex", "Benjamin": "Ben", "Daniel": "Dan", "Edward": "Ted", "Joseph": "Joe", "Joshua": "Josh",
    "Matthew": "Matt", "Michael": "Mike", "Mohammed": "Mohamed", "Muhammad": "Mohammad", "Oliver": "Ollie", "Samuel": "Sam",
    "Thomas": "Tom", "William": "Will", "Zachary": "Zac", "Abigail": "Abi", "Eleanor": "Ellie", "Elizabeth": "Lizzie",
    "Isabella": "Bella", "Jessica": "Jess", "Matilda": "Tilly", "Olivia": "Liv", "Aisha": "Ayesha", "Khadija": "Kadija",
}  # fmt: skip
_PLAIN = str.maketrans("ÀÁÂÄÇÈÉÊËÍÎÏŁÑÓÔÖÚÜàáâäçèéêëíîïłñóôöúü", "AAAACEEEEIIILNOOOUUaaaaceeeeiiilnooouu")


def variant(name: pl.Expr) -> pl.Expr:
    """Respell a name as another office keeps it (see other_spelling)."""
    known = {item: other_spelling(item) for item in sorted({*MALE, *FEMALE, *SURNAMES})}
    return name.replace_strict(list(known), list(known.values()), default=name, return_dtype=pl.String)


def other_spelling(name: str) -> str:
    """Give a name's other spelling: a short form, else plain letters, else a doubled letter lost or a last e gained."""
    if name in SHORT:
        return SHORT[name]
    plain = name.translate(_PLAIN).replace("-", " ").replace("'", "")
    if plain != name:
        return plain
    for pair in ("nn", "ll", "tt", "ss"):
        if pair in name:
            return name.replace(pair, pair[0], 1)
    return name + "e" if name[-1] in "knrt" else name
