"""A child in several returns: each numbers its children anew, so one number in two of them is no number of two children."""

from __future__ import annotations

from datetime import date

import pytest

from sendjc_pipeline.settings import Settings

from identity_samples import Row, Scene, deliver, listed, nhs, patient, pupil, upn  # isort: skip

ADA = {"forename": "Ada", "surname": "Lovelace"}


@pytest.fixture
def scene(settings: Settings) -> Scene:
    return Scene(settings)


def _social_care(scene: Scene, number: str) -> Scene:
    """Add what a council's social care, which knows no names, says of a child."""
    known: Row = {"lachildid": "7", "upn": number, "personbirthdate": date(2015, 6, 15), "sex": "F"}
    scene.deliveries.append(deliver(scene.settings.home, "cin", "derby", "2024-25", {"child": [known]}))
    return scene


@pytest.mark.parametrize("periods", [("2024-25-Q4",), ("2024-25-Q3", "2024-25-Q4")], ids=["one return", "two returns"])
def test_a_second_return_does_not_part_a_child_from_social_care(scene: Scene, periods: tuple[str, ...]) -> None:
    for period in periods:
        scene.sen2("derby", pupil("1", upn=upn(1), **ADA), period=period)
    _social_care(scene, upn(1)).run()
    assert scene.children() == [["derby/cin/upn", *["derby/sen2/upn"] * len(periods)]]


@pytest.mark.parametrize(
    ("before", "after"),
    [(ADA, {"surname": "Lovelace"}), (ADA, {}), ({}, {}), (ADA | {"forename": "Baby"}, ADA)],
    ids=["forename lost", "names lost", "never named", "named later"],
)
@pytest.mark.parametrize("period", ["2024-25-Q3", "2024-25-Q4"])
def test_a_key_outlives_a_return_without_forenames(scene: Scene, period: str, before: Row, after: Row) -> None:
    scene.sen2("derby", pupil("1", upn=upn(1), **before), period="2024-25-Q2").run()
    (key,) = scene.query("select person_key from person")
    scene.sen2("derby", pupil("4", upn=upn(1), **after), period=period).run()
    assert scene.query("select person_key from person") == [key]


def test_two_nameless_children_of_one_return_with_one_upn_may_be_twins(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", upn=upn(1)), period="2024-25-Q3")
    scene.sen2("derby", pupil("1", upn=upn(1)), pupil("2", upn=upn(1))).run()
    assert len(scene.children()) == 3


def test_a_patient_registered_twice_by_name_is_one_with_a_nameless_record_elsewhere(scene: Scene) -> None:
    scene.demographics("RHA", listed("1", nhsnumber=nhs(1), **ADA), listed("2", nhsnumber=nhs(1), **ADA))
    scene.csds("RTD", patient("5", nhsnumber=nhs(1))).run()
    assert len(scene.children()) == 1
