"""Identifiers pass the published checks and belong to nobody."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.gb import nhs, upn

from sendjc_pipeline.settings import SendjcError
from sendjc_pipeline.synthetic import identifiers as ids
from sendjc_pipeline.synthetic import places
from sendjc_pipeline.synthetic.calibration import LA_CODE
from sendjc_pipeline.synthetic.draws import Draws


@given(st.integers(min_value=100_000_000_000, max_value=999_999_999_999))
def test_upn_check_letter_is_the_published_one(digits: int) -> None:
    letter = ids.UPN_ALPHABET[int(ids.upn_check_letter(np.array([digits]))[0])]
    assert letter == upn.calc_check_digit(str(digits))


@given(st.integers(min_value=100_000_000, max_value=999_999_999))
def test_nhs_check_digit_is_the_published_one(body: int) -> None:
    check = int(ids.nhs_check_digit(np.array([body]))[0])
    valid = [digit for digit in range(10) if nhs.checksum(f"{body}{digit}") == 0]
    assert valid == ([check] if check < 10 else [])


def test_nhs_numbers_are_different_and_in_the_reserved_block_only() -> None:
    numbers = ids.nhs_numbers(50_000, Draws(1, "test")).tolist()
    assert len(set(numbers)) == len(numbers)
    assert all(str(number).startswith("999") and len(str(number)) == 10 for number in numbers)
    assert all(nhs.is_valid(str(number)) for number in numbers[:500])
    assert 9_999_999_999 not in numbers


def test_more_children_than_reserved_numbers_are_refused() -> None:
    with pytest.raises(SendjcError, match="smaller --scale"):
        ids.nhs_numbers(1_000_000, Draws(1, "test"))


def test_upns_are_different_and_bear_their_council() -> None:
    council = np.repeat(np.array(sorted(LA_CODE.values())), 5_000)
    numbers = ids.upns(council, np.full(len(council), 2019))
    assert len(set(numbers)) == len(numbers)
    assert all(
        int(number[1:4]) == code and number[8:10] == "19"
        for number, code in zip(numbers, council.tolist(), strict=True)
    )
    assert all(upn.calc_check_digit(number[1:]) == number[0] for number in numbers[::97])


def test_learner_numbers_pass_their_check() -> None:
    for number in ids.ulns(2_000, Draws(1, "test")).tolist():
        digits = [int(digit) for digit in str(number)]
        assert (
            10 - sum(weight * digit for weight, digit in zip(range(10, 1, -1), digits[:9], strict=True)) % 11
            == digits[9]
        )


def test_every_outward_code_belongs_to_one_area() -> None:
    codes = [code for area, some in places.outward_codes().items() if not area.startswith("elsewhere") for code in some]
    assert len(set(codes)) == len(codes)
    outside = [code for area, some in places.outward_codes().items() if area.startswith("elsewhere") for code in some]
    assert not set(codes) & set(outside)
