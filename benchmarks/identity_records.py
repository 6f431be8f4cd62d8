"""Records of children who are hard to link, with the truth beside them.

Two councils send SEN2 returns and two providers send patient lists, each with its own mistakes (synthetic/hard.py).
Children have twins and siblings at one address; names, addresses and moves differ by ethnicity and deprivation, so that
a method that is worse for a group shows it. Nobody here exists: NHS numbers are of the 999 block.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import polars as pl

from sendjc_pipeline import feeds
from sendjc_pipeline.identity.pseudonym import record_purpose
from sendjc_pipeline.submissions.casting import INCOMPLETE, PARQUET_TYPES
from sendjc_pipeline.submissions.manifest import Submission, SubmittedFile
from sendjc_pipeline.submissions.receipt import Receipt
from sendjc_pipeline.synthetic import identifiers, names
from sendjc_pipeline.synthetic.draws import Bools, Draws, Ints, noise
from sendjc_pipeline.synthetic.hard import Columns, roughen
from sendjc_pipeline.warehouse.connection import connect

DAY = date(2025, 3, 31)
PERIOD = "2024-25-Q4"
RECORDS_PER_CHILD = 2.04
TWINS, SIBLINGS = 0.015, 0.42  # chance that a child has a twin here, or a brother or sister of another age
SHARED_ON_TWINS = 0.01  # of twins: one twin's NHS number, or UPN, is on both

# partner -> (feed, chance that a child is known there, share without an NHS number)
PARTNERS = {
    "nottingham": ("sen2", 0.85, None),
    "nottinghamshire": ("sen2", 0.85, None),
    "RHA": ("demographics", 0.65, 0.05),
    "RY8": ("demographics", 0.50, 0.60),
}
BOTH_COUNCILS = 0.05
NHS_NUMBERS = 900_000  # the reserved block holds about so many; in a larger sample the rest of the children have none
_COLUMNS = {
    "sen2": Columns("forename", "surname", "birth_date", "sex", "postcode", upn="upn"),
    "demographics": Columns("forename", "surname", "birth_date", "sex", "postcode", nhs_number="nhs_number"),
}


def _words(text: str) -> list[str]:
    return text.split()


_STEMS = _words("""
    Ash Bar Beck Birch Black Bland Brad Bram Brent Brook Cart Clay Cliff Cole Cran Dal Dun East Eld Far
    Fern Finch Ford Fox Gar Glad Grant Green Had Hal Harg Hart Haw Hazel Hol Ing Kel Kirk Lang Lin Lock
    Mal Mar Mel Mid Nor Oak Old Pad Pem Pres Rad Red Ridge Rock Rush San Shel Stan Stock Sut Thorn Tun
    Wal War West Whit Wil Win Wood
""")
_ENDS = _words("""
    bury by cliffe combe cott croft dale den field ford gate ham hurst land ley low man mere more ridge
    shaw son stead ton wick worth
""")
_BY_GROUP = {
    "Asian": _words("""
        Ahmed Akhtar Ali Banerjee Begum Bhatti Chan Chaudhry Chen Gill Hossain Hussain Ibrahim Iqbal Kaur
        Khan Kumar Li Mahmood Miah Nguyen Parmar Patel Rahman Shah Shaikh Singh Uddin Yusuf Zaman Khan-Ali
        D'Souza
    """),
    "Black": _words("""
        Adeyemi Ansah Balogun Boateng Campbell Clarke Grant Joseph Mensah Mohamed Ngozi Okafor Okoro-Bell
        Owusu Robinson Williams Yusuf Ibrahim Brown Morgan Francis Thompson
    """),
}
_FORE_BY_GROUP = {
    "Asian": (
        _words("""
            Adeel Amir Arjun Ayaan Eesa Hamza Hassan Ibrahim Idris Ismail Karim Mohammed Muhammad Musa Omar
            Siddharth Umar Yusuf Zain
        """),
        _words("""
            Aaliyah Aisha Amina Amna Anaya Ayesha Farah Fatima Hafsa Halima Inaya Kadija Khadija Layla Maryam
            Nadia Priya Sana Simran Yasmin Zahra Zara
        """),
    ),
    "Black": (
        _words("""
            Caleb Daniel David Elijah Emmanuel Gabriel Isaac Isaiah Jamal Joel Joseph Joshua Kwame Malik Moses
            Nathan Samuel Tobias Victor
        """),
        _words("""
            Abigail Ada Amina Ava Esme Faith Grace Hannah Ifeoma Leah Lydia Martha Naomi Nevaeh Sarah Tiana Zara
        """),
    ),
}
_GROUPS = {"White": ("WBRI", 0.66), "Asian": ("APKN", 0.14), "Black": ("BAFR", 0.08), "Mixed": ("MOTH", 0.09), "Other": ("OOTH", 0.03)}  # fmt: skip
_OUTWARD = {
    "nottingham": [f"NG{n}" for n in (1, 2, 3, 5, 6, 7, 8, 11)],
    "nottinghamshire": [f"NG{n}" for n in (4, 9, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 24, 25)],
}


@dataclass(frozen=True)
class Sample:
    """children: child, area_id, sex, ethnicity, age_band, decile; records: record_id, child, partner, feed and what the
    partner says (forename, surname, birth_date, sex, postcode, upn, nhs_number, ethnicity)."""

    children: pl.DataFrame
    records: pl.DataFrame


def generate(count: int, seed: int) -> Sample:
    """About `count` records; the same count and seed give the same records."""
    children = _children(round(count / RECORDS_PER_CHILD), Draws(seed, "identity"))
    parts = []
    for partner, (feed, known, no_nhs) in PARTNERS.items():
        who = children["child"].to_numpy().astype(np.int64)
        chance = np.full(children.height, known)
        if partner in _OUTWARD:
            home = (children["area_id"] == partner).to_numpy()
            chance = np.where(home, known, BOTH_COUNCILS)
        part = children.filter(pl.Series(noise(seed, f"known to {partner}", who) < chance)).rename({"child": "person"})
        if part.is_empty():
            continue
        away = (part["area_id"] != partner).to_numpy() if partner in _OUTWARD else np.zeros(part.height, dtype=np.bool_)
        # Twice as many of the poorest move as of the richest; who is in the other council's books has moved.
        moving = np.where(away, 0.9, 0.08 * (1.45 - (part["decile"].to_numpy() - 1) * 0.1))
        part = roughen(part, _COLUMNS[feed], seed, partner, DAY, no_nhs=no_nhs, moving=moving)
        order = np.argsort(
            noise(seed, f"order of {partner}", part["person"].to_numpy().astype(np.int64)), kind="stable"
        )
        part = part[order].with_columns(
            partner=pl.lit(partner), feed=pl.lit(feed), record_id=pl.format("{}{}", pl.lit(partner[0].lower()), pl.int_range(pl.len())),
            upn="upn" if feed == "sen2" else pl.lit(None, pl.String),
            nhs_number="nhs_number" if feed == "demographics" else pl.lit(None, pl.String),
        )  # fmt: skip
        parts.append(part.rename({"person": "child"}))
    columns = ["record_id", "child", "partner", "feed", "forename", "surname", "birth_date", "sex", "postcode", "upn", "nhs_number", "ethnicity"]  # fmt: skip
    truth = children.select("child", "area_id", "sex", "group", "age_band", "decile").rename({"group": "ethnicity"})
    return Sample(truth, pl.concat(part.select(columns) for part in parts))


def _children(size: int, draws: Draws) -> pl.DataFrame:
    child = np.arange(size)
    twin_of, sibling_of = _kin(size, draws.child("kin"))
    eldest = np.where(twin_of >= 0, twin_of, sibling_of)
    head = np.where(eldest >= 0, eldest, child)
    area = np.where(draws.chance(0.35, size), 0, 1)[head]
    group = np.array(list(_GROUPS))[draws.index([share for _, share in _GROUPS.values()], size)][head]
    born = np.int64((DAY - date(1970, 1, 1)).days) - draws.whole(30, 25 * 365 + 300, size)
    born = np.where(twin_of >= 0, born[np.where(twin_of >= 0, twin_of, 0)], born)
    male = draws.chance(0.55, size)
    home = draws.whole(0, max(size // 12, 20), size)[head]
    decile = 1 + (noise(1, "decile", home) ** 1.3 * 10).astype(np.int64)
    entry = 1970 + ((born + 4 * 365) // 365.25).astype(np.int64)
    la = np.where(area == 0, 892, 891)
    surname = _surnames(group, draws.child("surname"))[head]
    forename = _forenames(group, male, draws.child("forename"))
    # Brothers and sisters do not bear one name.
    same = (eldest >= 0) & (forename == forename[np.where(eldest >= 0, eldest, 0)])
    forename = np.where(same, np.where(male, "Bartholomew", "Winifred"), forename)
    nhs = identifiers.nhs_numbers(min(size, NHS_NUMBERS), draws.child("nhs")).astype("U10")
    nhs = np.concatenate([nhs, np.full(size - len(nhs), "")])[draws.child("nhs order").order(size)]
    upn = np.array(identifiers.upns(la, entry))
    given = (twin_of >= 0) & draws.chance(SHARED_ON_TWINS, size)
    nhs = np.where(given, nhs[np.where(given, twin_of, 0)], nhs)
    upn = np.where((twin_of >= 0) & draws.chance(SHARED_ON_TWINS, size), upn[np.where(twin_of >= 0, twin_of, 0)], upn)
    years = (np.int64((DAY - date(1970, 1, 1)).days) - born) / 365.25
    band = np.array(["0-4", "5-10", "11-15", "16-19", "20-25"])[np.digitize(years, [5, 11, 16, 20])]
    areas = np.array(list(_OUTWARD))[area]
    return pl.DataFrame({
        "child": child, "area_id": areas, "sex": np.where(male, "M", "F"), "group": group, "age_band": band, "decile": decile,
        "forename": forename, "surname": surname, "birth_date": pl.Series(born.astype(np.int32)).cast(pl.Date),
        "postcode": _postcodes(home, areas), "upn": upn, "nhs_number": pl.Series(nhs).replace("", None),
        "ethnicity": [_GROUPS[g][0] for g in group.tolist()],
    })  # fmt: skip


def _kin(size: int, draws: Draws) -> tuple[Ints, Ints]:
    """Whose twin, and whose brother or sister, each child is; -1 for nobody's."""
    order = draws.order(size)
    one, two = order[0 : size - 1 : 2], order[1::2]
    u = draws.uniform(len(two))
    twin, sibling = np.full(size, -1), np.full(size, -1)
    twin[two[u < 2 * TWINS]] = one[: len(two)][u < 2 * TWINS]
    kin = (u >= 2 * TWINS) & (u < 2 * TWINS + SIBLINGS)
    sibling[two[kin]] = one[: len(two)][kin]
    return twin, sibling


def _pick(pool: list[str], skew: float, draws: Draws, size: int) -> np.ndarray:
    weights = 1 / (np.arange(len(pool)) + 3.0) ** skew
    return np.array(pool)[draws.index(weights, size)]


def _surnames(group: np.ndarray, draws: Draws) -> np.ndarray:
    size = len(group)
    made = [stem + end for stem in _STEMS for end in _ENDS]
    general = _pick([*names.SURNAMES, *np.array(made)[draws.order(len(made))].tolist()], 0.65, draws.child("all"), size)
    two = draws.chance(0.03, size)
    other = _pick(names.SURNAMES, 0.3, draws.child("second"), size)
    general = np.where(two, np.char.add(np.char.add(general, "-"), other), general)
    for name, pool in _BY_GROUP.items():
        own = (group == name) & draws.chance(0.85, size)
        general = np.where(own, _pick(pool, 0.5, draws.child(name), size), general)
    return general


def _forenames(group: np.ndarray, male: Bools, draws: Draws) -> np.ndarray:
    size = len(group)
    chosen = np.where(
        male, _pick(names.MALE, 0.4, draws.child("M"), size), _pick(names.FEMALE, 0.4, draws.child("F"), size)
    )
    for name, (boys, girls) in _FORE_BY_GROUP.items():
        own = (group == name) & draws.chance(0.8, size)
        pool = np.where(
            male, _pick(boys, 0.4, draws.child(name, "M"), size),
            _pick(girls, 0.4, draws.child(name, "F"), size),
        )  # fmt: skip
        chosen = np.where(own, pool, chosen)
    return chosen


def _postcodes(home: Ints, areas: np.ndarray) -> list[str]:
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    u = noise(2, "postcode", home)
    sector = (u * 10).astype(np.int64)
    one, two = (u * 200).astype(np.int64) % 20, (u * 4000).astype(np.int64) % 20
    out = [_OUTWARD[a][h % len(_OUTWARD[a])] for a, h in zip(areas.tolist(), home.tolist(), strict=True)]
    tail = [f"{s}{letters[a]}{letters[b]}" for s, a, b in zip(sector.tolist(), one.tolist(), two.tolist(), strict=True)]
    return [f"{a} {b}" for a, b in zip(out, tail, strict=True)]


def deliver(
    home: Path, sample: Sample, received: datetime = datetime(2025, 4, 10, 9, tzinfo=UTC)
) -> list[tuple[Submission, Receipt]]:
    """Write the records as accepted submissions below a home folder, as intake would have; one per partner."""
    found = []
    for number, ((partner, feed), part) in enumerate(sample.records.group_by(["partner", "feed"], maintain_order=True)):
        identity = f"{number:04d}{received:%Y%m%d%H%M}"
        folder = home / "restricted" / "accepted" / str(feed) / identity
        _write(folder, str(feed), part)
        file = SubmittedFile(name="a.csv", sha256="0" * 64, bytes=0)
        spec = feeds.load(str(feed)).default_spec
        submission = Submission(
            submission_id=identity, partner=str(partner), feed=str(feed), spec=spec, period=PERIOD, received_at=received, files=(file,),
        )  # fmt: skip
        receipt = Receipt(
            submission_id=identity, feed=str(feed), partner=str(partner), period=PERIOD, spec=spec, status="accepted", tables={},
            messages_total=[], file_messages=[], folder=folder,
        )  # fmt: skip
        found.append((submission, receipt))
    return found


def _write(folder: Path, feed: str, part: pl.DataFrame) -> None:
    table = {"sen2": "person", "demographics": "demographics"}[feed]
    layout = {
        "sen2": {"persontableid": "record_id", "surname": "surname", "forename": "forename", "personbirthdate": "birth_date",
                 "sex": "sex", "ethnicity": "ethnicity", "postcode": "postcode", "upn": "upn"},
        "demographics": {"localpatientid": "record_id", "nhsnumber": "nhs_number", "surname": "surname", "forename": "forename",
                         "dateofbirth": "birth_date", "sex": "sex", "postcode": "postcode"},
    }[feed]  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    declared = feeds.load(feed).tables[table].columns
    con = connect()
    con.register("part", part.to_arrow())
    columns = [
        f'cast({layout.get(column.key, "null")} as {PARQUET_TYPES.get(column.type, "VARCHAR")}) as "{column.key}"'
        for column in declared
    ]
    con.execute(
        f"copy (select {', '.join(columns)}, false as {INCOMPLETE}, 'a.csv' as source_file, row_number() over () + 1 as source_row"
        f" from part) to '{folder / table}.parquet' (format parquet)"
    )
    con.close()


def purposes() -> dict[tuple[str, str], str]:
    """(feed, partner) -> the purpose under which its record ids were hashed, to find the truth of a link again."""
    return {(feed, partner): record_purpose(feed, partner) for partner, (feed, _, _) in PARTNERS.items()}
