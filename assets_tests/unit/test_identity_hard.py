"""The noise of `sendjc synth --hard`: fixed by seed, partner and child; in the shares that it promises."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from sendjc_pipeline import feeds
from sendjc_pipeline.synthetic.hard import PLACEHOLDER, Columns, Rates, missing_nhs, roughen, roughen_tables

DAY = date(2025, 3, 31)
COLUMNS = Columns("forename", "surname", "birth_date", "sex", "postcode", "upn", "nhs_number")


def _children(size: int = 20_000) -> pl.DataFrame:
    return pl.DataFrame({
        "person": range(size), "forename": ["Matilda"] * size, "surname": ["Wilkinson"] * size,
        "birth_date": [date(2012, 3, 5)] * size, "sex": ["F"] * size, "postcode": [f"NG{n % 9} {n % 7}AA" for n in range(size)],
        "upn": ["A892"] * size, "nhs_number": ["999"] * size,
    })  # fmt: skip


def _share(before: pl.DataFrame, after: pl.DataFrame, name: str) -> float:
    return float((before[name] != after[name]).fill_null(value=True).mean() or 0)


@pytest.mark.parametrize(
    ("name", "share"), [("surname", 0.06), ("birth_date", 0.051), ("sex", 0.006), ("nhs_number", 0.6), ("upn", 0.02)]
)
def test_the_shares_are_those_promised(name: str, share: float) -> None:
    before = _children()
    after = roughen(before, COLUMNS, 1, "RHA", DAY, no_nhs=0.6)
    assert _share(before, after, name) == pytest.approx(share, abs=0.012)


def test_the_same_child_is_mistaken_alike_in_every_extract_and_otherwise_by_another_partner() -> None:
    before = _children(2_000)
    whole, part = roughen(before, COLUMNS, 1, "RHA", DAY), roughen(before[500:], COLUMNS, 1, "RHA", DAY)
    same = ["forename", "surname", "birth_date", "sex", "nhs_number"]
    assert whole[500:].select(same).equals(part.select(same))
    assert not roughen(before, COLUMNS, 1, "RY8", DAY).select(same).equals(whole.select(same))


def test_children_too_young_or_too_old_have_no_upn() -> None:
    before = _children(6).with_columns(birth_date=pl.Series([date(2025 - age, 3, 1) for age in (2, 4, 6, 18, 20, 24)]))
    after = roughen(before, COLUMNS, 1, "derby", DAY, rates=Rates(no_upn=0, wrong_date=0, placeholder_date=0))
    assert after["upn"].is_null().to_list() == [True, True, False, False, True, True]


def test_a_wrong_date_is_a_date_and_not_the_right_one() -> None:
    before = _children(3_000)
    after = roughen(before, COLUMNS, 1, "RHA", DAY, rates=Rates(wrong_date=1, placeholder_date=0))["birth_date"]
    assert after.null_count() == 0
    assert date(2012, 5, 3) in after.to_list() and PLACEHOLDER not in after.to_list()
    assert (after != date(2012, 3, 5)).mean() > 0.99


def test_providers_differ_in_how_many_numbers_they_lack() -> None:
    shares = {missing_nhs(partner) for partner in ("RHA", "RY8", "RXM", "RTD", "RX4", "NR3", "RA1", "RB2", "RC3")}
    assert max(shares) == 0.6 and min(shares) < 0.1


def test_only_the_table_that_says_who_a_child_is_is_spoilt_and_its_shape_stays() -> None:
    feed = feeds.load("demographics")
    (name,) = feed.tables
    frame = pl.DataFrame({
        "LocalPatientID": [f"p{n}" for n in range(500)], "NHSNumber": ["9990000018"] * 500, "Surname": ["Wilkinson"] * 500,
        "Forename": ["Matilda"] * 500, "DateOfBirth": ["2012-03-05"] * 500, "Sex": ["F"] * 500, "Postcode": [f"NG{n % 9} 1AA" for n in range(500)],
    })  # fmt: skip
    other = pl.DataFrame({"ServiceRequestID": ["r1"]})
    spoilt = roughen_tables(feed, "RHA", 1, DAY, {name: frame, "cyp101referral": other})
    assert spoilt["cyp101referral"] is other
    assert spoilt[name].columns == frame.columns and spoilt[name].dtypes == frame.dtypes
    assert spoilt[name]["LocalPatientID"].equals(frame["LocalPatientID"])
    assert 0.02 < _share(frame, spoilt[name], "DateOfBirth") < 0.1
    assert spoilt[name]["Forename"].null_count() == 0
