"""Bad input lowers confidence or goes to review; it never merges two children silently (issue 3, "Bad input")."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from sendjc_pipeline.settings import Settings

from identity_samples import Q4, Scene, listed, nhs, patient, pupil, upn  # isort: skip

ADA = {"forename": "Ada", "surname": "Lovelace", "postcode": "NG7 2QX"}
EVE = ADA | {"forename": "Eve"}


@pytest.fixture
def scene(settings: Settings) -> Scene:
    return Scene(settings)


def _review(scene: Scene, columns: str = "reason, forename_a, forename_b") -> list[tuple[object, ...]]:
    path = scene.settings.restricted / "identity" / "review" / Q4.label / "candidate_pair.parquet"
    return duckdb.execute(f"select {columns} from read_parquet('{path}') order by all").fetchall()


def _doubts(scene: Scene) -> list[tuple[object, ...]]:
    return duckdb.execute(
        f"select probability, reason from read_parquet('{scene.identity / 'person_doubt.parquet'}') order by all"
    ).fetchall()


def test_one_upn_on_two_children_of_one_return_goes_to_review(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", upn=upn(1), **ADA), pupil("2", upn=upn(1), **EVE)).run()
    assert len(scene.children()) == 2
    assert [row[0] for row in _review(scene)] == ["shared_identifier"]


def test_a_third_record_with_a_contested_upn_is_joined_by_name_only_and_in_doubt(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", upn=upn(1), **ADA), pupil("2", upn=upn(1), **EVE))
    scene.sen2("nottingham", pupil("3", upn=upn(1), **ADA)).run()
    links = scene.query("select count(distinct person_key), bool_or(is_in_doubt), count(*) from person_link")
    assert links == [(2, True, 3)]
    (methods,) = scene.query("select list(distinct method) from person_link where is_in_doubt")
    assert methods == (["splink"],)


def test_one_nhs_number_on_twins_stays_two_and_goes_to_review(scene: Scene) -> None:
    scene.demographics("RHA", listed("1", nhsnumber=nhs(1), **ADA), listed("2", nhsnumber=nhs(1), **EVE))
    scene.demographics("RTD", listed("5", nhsnumber=nhs(1), **EVE)).run()
    assert scene.query("select count(*) from person") == [(2,)]
    assert "shared_identifier" in {row[0] for row in _review(scene)}


def test_twins_at_two_providers_with_one_nhs_number_stay_two(scene: Scene) -> None:
    scene.demographics("RHA", listed("1", nhsnumber=nhs(1), **ADA))
    scene.demographics("RTD", listed("2", nhsnumber=nhs(1), **EVE)).run()
    assert len(scene.children()) == 2
    assert [row[0] for row in _review(scene)] == ["shared_identifier"]


def test_twins_without_any_number_stay_two(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", **ADA)).demographics("RHA", listed("2", **EVE)).run()
    assert len(scene.children()) == 2


def test_twins_of_like_names_each_find_their_own(scene: Scene) -> None:
    like = ADA | {"forename": "Mia"}, ADA | {"forename": "Mya"}
    scene.sen2("derby", *(pupil(str(n), **who) for n, who in enumerate(like)))
    scene.demographics("RHA", *(listed(str(n), **who) for n, who in enumerate(like))).run()
    assert [len(child) for child in scene.children()] == [2, 2]


def test_a_shared_number_on_two_birth_dates_never_merges_alone(scene: Scene) -> None:
    scene.csds("RHA", patient("1", nhsnumber=nhs(1)))
    scene.csds("RTD", patient("2", nhsnumber=nhs(1), dateofbirth=date(2012, 1, 9))).run()
    assert len(scene.children()) == 2
    assert _review(scene, "reason, probability") == [("shared_identifier", None)]


def test_a_number_and_the_name_outweigh_one_mistyped_birth_date_and_it_shows(scene: Scene) -> None:
    scene.demographics("RHA", listed("1", nhsnumber=nhs(1), **ADA))
    scene.demographics("RTD", listed("2", nhsnumber=nhs(1), **ADA | {"dateofbirth": date(2015, 6, 16)})).run()
    assert len(scene.children()) == 1
    assert "splink" in {row[0] for row in scene.query("select method from person_link")}
    assert [row[0] for row in _review(scene)] == []


def test_placeholder_birth_dates_link_nobody(scene: Scene) -> None:
    stand_in = date(1900, 1, 1)
    scene.sen2("derby", pupil("1", personbirthdate=stand_in, forename="Ada", surname="Lovelace"))
    scene.demographics("RHA", listed("2", dateofbirth=stand_in, forename="Ada", surname="Lovelace")).run()
    assert len(scene.children()) == 2


def test_a_placeholder_birth_date_is_no_evidence_against(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", personbirthdate=date(1900, 1, 1), **ADA))
    scene.demographics("RHA", listed("2", **ADA)).run()
    (probability,) = [row[0] for row in _doubts(scene)] or scene.query(
        "select min(match_probability) from person_link"
    )[0]
    assert 0.2 < probability < 1


def test_a_name_in_one_field_lowers_confidence(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", **ADA)).demographics("RHA", listed("2", **ADA)).run()
    assert scene.query("select distinct match_probability from person_link") == [(1.0,)]
    scene.deliveries.pop()
    scene.demographics("RHA", listed("2", surname="LOVELACE, Ada", postcode=ADA["postcode"])).run()
    assert len(scene.children()) == 1
    (link,) = scene.query("select method, match_probability < 1 from person_link where feed = 'demographics'")
    assert link == ("splink", True)


def test_a_name_in_one_field_of_another_child_links_nobody(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", **ADA)).demographics(
        "RHA", listed("2", surname="Eve Lovelace", postcode="NG7 2QX")
    ).run()
    assert len(scene.children()) == 2


def test_two_likely_records_of_one_source_are_left_to_the_clerks(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", **ADA | {"forename": "Adah"}))
    scene.demographics("RHA", listed("8", **ADA), listed("9", **ADA)).run()
    assert len(scene.children()) == 3
    reasons = {row[0] for row in _review(scene)}
    assert {"ambiguous", "same_source"} == reasons
    assert len(_doubts(scene)) == 3
