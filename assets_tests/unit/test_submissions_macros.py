"""Check digits in SQL agree with an independent library."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from stdnum.gb import nhs, upn

from sendjc_pipeline.feeds.model import Column, Dialect
from sendjc_pipeline.submissions.casting import _cast
from sendjc_pipeline.submissions.macros import UPN_LETTERS, create_macros
from sendjc_pipeline.warehouse.connection import connect

CON = connect()
create_macros(CON)
AREAS = st.sampled_from(["892", "891", "831", "391"])


def value(sql: str, *parameters: object) -> object:
    row = CON.execute(f"select {sql}", list(parameters)).fetchone()
    assert row is not None
    return row[0]


@hypothesis_settings(max_examples=60, deadline=None)
@given(area=AREAS, body=st.text("0123456789", min_size=8, max_size=8), last=st.sampled_from("0123456789" + UPN_LETTERS))
def test_upn_check_letter(area: str, body: str, last: str) -> None:
    rest = area + body + last
    letter = upn.calc_check_digit(rest)
    assert value("sendjc_upn_is_valid(?)", letter + rest) is True
    other = UPN_LETTERS[(UPN_LETTERS.index(letter) + 1) % 23]
    assert value("sendjc_upn_is_valid(?)", other + rest) is False


@hypothesis_settings(max_examples=60, deadline=None)
@given(body=st.text("0123456789", min_size=6, max_size=6), last=st.integers(0, 9))
def test_nhs_number_check_digit(body: str, last: int) -> None:
    number = f"999{body}{last}"
    expected = nhs.is_valid(number) and number != "9999999999"
    assert value("sendjc_nhs_is_valid(?)", number) is expected


@pytest.mark.parametrize("placeholder", ["0000000000", "9999999999"])
def test_placeholders_that_satisfy_the_arithmetic_are_denied(placeholder: str) -> None:
    assert nhs.is_valid(placeholder)
    assert value("sendjc_nhs_is_valid(?)", placeholder) is False


@pytest.mark.parametrize(
    ("macro", "text", "expected"),
    [
        ("sendjc_nhs_text", "999 000-0018", "9990000018"),
        ("sendjc_compact", " e892 4000 24001 ", "E892400024001"),
        ("sendjc_postcode_text", "ng51ab", "NG5 1AB"),
        ("sendjc_postcode_text", "NG5", "NG5"),
        ("sendjc_text", "\t a b\u00a0", "a b"),
        ("sendjc_text", "   ", None),
        ("sendjc_postcode_is_valid", "NG5 1AB", True),
        ("sendjc_postcode_is_valid", "ZZ99 3VZ", False),
        ("sendjc_postcode_is_valid", "NG5 1A", False),
        ("sendjc_postcode_is_valid", None, None),
        ("sendjc_upn_is_valid", "E89240002400I", False),
        ("sendjc_upn_is_valid", None, None),
        ("sendjc_nhs_is_valid", "12345", False),
    ],
)
def test_normalising_and_edges(macro: str, text: str | None, expected: object) -> None:
    assert value(f"{macro}(?::varchar)", text) == expected


@pytest.mark.parametrize(("position", "letter"), [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (53, "BA"), (702, "ZZ")])
def test_column_letters_are_excels(position: int, letter: str) -> None:
    assert value("sendjc_letter(?)", position) == letter


def test_macros_can_be_made_twice() -> None:
    con = duckdb.connect()
    create_macros(con)
    create_macros(con)


@hypothesis_settings(max_examples=300, deadline=None)
@given(text=st.text(st.sampled_from(" \t\n\r\u00a0\u00a1\u0085\u2003\x0b\x0c\x01a!é"), max_size=5))
def test_text_is_trimmed_of_blanks_and_of_nothing_else(text: str) -> None:
    trimmed = text.strip(" \t\n\r\u00a0")
    assert value("sendjc_text(?)", text) == (trimmed or None)
    if text != trimmed:
        assert value("sendjc_has_outer_blank(?)", text) is True


_BLADE = ("%Y-%b-%d %H:%M:%S", "%Y-%b-%d", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
_FIGURES = st.text(st.sampled_from("0123456789129 -/T:.x"), max_size=12)
_YEARS = st.sampled_from(["1899", "1900", "2199", "2200", "2024", "-024", "202", " 202", "20 4"])
_NEARLY = st.tuples(_YEARS, _FIGURES, st.sampled_from(["-29", "-31", "-1", "-1 ", "-1:", "-1T", "-00", ""])).map(
    "-".join
)
_ENDLESS = st.tuples(st.sampled_from(["2024-0", "2023-1", "1900-"]), _FIGURES).map("".join)
_DAYS = st.one_of(st.dates().map(str), _FIGURES, _NEARLY, _ENDLESS)


@hypothesis_settings(max_examples=500, deadline=None)
@given(text=_DAYS, formats=st.sampled_from([_BLADE, ("%d/%m/%Y", "%Y-%m-%d"), ("%Y-%m-%d",)]))
def test_the_short_way_to_a_day_finds_what_the_formats_find(text: str, formats: tuple[str, ...]) -> None:
    column = Column(name="day", type="date", description="a day")
    short = _cast(column, Dialect(date_formats=formats), "raw")
    long = f"try_strptime(raw, {list(formats)})::date"
    found = CON.execute(f"select {short}, {long} from (select ?::varchar as raw)", [text.strip() or None]).fetchone()
    assert found is not None
    assert found[0] == (found[1] if found[1] and 1900 <= found[1].year <= 2199 else None)
