"""Who the children are: names, sex, ethnicity, needs, households and numbers.

Belongs here: attributes that never change. Does not belong here: addresses, and what a partner knows of a child.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic import identifiers, names
from sendjc_pipeline.synthetic.draws import NEVER, Bools, Draws, Ints
from sendjc_pipeline.synthetic.patients import Children

TWINS, SIBLINGS = (
    0.012,
    0.36,
)  # chance that two children next in age in an area are twins, that a random fit pair are siblings
MAX_TWIN_SHIFT_DAYS = 45  # a twin takes the other's birthday; in a small world the next in age may be weeks apart


def _households(area: Ints, dob: Ints, movable: Ints, draws: Draws) -> tuple[Ints, Ints]:
    """Household number of each child (its eldest member's id) and birth days, equal for twins."""
    head, dob = np.arange(len(area)), dob.copy()
    order = movable[np.lexsort((movable, dob[movable], area[movable]))]
    one, two = order[0:-1:2], order[1::2]
    fit = (area[one] == area[two]) & (dob[two] - dob[one] < MAX_TWIN_SHIFT_DAYS) & draws.chance(TWINS, len(one))
    head[two[fit]], dob[two[fit]] = one[fit], dob[one[fit]]
    free = np.setdiff1d(movable, np.concatenate([one[fit], two[fit]]))
    mixed = free[draws.order(len(free))]
    one, two = mixed[0:-1:2], mixed[1::2]
    apart = np.abs(dob[two] - dob[one])
    fit = (area[one] == area[two]) & (apart > 330) & (apart < 3600) & draws.chance(SIBLINGS, len(one))
    head[two[fit]] = one[fit]
    return head, dob


def persons(
    children: Children, cases: pl.DataFrame, deaths: dict[int, int], moves: pl.DataFrame, root: Draws
) -> pl.DataFrame:
    """Make the table of children (columns in population.World); those who move alone have no brother or sister here."""
    size = len(children.area)
    everyone = np.arange(size)
    ended = cases.filter(pl.col("reason") == 8).select("person", "ceased").iter_rows()
    died = np.full(size, NEVER, dtype=np.int64)
    for person, day in [*deaths.items(), *ended]:
        died[person] = day
    movable = np.setdiff1d(everyone, moves["person"].to_numpy())
    head, dob = _households(children.area, children.dob, movable, root.child("households"))
    home = pl.Series(cal.AREAS).gather(children.area)
    frame = pl.DataFrame({"person": everyone, "area_id": home, "dob": dob, "household": head, "died": died})
    planned = cases.filter(pl.col("outcome") == "Y").select("person", issued="closed")
    planned = planned.unique("person", keep="first", maintain_order=True)
    frame = frame.join(planned, on="person", how="left", maintain_order="left")
    with_case = np.zeros(size, dtype=np.bool_)
    with_case[cases["person"].to_numpy()] = True
    frame = pl.concat(
        _attributes(part, with_case[part["person"].to_numpy()], str(key[0]), root.child("attributes", str(key[0])))
        for key, part in frame.group_by("area_id", maintain_order=True)
    ).sort("person")
    eldest = frame["household"].to_numpy()
    shared = {name: frame[name].gather(eldest) for name in ("surname", "ethnicity")}
    return _numbers(frame.with_columns(**shared), root.child("numbers")).drop("issued")


def _attributes(frame: pl.DataFrame, with_case: Bools, area: str, draws: Draws) -> pl.DataFrame:
    size = frame.height
    row = cal.area_row("ehc_area", area)
    male = draws.chance(row["male"], size)
    boys, girls = pl.Series(names.MALE), pl.Series(names.FEMALE)
    u = draws.uniform(size)
    boy, girl = (u * len(boys)).astype(np.int64), (u * len(girls)).astype(np.int64)
    surname = pl.Series(names.SURNAMES).gather(draws.whole(0, len(names.SURNAMES) - 1, size))
    groups, share = cal.mix(area, "ethnicity")
    needs, active = cal.mix(area, "need_active")
    new = cal.mix(area, "need_new")[1]
    old_plan = (frame["issued"].fill_null(NEVER) < cal.day(date(cal.FIRST_YEAR, 1, 1))).to_numpy()
    first = np.where(old_plan, draws.index(2 * active - new.clip(0, 2 * active), size), draws.index(new, size))
    second = draws.index(active, size)
    kind = np.array([*needs, ""], dtype=object)
    nothing = len(needs)
    first = np.where(with_case, first, nothing)
    second = np.where(with_case & draws.chance(0.5, size) & (second != first), second, nothing)
    blank = {"unknown": None, "": None}
    setting = draws.index([row["mainstream"], row["special"], row["elsewhere"]], size)
    return frame.with_columns(
        sex=pl.Series(np.where(male, "M", "F").tolist()),
        forename=pl.when(pl.lit(pl.Series(male))).then(boys.gather(boy)).otherwise(girls.gather(girl)),
        surname=surname,
        ethnicity=pl.Series([groups[i] for i in draws.index(share, size).tolist()]),
        need_1=pl.Series(kind[first].tolist()).replace(blank),
        need_2=pl.Series(kind[np.where(kind[first] == "unknown", nothing, second)].tolist()).replace(blank),
        setting=pl.Series(np.where(frame["issued"].is_not_null().to_numpy(), setting, 0)),
    )


def _numbers(frame: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    size = frame.height
    birth = pl.from_epoch("dob", time_unit="d")
    entry = frame.select(birth.dt.year() + 4 + (birth.dt.month() >= 9).cast(pl.Int32)).to_series().cast(pl.Int64)
    la_code = frame["area_id"].replace_strict(cal.LA_CODE, return_dtype=pl.Int64).to_numpy()
    september = pl.date(pl.col("entry"), 9, 1).cast(pl.Int32).cast(pl.Int64)
    early = pl.Series("early", np.where(draws.chance(0.5, size), 365, 0))
    return (
        frame.with_columns(entry.alias("entry"), early)
        .with_columns(
            upn=pl.Series(identifiers.upns(la_code, entry.to_numpy())),
            upn_from=september - pl.col("early"),
            nhs_number=pl.Series(identifiers.nhs_numbers(size, draws.child("nhs"))),
            uln=pl.Series(identifiers.ulns(size, draws.child("uln"))),
        )
        .drop("entry", "early")
    )
