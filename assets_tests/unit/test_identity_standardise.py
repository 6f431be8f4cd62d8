from __future__ import annotations

from collections.abc import Callable
from datetime import date

import duckdb
import pytest
from stdnum.gb import nhs as stdnum_nhs

from sendjc_pipeline.identity.standardise import create_macros

from identity_samples import nhs, upn  # isort: skip


@pytest.fixture(scope="module")
def ask() -> Callable[..., object]:
    con = duckdb.connect()
    create_macros(con)

    def call(macro: str, *values: object) -> object:
        marks = ", ".join("?::date" if isinstance(v, date) else "?::varchar" for v in values)
        row = con.execute(f"select identity_{macro}({marks})", list(values)).fetchone()
        return row[0] if row else None

    return call


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("O'Brien-Smith", "OBRIENSMITH"), ("o\u2019brien smith", "OBRIENSMITH"), (" Zoë ", "ZOE"), ("Zoe\u0308", "ZOE"),
        ("Łukasz", "LUKASZ"), ("Ødegård", "ODEGARD"), ("Groß", "GROSS"), ("Đorđe", "DORDE"), ("Æsa", "AESA"),
        ("Мария", "МАРИЯ"), ("ANNE MARIE", "ANNEMARIE"), ("Smith 2", "SMITH"),
        ("Baby", None), ("Twin 1", None), ("unknown", None), ("Not known", None), ("-", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_names(ask: Callable[..., object], sent: str | None, name: str | None) -> None:
    assert ask("name", sent) == name


@pytest.mark.parametrize(
    ("sent", "postcode"),
    [
        ("ng72qx", "NG7 2QX"), (" NG7  2QX ", "NG7 2QX"), ("NG15 6AB", "NG15 6AB"), ("ZZ99 3VZ", None), ("zz993wz", None),
        ("ZZ1 1ZZ", None), ("XX1 1XX", None), ("NG7", None), ("nonsense", None), (None, None),
    ],
)  # fmt: skip
def test_postcodes(ask: Callable[..., object], sent: str | None, postcode: str | None) -> None:
    assert ask("postcode", sent) == postcode


def test_nhs_numbers(ask: Callable[..., object]) -> None:
    good = nhs(1)
    assert stdnum_nhs.is_valid(good)
    assert ask("nhs_number", f"{good[:3]} {good[3:6]}-{good[6:]}") == good
    wrong = good[:9] + str((int(good[9]) + 1) % 10)
    runs = [str(digit) * 10 for digit in range(10)]  # every one satisfies the check digit
    for sent in (wrong, *runs, "0123456789", "9876543210", good[:9], "", None):
        assert ask("nhs_number", sent) is None


def test_upns(ask: Callable[..., object]) -> None:
    assert ask("upn", " e892400024001") == "E892400024001"
    assert ask("upn", upn(2)) == upn(2)
    for sent in ("A123456789123", "F892400024001", "A000000000000", "UN1", "", None):
        assert ask("upn", sent) is None


def test_ulns(ask: Callable[..., object]) -> None:
    assert ask("uln", "1234 567 893") == "1234567893"
    for sent in ("9999999999", "0123456789", "123", "12345678901", "", None):
        assert ask("uln", sent) is None


@pytest.mark.parametrize(
    ("sent", "sex"), [("M", "M"), ("f ", "F"), ("1", "M"), ("2", "F"), ("9", None), ("U", None), (None, None)]
)
def test_sex(ask: Callable[..., object], sent: str | None, sex: str | None) -> None:
    assert ask("sex", sent) == sex


def test_placeholder_birth_dates_are_unknown(ask: Callable[..., object]) -> None:
    assert ask("birth_date", date(1900, 1, 1)) is None
    assert ask("birth_date", date(2015, 1, 1)) == date(2015, 1, 1)


@pytest.mark.parametrize(
    ("birth", "day", "years"),
    [
        (date(2015, 3, 31), date(2025, 3, 31), 10),  # the birthday is the quarter's last day
        (date(2015, 4, 1), date(2025, 3, 31), 9),
        (date(2014, 12, 31), date(2025, 3, 31), 10),  # counting year boundaries would say 11
        (date(2008, 2, 29), date(2025, 3, 31), 17),
        (date(2008, 2, 29), date(2025, 2, 27), 16),
        (date(2008, 2, 29), date(2024, 2, 28), 15),
        (date(2008, 2, 29), date(2024, 2, 29), 16),
        (date(2025, 3, 31), date(2025, 3, 31), 0),
        (date(2025, 4, 1), date(2025, 3, 31), None),
    ],
)
def test_whole_years(ask: Callable[..., object], birth: date, day: date, years: int | None) -> None:
    assert ask("whole_years", birth, day) == years
