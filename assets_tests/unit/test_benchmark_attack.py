"""The attacker of `python -m benchmarks attack`: that it reads open data as it is written, and finds what is there to be found."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from benchmarks.attack_open import Attack
from benchmarks.attack_reading import Release, read
from sendjc_pipeline.reporting import Quarter

# quarter, window, group -> count, and what the file says of it
Told = dict[tuple[str, str], tuple[int, str]]
_PLACE = {"time_period": "202425", "new_la_code": "E06000015", "service": "ehc"}


def release(folder: Path, at: int, label: str, told: Told, only_small: bool = False) -> Release:
    """A release of one measure in one area."""
    (folder / label).mkdir(parents=True)
    for window, name in (("quarter", "send_quarterly"), ("calendar_ytd", "send_calendar_year_to_date")):
        rows = [
            {**_PLACE, "breakdown": group, "breakdown_topic": _topic(group), "plans": said}
            for (of, group), (_, said) in told.items()
            if of == window
        ]
        with (folder / label / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [*_PLACE, "breakdown_topic", "breakdown", "plans"])
            writer.writeheader()
            writer.writerows(rows)
    truth = folder / f"{label}.parquet"
    listed = ", ".join(
        f"('{window}', '{_topic(group)}', '{group}', {count}::double)" for (window, group), (count, _) in told.items()
    )
    duckdb.sql(
        f"copy (select 'E06000015' as area_code, 'Local authority' as geographic_level, 'plans' as metric_id, time_window, 'ehc' as service, 'Total' as tier,"
        f" breakdown_topic, breakdown, 'count' as unit, n as numerator, null::double as denominator, n as value"
        f" from (values {listed}) as t(time_window, breakdown_topic, breakdown, n)) to '{truth}' (format parquet)"
    )
    return read(at, label, Quarter.parse(label), folder / label, truth, only_small)


def _topic(group: str) -> str:
    return "Total" if group == "Total" else "sex"


def recovered(releases: Sequence[Release], is_exact: bool = False) -> list[tuple[str, int, float, float]]:
    return [(one.cell.group, one.truth, one.least, one.most) for one in Attack(releases, {}, is_exact).narrowed()]


def test_a_hidden_part_beside_nothing_is_recovered(tmp_path: Path) -> None:
    """Of a total of 10, which may be 8 to 12, another part is 10: what is left is at most 4."""
    told = {("quarter", "Total"): (12, "10"), ("quarter", "female"): (9, "10"), ("quarter", "male"): (3, "c")}
    found = release(tmp_path, 0, "2024-25-Q1", told)
    assert recovered([found]) == [("male", 3, 0, 4)]
    assert recovered([found], is_exact=True) == [("male", 3, 3, 3)]


def test_a_hidden_part_with_another_beside_it_is_not(tmp_path: Path) -> None:
    told = {("quarter", "Total"): (12, "10"), ("quarter", "female"): (9, "c"), ("quarter", "male"): (3, "c")}
    assert recovered([release(tmp_path, 0, "2024-25-Q1", told)], is_exact=True) == []


@pytest.mark.parametrize("is_hidden", [True, False])
def test_a_quarter_is_recovered_from_the_year_to_date_of_two_releases(tmp_path: Path, is_hidden: bool) -> None:
    """January to June less January to March."""
    first = release(
        tmp_path, 0, "2023-24-Q4", {("quarter", "Total"): (20, "20"), ("calendar_ytd", "Total"): (20, "20")}
    )
    year = (24, "c" if is_hidden else "25")
    second = release(tmp_path, 1, "2024-25-Q1", {("quarter", "Total"): (4, "c"), ("calendar_ytd", "Total"): year})
    found = recovered([first, second], is_exact=True)
    assert found == ([] if is_hidden else [("Total", 4, 4, 4)])


def test_what_is_not_reliable_is_no_number_to_reckon_with(tmp_path: Path) -> None:
    """A total of grade D is x in the file, whatever the metric table says: the reader does not have it, and its parts stay hidden."""
    told = {("quarter", "Total"): (12, "x"), ("quarter", "female"): (9, "10"), ("quarter", "male"): (3, "c")}
    found = release(tmp_path, 0, "2024-25-Q1", told)
    assert {cell.group for cell in found.shown} == {cell.group for cell in found.truth} == {"female", "male"}
    assert recovered([found], is_exact=True) == []


def test_what_is_hidden_for_anothers_sake_is_shown_to_the_control(tmp_path: Path) -> None:
    told = {("quarter", "Total"): (12, "10"), ("quarter", "female"): (9, "c"), ("quarter", "male"): (3, "c")}
    assert recovered([release(tmp_path, 0, "2024-25-Q1", told, only_small=True)]) == [("male", 3, 0, 4)]


def test_groups_are_not_taken_for_one_because_their_counts_agree(tmp_path: Path) -> None:
    """Waits in one district were those in another, a year later: six counts of 1 or 2."""
    counts = (1, 2, 1, 2, 1, 2)
    told: list[Told] = [
        {("quarter", "Total"): (count * 2, "c"), ("quarter", "female"): (count, "c"), ("quarter", "male"): (count, "c")}
        for count in counts
    ]
    quarters = [Quarter(2023, 1).shift(at).label for at in range(len(counts))]
    attack = Attack([release(tmp_path, at, *each) for at, each in enumerate(zip(quarters, told, strict=True))], {})
    pairs = [{attack.cells[at].group for at in row} for row in attack.equal if len(row) == 2]
    assert {"female", "male"} not in pairs
