"""Links that something speaks against never stand in silence: they are in doubt, or left to the clerks, who are shown them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import duckdb
import polars as pl
import pytest

from sendjc_pipeline.identity import verdicts
from sendjc_pipeline.settings import Settings

from identity_samples import Q4, Scene, listed, nhs, pupil, upn  # isort: skip

DAY = date(2025, 5, 12)
ADA = {"forename": "Ada", "surname": "Lovelace", "postcode": "NG7 2QX"}
ELSEWHERE = ADA | {"postcode": "NG1 1AA"}


@pytest.fixture
def scene(settings: Settings) -> Scene:
    return Scene(settings)


def _review(scene: Scene) -> list[str]:
    path = scene.settings.restricted / "identity" / "review" / Q4.label / "candidate_pair.parquet"
    return [row[0] for row in duckdb.execute(f"select reason from read_parquet('{path}') order by all").fetchall()]


def _decide(scene: Scene, verdict: str) -> None:
    """Two reviewers say the same of every pair listed."""
    with verdicts.opened(scene.settings) as con:
        pairs = verdicts.waiting(con, scene.settings, Q4, "r1").select("pair", "token_a", "token_b")
        for reviewer in ("r1", "r2"):
            verdicts.issue(con, scene.settings, pairs, reviewer, DAY)
            said = pairs.with_columns(verdict=pl.lit(verdict))
            verdicts.record(con, scene.settings, said, reviewer, DAY, datetime(2025, 5, 12, 9, tzinfo=UTC))


def _in_doubt(scene: Scene) -> list[str]:
    rows = scene.query("select distinct partner from person_link where is_in_doubt order by all")
    return [str(row[0]) for row in rows]


def _doubtful_pairs(scene: Scene) -> list[tuple[object, ...]]:
    path = scene.identity / "person_doubt.parquet"
    return duckdb.execute(f"select reason, probability between 0.2 and 0.95 from read_parquet('{path}')").fetchall()


@pytest.mark.parametrize("years", [1, 2, 3, 11])
@pytest.mark.parametrize("same_day", [True, False])
def test_brothers_and_sisters_of_one_name_and_address_are_left_to_the_clerks(
    scene: Scene, years: int, same_day: bool
) -> None:
    born = date(2015 - years, 6, 15) if same_day else date(2015 - years, 2, 28)
    scene.sen2("derby", pupil("1", **ADA)).demographics("RHA", listed("2", **ADA, dateofbirth=born)).run()
    assert len(scene.children()) == 2
    assert _review(scene) == ["grey"]
    assert _doubtful_pairs(scene) == [("grey", True)]


def test_each_of_two_brothers_of_one_name_finds_his_own(scene: Scene) -> None:
    younger = date(2017, 6, 15)
    scene.sen2("derby", pupil("1", upn=upn(1), **ADA), pupil("2", upn=upn(2), **ADA | {"personbirthdate": younger}))
    near = ADA | {"forename": "Adah"}
    scene.demographics("RHA", listed("3", **near), listed("4", **near, dateofbirth=younger)).run()
    assert [len(child) for child in scene.children()] == [2, 2]


def test_a_record_without_a_birth_date_does_not_chain_two_brothers_of_one_name(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", **ADA)).sen2(
        "nottingham", pupil("2", **ADA | {"personbirthdate": date(2012, 6, 15)})
    )
    scene.demographics("RHA", listed("3", **ADA, dateofbirth=None)).run()
    assert sorted(len(child) for child in scene.children()) == [1, 2]
    assert _in_doubt(scene)
    assert "birth_date_unknown" in _review(scene)


def test_a_number_joins_over_two_years_of_birth_and_the_link_is_in_doubt_and_in_review(scene: Scene) -> None:
    scene.demographics("RHA", listed("1", nhsnumber=nhs(1), **ADA))
    scene.demographics("RTD", listed("2", nhsnumber=nhs(1), **ADA, dateofbirth=date(2013, 6, 15))).run()
    assert len(scene.children()) == 1
    assert len(_in_doubt(scene)) == 1
    assert _review(scene) == ["birth_year_differs"]


def test_a_record_without_a_birth_date_that_its_score_joins_is_in_doubt(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", upn=upn(1), **ADA))
    scene.demographics("RHA", listed("2", **ADA, dateofbirth=date(1900, 1, 1))).run()
    assert len(scene.children()) == 1
    assert _in_doubt(scene) == ["RHA"]
    assert _review(scene) == ["birth_date_unknown"]


def test_a_record_that_fits_two_children_of_two_sources_is_in_doubt_and_in_review(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", upn=upn(1), **ADA)).sen2("nottingham", pupil("2", upn=upn(2), **ADA))
    scene.demographics("RHA", listed("3", **ADA | {"forename": "Adah"})).run()
    assert sorted(len(child) for child in scene.children()) == [1, 2]
    assert _in_doubt(scene) == ["RHA"]
    assert "torn" in _review(scene)


def test_a_record_that_a_rule_links_is_torn_as_well(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", upn=upn(1), **ELSEWHERE))
    scene.sen2("nottingham", pupil("2", upn=upn(2), **ADA | {"forename": "Adah"}))
    scene.demographics("RHA", listed("3", **ADA)).run()
    assert _in_doubt(scene) == ["RHA"]
    assert "torn" in _review(scene)


def test_a_record_whose_own_number_tells_is_not_torn(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", upn=upn(1), **ADA)).sen2("derby", pupil("2", upn=upn(2), **ADA), period="2023-24-Q4")
    scene.sen2("nottingham", pupil("3", upn=upn(1), **ADA)).run()
    assert _in_doubt(scene) == []
    assert "torn" not in _review(scene)


@pytest.mark.parametrize("name", ["BABY", "Twin 1", "TWIN-B", "Baby Girl", "unknown", "Baby of Mary", None])
def test_a_number_on_a_record_without_a_forename_may_be_a_twins(scene: Scene, name: str | None) -> None:
    scene.demographics("RHA", listed("1", nhsnumber=nhs(1), **ADA))
    scene.demographics("RTD", listed("2", nhsnumber=nhs(1), **ADA | {"forename": name})).run()
    assert len(scene.children()) == 1
    assert _in_doubt(scene) == ["RTD"]
    assert _review(scene) == ["no_forename"]


def test_a_name_in_one_field_without_a_forename_may_be_a_twins(scene: Scene) -> None:
    scene.demographics("RHA", listed("1", nhsnumber=nhs(1), **ADA))
    scene.demographics("RTD", listed("2", nhsnumber=nhs(1), surname="BABY LOVELACE")).run()
    assert (_in_doubt(scene), _review(scene)) == (["RTD"], ["no_forename"])


def test_what_stands_for_a_forename_is_no_name_of_two_newborns(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", surname="BABY LOVELACE", postcode="NG7 2QX"))
    scene.demographics("RHA", listed("2", surname="BABY LOVELACE", postcode="NG7 2QX")).run()
    assert len(scene.children()) == 2


def test_two_records_without_birth_dates_that_their_score_joins_are_in_doubt(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", **ADA, personbirthdate=None))
    scene.demographics("RHA", listed("2", **ADA, dateofbirth=None)).run()
    assert len(scene.children()) == 1
    assert (len(_in_doubt(scene)), _review(scene)) == (1, ["birth_date_unknown"])


def test_one_upn_on_twins_of_like_names_is_in_doubt_and_in_review(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", upn=upn(1), **ADA | {"forename": "Mia"}))
    scene.sen2("nottingham", pupil("2", upn=upn(1), **ADA | {"forename": "Mya"})).run()
    assert (len(_in_doubt(scene)), _review(scene)) == (1, ["forename_differs"])


def test_a_nickname_on_one_number_is_not_questioned(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", upn=upn(1), **ADA | {"forename": "Thomas"}))
    scene.sen2("nottingham", pupil("2", upn=upn(1), **ADA | {"forename": "Tom"})).run()
    assert len(scene.children()) == 1
    assert (_in_doubt(scene), _review(scene)) == ([], [])


def test_what_two_reviewers_found_is_neither_in_doubt_nor_asked_again(scene: Scene) -> None:
    scene.demographics("RHA", listed("1", nhsnumber=nhs(1), **ADA))
    scene.demographics("RTD", listed("2", nhsnumber=nhs(1), **ADA | {"forename": "BABY"})).run()
    _decide(scene, "same")
    scene.run()
    assert (len(scene.children()), _in_doubt(scene), _review(scene)) == (1, [], [])


def test_two_reviewers_part_what_a_number_joined(scene: Scene) -> None:
    scene.demographics("RHA", listed("1", nhsnumber=nhs(1), **ADA))
    scene.demographics("RTD", listed("2", nhsnumber=nhs(1), **ADA | {"forename": "BABY"})).run()
    _decide(scene, "different")
    scene.run()
    assert (len(scene.children()), _review(scene)) == (2, [])


def test_a_feed_without_any_names_is_not_questioned(scene: Scene) -> None:
    scene.demographics("RHA", listed("1", nhsnumber=nhs(1), **ADA))
    scene.demographics("RTD", listed("2", nhsnumber=nhs(1))).run()
    assert len(scene.children()) == 1
    assert _in_doubt(scene) == []
