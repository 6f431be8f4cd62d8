"""A number joins records that say who they are: twins who share one are no single child because a name cannot be read."""

from __future__ import annotations

from datetime import date

import pytest

from sendjc_pipeline.settings import Settings

from identity_samples import Row, Scene, deliver, listed, nhs, patient, pupil, upn  # isort: skip

ADA = {"forename": "Ada", "surname": "Lovelace"}
UNDATED = {"dateofbirth": None, "sex": None}


@pytest.fixture
def scene(settings: Settings) -> Scene:
    return Scene(settings)


@pytest.mark.parametrize("whole", ["Eve Lovelace", "Lovelace, Eve"])
def test_a_forename_in_the_field_of_the_surname_tells_twins_apart(scene: Scene, whole: str) -> None:
    scene.demographics("RHA", listed("1", nhsnumber=nhs(1), **ADA))
    scene.demographics("RTD", listed("2", nhsnumber=nhs(1), surname=whole))
    scene.sen2("derby", pupil("3", upn=upn(1), **ADA)).sen2("nottingham", pupil("4", upn=upn(1), surname=whole)).run()
    assert ["RHA/demographics/nhs_number", "RTD/demographics/nhs_number"] not in scene.children()
    assert not any("derby/sen2/upn" in child and "nottingham/sen2/upn" in child for child in scene.children())


def test_a_whole_name_in_one_field_is_the_name_of_the_child(scene: Scene) -> None:
    scene.demographics("RHA", listed("1", nhsnumber=nhs(1), **ADA))
    scene.demographics("RTD", listed("2", nhsnumber=nhs(1), surname="Lovelace, Ada")).run()
    assert scene.children() == [["RHA/demographics/nhs_number", "RTD/demographics/nhs_number"]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ADA, {"forename": "Ada", "surname": "Smith"} | UNDATED),
        (ADA, {"surname": "Smith"}),
        (ADA, UNDATED),
        ({}, UNDATED),
        (UNDATED, UNDATED | {"dateofbirth": date(1900, 1, 1)}),
    ],
    ids=["undated, another surname", "no forename, another surname", "nothing but the number", "likewise, no names", "a placeholder"],
)  # fmt: skip
def test_a_number_alone_joins_nobody(scene: Scene, one: Row, other: Row) -> None:
    scene.demographics("RHA", listed("1", **{"nhsnumber": nhs(1), **one}))
    scene.demographics("RTD", listed("2", **{"nhsnumber": nhs(1), **other})).run()
    assert len(scene.children()) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [(ADA, ADA | UNDATED), (ADA, {"surname": "Lovelace"}), (ADA, {"forename": "Ada", "surname": "Byron"}), (ADA, {}), ({}, {})],
    ids=["undated by name", "no forename", "another surname", "no names", "neither named"],
)  # fmt: skip
def test_a_number_joins_those_who_say_who_they_are(scene: Scene, one: Row, other: Row) -> None:
    scene.demographics("RHA", listed("1", **{"nhsnumber": nhs(1), **one}))
    scene.demographics("RTD", listed("2", **{"nhsnumber": nhs(1), **other})).run()
    assert scene.children() == [["RHA/demographics/nhs_number", "RTD/demographics/nhs_number"]]


def test_what_one_feed_of_a_provider_lacks_another_may_say(scene: Scene) -> None:
    scene.demographics("RHA", listed("1", nhsnumber=nhs(1), **UNDATED)).csds("RHA", patient("1", nhsnumber=nhs(1)))
    scene.csds("RTD", patient("2", nhsnumber=nhs(1))).run()
    assert len(scene.children()) == 1


def test_social_care_without_birth_dates_is_not_joined_by_a_upn(scene: Scene) -> None:
    for partner, known in (("derby", {"personbirthdate": date(2015, 6, 15), "sex": "F"}), ("nottingham", {})):
        row: Row = {"lachildid": "7", "upn": upn(1), **known}
        scene.deliveries.append(deliver(scene.settings.home, "cin", partner, "2024-25", {"child": [row]}))
    scene.run()
    assert len(scene.children()) == 2
