"""What makes one child look like two: the noise of `sendjc synth --hard` and of the identity benchmark.

Belongs here: spoiling who a record says the child is (names, birth date, sex, address, numbers), fixed by the seed, the
partner and the child, so that a partner keeps its mistake from one extract to the next. Does not belong here: faults
that intake should find (the planter), and which children exist.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.synthetic.draws import Floats, noise
from sendjc_pipeline.synthetic.names import SHORT, SURNAMES, variant

PLACEHOLDER = date(1900, 1, 1)
_LETTERS = "aeiounrstlmdhckgpb"
# Share of a partner's patients without an NHS number: from a few in a hundred up to six in ten.
_NO_NHS = (0.03, 0.10, 0.30, 0.60)


@dataclass(frozen=True)
class Rates:
    """Share of records with each kind of noise; those of names are per name."""

    typo: float = 0.05
    wrong_date: float = 0.05
    moved: float = 0.08
    nickname: float = 0.03
    plain_letters: float = 0.30  # of the names that have marks, hyphens or apostrophes
    changed_surname: float = 0.006
    swapped: float = 0.004
    one_field: float = 0.004
    placeholder_date: float = 0.001
    no_sex: float = 0.004
    wrong_sex: float = 0.002
    upn_from: int = 5  # completed years: younger children, and those who left school, have no UPN on file
    upn_until: int = 19
    no_upn: float = 0.02


@dataclass(frozen=True)
class Columns:
    """Names of the columns of a person table; None where the table has none. The birth date must be a pl.Date."""

    forename: str | None = None
    surname: str | None = None
    birth_date: str | None = None
    sex: str | None = None
    postcode: str | None = None
    upn: str | None = None
    nhs_number: str | None = None


def missing_nhs(partner: str) -> float:
    """The share of a provider's patients without an NHS number."""
    return _NO_NHS[zlib.crc32(partner.encode()) % len(_NO_NHS)]


def roughen(
    frame: pl.DataFrame, columns: Columns, seed: int, partner: str, day: date, *, rates: Rates | None = None,
    no_nhs: float | None = None, moving: Floats | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Spoil a person table; `frame` has a whole-number column `person` beside the named ones.

    Args:
        frame: one row per child.
        columns: which column holds what.
        seed: number that fixes the noise.
        partner: whose records they are: two partners make different mistakes about one child.
        day: the extract's date, for the ages between which a UPN is on file.
        rates: shares; the issue's own by default.
        no_nhs: share without an NHS number; that of missing_nhs by default.
        moving: chance of each row to have another address on file, where it is not the same for all.

    """
    rates = rates or Rates()
    draw = _Draw(seed, partner, frame["person"])
    if columns.forename and columns.surname:
        frame = _names(frame, columns.forename, columns.surname, rates, draw)
    if columns.postcode:
        frame = _move(frame, columns.postcode, draw, rates.moved if moving is None else moving)
    if columns.upn and columns.birth_date:
        age = (pl.lit(day) - pl.col(columns.birth_date)).dt.total_days() / 365.25
        on_file = (age >= rates.upn_from) & (age < rates.upn_until + 1) & ~draw.yes("no upn", rates.no_upn)
        frame = frame.with_columns(pl.when(on_file).then(columns.upn).alias(columns.upn))
    if columns.birth_date:
        frame = _dates(frame, columns.birth_date, rates, draw)
    if columns.sex:
        other = pl.col(columns.sex).replace({"M": "F", "F": "M", "1": "2", "2": "1"})
        spoilt = pl.when(draw.yes("wrong sex", rates.wrong_sex)).then(other).otherwise(columns.sex)
        frame = frame.with_columns(
            pl.when(draw.yes("no sex", rates.no_sex)).then(None).otherwise(spoilt).alias(columns.sex)
        )
    if columns.nhs_number:
        share = missing_nhs(partner) if no_nhs is None else no_nhs
        known = pl.when(~draw.yes("no nhs", share)).then(columns.nhs_number)
        frame = frame.with_columns(known.alias(columns.nhs_number))
    return frame


class _Draw:
    """Numbers fixed by the seed, the partner and the child."""

    def __init__(self, seed: int, partner: str, who: pl.Series) -> None:
        self._seed, self._partner, self._who = seed, partner, who.to_numpy().astype(np.int64)

    def number(self, salt: str) -> Floats:
        return noise(self._seed, f"hard {self._partner} {salt}", self._who)

    def yes(self, salt: str, share: float | Floats) -> pl.Expr:
        return pl.lit(pl.Series(salt, self.number(salt) < share))


def _names(frame: pl.DataFrame, forename: str, surname: str, rates: Rates, draw: _Draw) -> pl.DataFrame:
    fore, family = pl.col(forename), pl.col(surname)
    other = pl.lit(pl.Series("other", SURNAMES)).gather(
        pl.lit(pl.Series("at", (draw.number("which surname") * len(SURNAMES)).astype(np.int64)))
    )
    first = frame.with_columns(
        pl.when(draw.yes("nickname", rates.nickname))
        .then(fore.replace_strict(list(SHORT), list(SHORT.values()), default=fore))
        .otherwise(fore)
        .alias(forename),
        pl.when(draw.yes("changed surname", rates.changed_surname)).then(other).otherwise(family).alias(surname),
    )
    plain = {
        name: pl.when(pl.col(name).str.contains(r"[^A-Za-z]") & draw.yes(f"plain {name}", rates.plain_letters))
        .then(variant(pl.col(name)))
        .otherwise(name)
        .alias(name)
        for name in (forename, surname)
    }
    second = first.with_columns(*plain.values())
    third = second.with_columns(*(_typo(name, draw, rates.typo).alias(name) for name in (forename, surname)))
    fourth = third.with_columns(
        pl.when(draw.yes("swapped", rates.swapped)).then(surname).otherwise(forename).alias(forename),
        pl.when(draw.yes("swapped", rates.swapped)).then(forename).otherwise(surname).alias(surname),
    )
    one = draw.yes("one field", rates.one_field)
    return fourth.with_columns(
        pl.when(one).then(None).otherwise(fore).alias(forename),
        pl.when(one).then(pl.concat_str(fore, family, separator=" ")).otherwise(family).alias(surname),
    )


def _typo(name: str, draw: _Draw, share: float) -> pl.Expr:
    """Replace, drop, add or turn round letters at one place."""
    text = pl.col(name)
    at = (pl.lit(pl.Series("at", draw.number(f"typo at {name}"))) * text.str.len_chars()).cast(pl.Int64)
    kind = pl.lit(pl.Series("kind", (draw.number(f"typo kind {name}") * 4).astype(np.int64)))
    letters = pl.Series("letter", list(_LETTERS)).gather(
        (draw.number(f"typo letter {name}") * len(_LETTERS)).astype(np.int64)
    )
    head, here, after, rest = (
        text.str.slice(0, at), text.str.slice(at, 1), text.str.slice(at + 1, 1), text.str.slice(at + 2),
    )  # fmt: skip
    letter = pl.lit(letters)
    spoilt = (
        pl.when(kind == 0)
        .then(pl.concat_str(head, letter, after, rest))
        .when((kind == 1) & (text.str.len_chars() > 2))
        .then(pl.concat_str(head, after, rest))
        .when(kind == 2)
        .then(pl.concat_str(head, here, letter, after, rest))
        .otherwise(pl.concat_str(head, after, here, rest))
    )
    return pl.when(draw.yes(f"typo {name}", share)).then(spoilt).otherwise(text)


def _dates(frame: pl.DataFrame, name: str, rates: Rates, draw: _Draw) -> pl.DataFrame:
    """Turn day and month round, or mistake the day, the month or the year; a few stand-in dates."""
    born = pl.col(name)
    day, month, year = born.dt.day(), born.dt.month(), born.dt.year()
    kind = pl.lit(pl.Series("kind", draw.number("date kind")))
    step = pl.lit(pl.Series("step", 1 + (draw.number("date step") * 9).astype(np.int64)))
    low_day = pl.min_horizontal(day, pl.lit(28))
    spoilt = (
        pl.when((kind < 0.35) & (day <= 12) & (day != month))
        .then(pl.date(year, day, month))
        .when(kind < 0.7)
        .then(pl.date(year, month, (low_day - 1 + step) % 28 + 1))
        .when(kind < 0.85)
        .then(pl.date(year, (month - 1 + step) % 12 + 1, low_day))
        .otherwise(pl.date(year - 1, month, low_day))
    )
    wrong = pl.when(draw.yes("wrong date", rates.wrong_date)).then(spoilt).otherwise(born)
    stand_in = pl.when(draw.yes("stand-in date", rates.placeholder_date)).then(pl.lit(PLACEHOLDER)).otherwise(wrong)
    return frame.with_columns(stand_in.alias(name))


def _move(frame: pl.DataFrame, name: str, draw: _Draw, share: float | Floats) -> pl.DataFrame:
    """Give some of the children the address of another child of the table."""
    if frame.is_empty():
        return frame
    elsewhere = frame[name].gather((draw.number("moved to") * frame.height).astype(np.int64))
    moved = pl.when(draw.yes("moved", share)).then(pl.lit(elsewhere)).otherwise(name)
    return frame.with_columns(moved.alias(name))


# Attribute -> the headers that the layouts of the feeds give it, in lower case.
_HEADERS = {
    "forename": ("forename",),
    "surname": ("surname",),
    "birth_date": ("personbirthdate", "dateofbirth", "date_of_birth", "dob"),
    "sex": ("sex", "gendercurrent", "gender"),
    "postcode": ("postcode",),
    "upn": ("upn",),
    "nhs_number": ("nhsnumber", "nhs_number"),
}
_DATE_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%Y%m%d", "%d-%b-%Y", "%d-%m-%Y")
_NO_UPN_YET = "UN1"
# What intake would find, the files must not have: a record with both names and a sex.
SENT = Rates(one_field=0.0, no_sex=0.0, placeholder_date=0.0)


def roughen_tables(
    feed: Feed, partner: str, seed: int, day: date, tables: dict[str, pl.DataFrame]
) -> dict[str, pl.DataFrame]:
    """Spoil whatever table of a submission says who the children are; all text, with headers as the feed declares them.

    A child is told by the partner's own id, so a partner makes one mistake about it in every feed and extract that bears
    that id. A table without such an id, or without a birth date or names, is left as it is.
    """
    spoilt = dict(tables)
    for name, frame in tables.items():
        declared = feed.tables.get(name.lower())
        if declared is None or frame.is_empty():
            continue
        headers = {header.lower(): header for header in frame.columns}
        person = next((headers[c.key] for c in declared.columns if c.privacy == "person_id" and c.key in headers), None)
        found = {
            attribute: next((headers[key] for key in keys if key in headers), None)
            for attribute, keys in _HEADERS.items()
        }
        if person and found["birth_date"]:
            spoilt[name] = _roughen_text(frame, person, Columns(**found), partner, seed, day)
    return spoilt


def _roughen_text(
    frame: pl.DataFrame, person: str, columns: Columns, partner: str, seed: int, day: date
) -> pl.DataFrame:
    assert columns.birth_date is not None
    born = frame[columns.birth_date]
    written = next(
        (shape for shape in _DATE_FORMATS if born.str.to_date(shape, strict=False).null_count() == born.null_count()),
        None,
    )
    if written is None:
        return frame
    who = pl.Series("person", [zlib.crc32(str(number).encode()) for number in frame[person].to_list()], dtype=pl.Int64)
    dated = frame.with_columns(pl.col(columns.birth_date).str.to_date(written, strict=False), person=who)
    rough = roughen(dated, columns, seed, partner, day, rates=SENT)
    rough = rough.with_columns(pl.col(columns.birth_date).dt.strftime(written))
    unknown = next((header for header in rough.columns if header.lower() == "upnunknown"), None)
    if columns.upn and unknown:
        lost = pl.col(columns.upn).is_null() & pl.col(unknown).is_null()
        rough = rough.with_columns(pl.when(lost).then(pl.lit(_NO_UPN_YET)).otherwise(unknown).alias(unknown))
    return rough.select(frame.columns)
