"""Birth dates that stand for "not known" are matched on by no rule: those that are declared, and those that a source gives too often."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from sendjc_pipeline.identity import stand_in_dates
from sendjc_pipeline.settings import SendjcError, Settings

from identity_samples import Row, Scene, listed, nhs, pupil  # isort: skip

NEW_YEAR = date(2012, 1, 1)
ADA = {"forename": "Ada", "surname": "Lovelace"}
NAMES = (
    "Ann",
    "Bea",
    "Cat",
    "Dee",
    "Eve",
    "Fay",
    "Gwen",
    "Ivy",
    "Joy",
    "Kim",
    "Liz",
    "May",
    "Nan",
    "Pam",
    "Ros",
    "Sue",
)


@pytest.fixture
def scene(settings: Settings) -> Scene:
    return Scene(settings)


def _others(count: int, day: date = NEW_YEAR) -> list[Row]:
    return [listed(f"o{n}", forename=NAMES[n], surname=f"{NAMES[n]}son", dateofbirth=day) for n in range(count)]


def _is_one(scene: Scene, born: date, others: list[Row]) -> bool:
    """Whether a council's child and a provider's of one name and date are linked by a rule."""
    scene.sen2("derby", pupil("1", **ADA, personbirthdate=born))
    scene.demographics("RHA", listed("2", **ADA, dateofbirth=born), *others).run()
    return bool(scene.query("select 1 from person_link where method like 'name%'"))


@pytest.mark.parametrize("day", stand_in_dates.placeholders())
def test_a_declared_stand_in_links_nobody(scene: Scene, day: date) -> None:
    assert not _is_one(scene, day, [])


def test_a_date_that_a_source_gives_to_too_many_children_links_nobody(scene: Scene) -> None:
    assert not _is_one(scene, NEW_YEAR, _others(10))


def test_a_date_that_some_children_share_is_a_birth_date(scene: Scene) -> None:
    assert _is_one(scene, NEW_YEAR, _others(9))


def test_many_children_of_one_day_among_as_many_of_the_others_are_a_birth_date(scene: Scene) -> None:
    year = [
        listed(f"y{n}-{day}", dateofbirth=NEW_YEAR + timedelta(days=day)) for day in range(1, 365) for n in range(3)
    ]
    assert _is_one(scene, NEW_YEAR, [*_others(12), *year])


def test_the_children_of_a_quarter_of_a_year_are_not_so_many_that_a_day_stands_out(scene: Scene) -> None:
    season = [
        listed(f"s{n}-{day}", dateofbirth=NEW_YEAR + timedelta(days=day)) for day in range(1, 60) for n in range(5)
    ]
    assert _is_one(scene, NEW_YEAR, [*_others(14), *season])


def test_two_children_of_one_number_and_a_stand_in_are_not_one_by_it(scene: Scene) -> None:
    scene.demographics("RHA", listed("1", nhsnumber=nhs(1), dateofbirth=date(1970, 1, 1)))
    scene.demographics("RTD", listed("2", nhsnumber=nhs(1), dateofbirth=date(1970, 1, 1))).run()
    assert len(scene.children()) == 2


def test_a_stand_in_of_one_extract_is_one_in_the_next(scene: Scene) -> None:
    scene.demographics("RHA", *_others(11), period="2024-25-Q3")
    assert not _is_one(scene, NEW_YEAR, [])


def test_a_stand_in_gives_no_age(scene: Scene) -> None:
    assert scene.demographics("RHA", *_others(11)).run().stand_in_dates == 1
    assert scene.query("select distinct birth_month, age_years from person") == [(None, None)]


def test_a_row_that_is_no_date_is_told(tmp_path: Path) -> None:
    seed = tmp_path / "placeholder_birth_date.csv"
    seed.write_text("birth_date,note\nsoon,x\n")
    with pytest.raises(SendjcError, match=r"placeholder_birth_date\.csv .* no date"):
        stand_in_dates.placeholders(seed)
    with pytest.raises(SendjcError, match="missing"):
        stand_in_dates.placeholders(tmp_path / "none.csv")
