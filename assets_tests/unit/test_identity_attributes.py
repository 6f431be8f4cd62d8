from __future__ import annotations

from datetime import UTC, date, datetime

import duckdb
import pytest

from sendjc_pipeline.identity.pseudonymise import resolve_and_pseudonymise
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings

from identity_samples import KEY, Q4, Scene, deliver, listed, nhs, patient, pupil, upn  # isort: skip


@pytest.fixture
def scene(settings: Settings) -> Scene:
    return Scene(settings)


def _one(scene: Scene, columns: str) -> tuple[object, ...]:
    scene.run()
    (row,) = scene.query(f"select {columns} from person")
    return row


@pytest.mark.parametrize(
    ("born", "age"), [(date(2008, 2, 29), 17), (date(2015, 3, 31), 10), (date(2015, 4, 1), 9), (date(2014, 12, 31), 10)]
)
def test_month_of_birth_and_age_at_the_quarters_end(scene: Scene, born: date, age: int) -> None:
    scene.sen2("derby", pupil("1", personbirthdate=born))
    assert _one(scene, "birth_month, age_years") == (born.replace(day=1), age)


def test_a_placeholder_birth_date_gives_no_age(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", personbirthdate=date(1900, 1, 1)))
    assert _one(scene, "birth_month, age_years") == (None, None)


@pytest.mark.parametrize(
    ("values", "sex"), [({"sex": "M"}, "M"), ({"sex": None, "gendercurrent": "2"}, "F"), ({"sex": None}, "U")]
)
def test_sex_comes_from_either_years_column(scene: Scene, values: dict[str, object], sex: str) -> None:
    scene.sen2("derby", pupil("1", **values))
    assert _one(scene, "sex") == (sex,)


def test_a_refused_ethnicity_gives_way_to_a_given_one(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", upn=upn(1), ethnicity="MWAS"), period="2024-25-Q3")
    scene.sen2("nottingham", pupil("1", upn=upn(1), ethnicity="REFU"))
    assert _one(scene, "ethnicity") == ("MWAS",)


def test_the_newest_usable_postcode_gives_the_area(scene: Scene) -> None:
    number = {"nhsnumber": nhs(1)}
    scene.csds("RTD", patient("1", postcode="NE1 1AA", **number), period="2025-01")
    scene.csds("RHA", patient("2", postcode="NG7 2QX", **number), period="2025-02")
    scene.csds("RHA", patient("2", postcode="ZZ99 3VZ", **number), period="2025-03")
    assert _one(scene, "residence_area_id, residence_source") == ("nottingham", "csds")


@pytest.mark.parametrize(
    ("postcode", "area"), [("SW1A 1AA", "elsewhere"), ("ZZ99 3WZ", None), ("NG7", None), (None, None)]
)
def test_elsewhere_is_not_unknown(scene: Scene, postcode: str | None, area: str | None) -> None:
    scene.demographics("RHA", listed("1", postcode=postcode))
    assert _one(scene, "residence_area_id, residence_source") == (area, area and "demographics")


@pytest.mark.parametrize(("died", "is_deceased"), [(date(2025, 3, 31), True), (date(2025, 4, 1), False), (None, False)])
def test_a_death_counts_from_its_day(scene: Scene, died: date | None, is_deceased: bool) -> None:
    scene.csds("RHA", patient("1", persondeathdate=died))
    assert _one(scene, "is_deceased") == (is_deceased,)


def test_a_death_that_was_withdrawn_does_not_count(scene: Scene) -> None:
    scene.csds("RHA", patient("1", persondeathdate=date(2025, 1, 5)), period="2025-01").csds("RHA", patient("1"))
    assert _one(scene, "is_deceased") == (False,)


@pytest.mark.parametrize(
    ("reason", "day", "is_deceased"),
    [("8", date(2025, 3, 31), True), ("8", None, True), ("8", date(2025, 4, 1), False), ("1", date(2025, 1, 1), False)],
)
def test_a_plan_that_ceased_by_death(scene: Scene, reason: str, day: date | None, is_deceased: bool) -> None:
    scene.sen2(
        "derby", pupil("1"),
        requests=[{"requeststableid": "2", "persontableid": "1"}],
        assessment=[{"assessmenttableid": "3", "requeststableid": "2"}],
        namedplan=[{"namedplantableid": "4", "assessmenttableid": "3", "ceasereason": reason, "ceasedate": day}],
    )  # fmt: skip
    assert _one(scene, "is_deceased") == (is_deceased,)


@pytest.mark.parametrize("leaver", ["nottingham", "nottinghamshire"])
def test_a_council_that_handed_the_plan_on_no_longer_says_where_the_child_lives(scene: Scene, leaver: str) -> None:
    postcodes = {"nottingham": "NG7 2QX", "nottinghamshire": "NG18 1AA"}
    for council, postcode in postcodes.items():
        reason = "5" if council == leaver else None
        scene.sen2(
            council, pupil("1", upn=upn(1), postcode=postcode),
            requests=[{"requeststableid": "2", "persontableid": "1"}],
            assessment=[{"assessmenttableid": "3", "requeststableid": "2"}],
            namedplan=[{"namedplantableid": "4", "assessmenttableid": "3", "ceasereason": reason, "ceasedate": date(2025, 2, 1) if reason else None}],
        )  # fmt: skip
    stays = next(council for council in postcodes if council != leaver)
    assert _one(scene, "residence_area_id") == (stays,)


def test_of_an_earlier_period_too_the_council_that_has_the_plan_says_where_the_child_lived(scene: Scene) -> None:
    """Nottinghamshire handed the plan over in February and sent its return a day later; by the next quarter only Nottingham has the child."""
    for council, postcode, day in (("nottingham", "NG7 2QX", 10), ("nottinghamshire", "NG18 1AA", 11)):
        ended = {"ceasereason": "5", "ceasedate": date(2025, 2, 1)} if council == "nottinghamshire" else {}
        tables = {
            "person": [pupil("1", upn=upn(1), forename="ADA", postcode=postcode)],
            "requests": [{"requeststableid": "2", "persontableid": "1"}],
            "assessment": [{"assessmenttableid": "3", "requeststableid": "2"}],
            "namedplan": [{"namedplantableid": "4", "assessmenttableid": "3", **ended}],
        }
        received = datetime(2025, 4, day, 9, tzinfo=UTC)
        scene.deliveries.append(deliver(scene.settings.home, "sen2", council, Q4.label, tables, received))
    q4 = list(scene.deliveries)
    scene.sen2("nottingham", pupil("1", upn=upn(1), forename="ADA", postcode="NG7 2QX"), period="2025-26-Q1")
    for quarter, sent, before in ((Q4, q4, []), (Quarter.parse("2025-26-Q1"), scene.deliveries[-1:], q4)):
        resolve_and_pseudonymise(scene.settings, quarter, sent, KEY, before)
        path = scene.settings.restricted / "identity" / quarter.label / "person_residence.parquet"
        said = duckdb.execute("select area_id, from_date from read_parquet(?)", [str(path)]).fetchall()
        assert said == [("nottingham", Q4.end)], quarter
