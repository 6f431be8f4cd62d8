from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendjc_pipeline.reporting import Quarter, UnknownPeriod, last_complete, period, quarters_between


def test_the_fourth_quarter_is_january_to_march() -> None:
    quarter = Quarter.parse("2024-25-Q4")
    assert (quarter.start, quarter.end) == (date(2025, 1, 1), date(2025, 3, 31))
    assert quarter.freeze == date(2025, 5, 12)
    assert [m.label for m in quarter.months()] == ["2025-01", "2025-02", "2025-03"]


@pytest.mark.parametrize("text", ["2024-26-Q1", "2024-25-Q5", "2024-25", "Q4 2024-25", "2024-25-q4", ""])
def test_a_text_that_names_no_quarter_is_refused(text: str) -> None:
    with pytest.raises(UnknownPeriod, match="2024-25-Q4"):
        Quarter.parse(text)


def test_the_turn_of_the_century_keeps_its_label() -> None:
    assert Quarter.parse("1999-00-Q4").end == date(2000, 3, 31)
    assert Quarter.containing(date(2000, 3, 31)).label == "1999-00-Q4"


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)))
def test_every_day_lies_in_exactly_one_quarter_whose_label_reads_back(day: date) -> None:
    quarter = Quarter.containing(day)
    assert quarter.start <= day <= quarter.end
    assert Quarter.parse(quarter.label) == quarter == Quarter.from_start(quarter.start)
    assert quarter.shift(1).start == quarter.end + timedelta(days=1)
    assert quarter.shift(5).shift(-5) == quarter


def test_a_partition_key_that_starts_no_quarter_is_refused() -> None:
    with pytest.raises(UnknownPeriod, match="first day"):
        Quarter.from_start(date(2025, 2, 1))


def test_on_the_first_day_of_a_quarter_the_one_before_is_complete() -> None:
    assert last_complete(date(2025, 4, 1)).label == "2024-25-Q4"
    assert last_complete(date(2025, 3, 31)).label == "2024-25-Q3"


def test_a_span_of_quarters_includes_both_ends() -> None:
    span = quarters_between(Quarter.parse("2023-24-Q4"), Quarter.parse("2024-25-Q2"))
    assert [q.label for q in span] == ["2023-24-Q4", "2024-25-Q1", "2024-25-Q2"]
    assert quarters_between(Quarter.parse("2024-25-Q2"), Quarter.parse("2024-25-Q1")) == []


@pytest.mark.parametrize(
    ("label", "start", "end"),
    [
        ("2024-25-Q1", date(2024, 4, 1), date(2024, 6, 30)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-25", date(2024, 4, 1), date(2025, 3, 31)),
        ("2011-12", date(2011, 12, 1), date(2011, 12, 31)),
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_the_period_of_a_submission(label: str, start: date, end: date) -> None:
    assert (period(label).start, period(label).end) == (start, end)


@pytest.mark.parametrize("label", ["2024-13", "2024-26", "24-25", "last month", "2024-25-Q0", "0001"])
def test_a_text_that_names_no_period_is_refused(label: str) -> None:
    with pytest.raises(UnknownPeriod):
        period(label)
