"""Who is one child and who is not. A record is written '<partner>/<feed>/<method>'; a list of them is one child."""

from __future__ import annotations

from datetime import date

import pytest

from sendjc_pipeline.identity.rules import match_rules
from sendjc_pipeline.settings import SendjcError, Settings

from identity_samples import Q4, Scene, listed, nhs, patient, pupil, upn  # isort: skip

OTHER_DAY = date(2015, 7, 1)
ADA = {"forename": "Ada", "surname": "Lovelace"}


@pytest.fixture
def scene(settings: Settings) -> Scene:
    return Scene(settings)


def test_one_nhs_number_is_one_child_at_two_providers(scene: Scene) -> None:
    scene.csds("RY8", patient("1", nhsnumber=nhs(1))).csds("RXM", patient("9", nhsnumber=nhs(1))).run()
    assert scene.children() == [["RXM/csds/nhs_number", "RY8/csds/nhs_number"]]


def test_the_same_local_id_at_two_providers_is_two_children(scene: Scene) -> None:
    scene.csds("RY8", patient("1")).csds("RXM", patient("1")).run()
    assert scene.children() == [["RXM/csds/local_id"], ["RY8/csds/local_id"]]


def test_a_patient_without_a_number_stays_one_child_over_the_months(scene: Scene) -> None:
    scene.csds("RHA", patient("1"), period="2024-12").csds("RHA", patient("1"), period="2025-03").run()
    assert scene.children() == [["RHA/csds/local_id"] * 2]


def test_demographics_join_csds_by_local_id_and_lend_it_their_number(scene: Scene) -> None:
    scene.csds("RHA", patient("1")).demographics("RHA", listed("1", nhsnumber=nhs(1))).run()
    assert scene.children() == [["RHA/csds/nhs_number", "RHA/demographics/nhs_number"]]


@pytest.mark.parametrize(
    "difference", [{"dateofbirth": OTHER_DAY}, {"gender": "1"}], ids=["another birth date", "another sex"]
)
def test_a_shared_nhs_number_joins_nobody(scene: Scene, difference: dict[str, object]) -> None:
    scene.csds("RHA", patient("1", nhsnumber=nhs(1)))
    scene.csds("RTD", patient("2", nhsnumber=nhs(1), **difference)).run()
    assert scene.children() == [["RHA/csds/local_id"], ["RTD/csds/local_id"]]


def test_twins_with_one_nhs_number_stay_two(scene: Scene) -> None:
    scene.demographics("RHA", listed("1", nhsnumber=nhs(1), **ADA))
    scene.demographics("RTD", listed("2", nhsnumber=nhs(1), forename="Eve", surname="Lovelace")).run()
    assert len(scene.children()) == 2


def test_two_nameless_patients_of_one_provider_with_one_number_may_be_twins(scene: Scene) -> None:
    scene.csds("RHA", patient("1", nhsnumber=nhs(1)), patient("2", nhsnumber=nhs(1))).run()
    assert len(scene.children()) == 2


def test_a_patient_registered_twice_by_name_is_one(scene: Scene) -> None:
    scene.demographics("RHA", listed("1", nhsnumber=nhs(1), **ADA), listed("2", nhsnumber=nhs(1), **ADA)).run()
    assert len(scene.children()) == 1


@pytest.mark.parametrize("number", ["9999999999", "0000000000", "1111111111", "9990000000", "12345"])
def test_a_placeholder_or_wrong_number_is_not_used(scene: Scene, number: str) -> None:
    scene.csds("RY8", patient("1", nhsnumber=number)).csds("RXM", patient("2", nhsnumber=number)).run()
    assert scene.children() == [["RXM/csds/local_id"], ["RY8/csds/local_id"]]


def test_two_numbers_on_one_patient_settle_nothing(scene: Scene) -> None:
    scene.csds("RHA", patient("1", nhsnumber=nhs(1))).demographics("RHA", listed("1", nhsnumber=nhs(2)))
    scene.csds("RTD", patient("5", nhsnumber=nhs(1)), patient("6", nhsnumber=nhs(2))).run()
    assert len(scene.children()) == 3


def test_a_corrected_number_counts_and_the_old_one_does_not(scene: Scene) -> None:
    scene.csds("RHA", patient("1", nhsnumber=nhs(1)), period="2025-01")
    scene.csds("RHA", patient("1", nhsnumber=nhs(2)), period="2025-02")
    scene.csds("RTD", patient("5", nhsnumber=nhs(1)), patient("6", nhsnumber=nhs(2))).run()
    assert scene.children() == [["RHA/csds/nhs_number"] * 2 + ["RTD/csds/nhs_number"], ["RTD/csds/nhs_number"]]


def test_without_a_number_name_and_address_join_two_providers(scene: Scene) -> None:
    known = ADA | {"postcode": "NG7 2QX"}
    scene.demographics("RY8", listed("1", nhsnumber=nhs(1), **known)).demographics("RXM", listed("9", **known)).run()
    assert scene.children() == [["RXM/demographics/name_dob_sex_postcode", "RY8/demographics/nhs_number"]]


def test_name_and_address_join_neither_two_patients_of_one_provider_nor_two_numbers(scene: Scene) -> None:
    known = ADA | {"postcode": "NG7 2QX"}
    scene.demographics("RY8", listed("1", **known), listed("2", **known))
    scene.demographics("RXM", listed("3", **known)).run()
    assert len(scene.children()) == 3
    scene.deliveries.clear()
    scene.demographics("RY8", listed("1", nhsnumber=nhs(1), **known))
    scene.demographics("RXM", listed("3", nhsnumber=nhs(2), **known)).run()
    assert len(scene.children()) == 2


def test_one_upn_is_one_child_in_two_councils(scene: Scene) -> None:
    scene.sen2("nottingham", pupil("1", upn=upn(1))).sen2("nottinghamshire", pupil("7", upn=upn(1).lower())).run()
    assert scene.children() == [["nottingham/sen2/upn", "nottinghamshire/sen2/upn"]]


def test_twins_with_one_upn_stay_two_and_the_third_record_is_not_drawn_in(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", upn=upn(1), **ADA), pupil("2", upn=upn(1), forename="Eve", surname="Lovelace"))
    scene.sen2("nottingham", pupil("3", upn=upn(1), forename="Ida", surname="Byron")).run()
    assert len(scene.children()) == 3


def test_an_ordinal_of_one_return_is_another_child_in_the_next(scene: Scene) -> None:
    scene.sen2("derby", pupil("1"), period="2024-25-Q3").run()
    (before,) = scene.query("select person_key from person")
    scene.sen2("derby", pupil("1")).run()
    assert scene.children() == [["derby/sen2/local_id"], ["derby/sen2/local_id"]]
    assert scene.query(f"select count(*) from person where person_key = '{before[0]}'") == [(1,)]


def test_the_uln_joins_where_there_is_no_upn(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", upn=upn(1), uniquelearnernumber="1234567893"))
    scene.sen2("nottingham", pupil("2", uniquelearnernumber="1234567893")).run()
    assert scene.children() == [["derby/sen2/upn", "nottingham/sen2/uln"]]


def test_a_uln_never_joins_two_upns(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", upn=upn(1), uniquelearnernumber="1234567893"))
    scene.sen2("nottingham", pupil("2", upn=upn(2), uniquelearnernumber="1234567893"))
    scene.sen2("newcastle", pupil("3", uniquelearnernumber="1234567893")).run()
    assert len(scene.children()) == 3


def test_education_and_health_meet_by_name_birth_date_and_sex(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", upn=upn(1), forename="Zoë", surname="O'Brien-Smith"))
    scene.csds("RY8", patient("9", nhsnumber=nhs(1)))
    scene.demographics("RY8", listed("9", nhsnumber=nhs(1), forename="ZOE", surname="OBrien Smith"))
    result = scene.run()
    assert scene.children() == [["RY8/csds/name_dob_sex", "RY8/demographics/name_dob_sex", "derby/sen2/upn"]]
    assert (result.persons, result.on_both_sides) == (1, 1)
    assert result.links_by_method == {"name_dob_sex": 2, "upn": 1}
    assert result.unlinked_by_feed == {"csds": 0, "demographics": 0, "sen2": 0}


def test_the_side_without_the_strongest_identifier_is_the_one_that_was_linked(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", **ADA)).demographics("RY8", listed("9", nhsnumber=nhs(1), **ADA)).run()
    assert scene.children() == [["RY8/demographics/nhs_number", "derby/sen2/name_dob_sex"]]


@pytest.mark.parametrize(
    "unlike",
    [
        {"forename": "Eve"},
        {"surname": "Byron"},
        {"sex": "M"},
        {"dateofbirth": OTHER_DAY},
        {"surname": None},
    ],
    ids=str,
)
def test_one_difference_is_enough_to_link_nobody(scene: Scene, unlike: dict[str, object]) -> None:
    scene.sen2("derby", pupil("1", upn=upn(1), **ADA))
    result = scene.demographics("RY8", listed("9", **(ADA | unlike))).run()
    assert (len(scene.children()), result.on_both_sides) == (2, 0)
    assert result.unlinked_by_feed == {"demographics": 1, "sen2": 1}


def test_namesakes_born_on_one_day_are_told_apart_by_address_or_not_at_all(scene: Scene) -> None:
    scene.sen2(
        "derby", pupil("1", upn=upn(1), postcode="DE1 1AA", **ADA), pupil("2", upn=upn(2), postcode="DE1 1AB", **ADA)
    )
    scene.demographics("RY8", listed("9", postcode="de11aa", **ADA)).run()
    assert scene.children() == [["RY8/demographics/name_dob_sex_postcode", "derby/sen2/upn"], ["derby/sen2/upn"]]
    scene.deliveries.clear()
    scene.sen2("derby", pupil("1", upn=upn(1), postcode="ZZ99 3VZ", **ADA), pupil("2", upn=upn(2), **ADA))
    scene.demographics("RY8", listed("9", postcode="ZZ99 3VZ", **ADA)).run()
    assert len(scene.children()) == 3


def test_placeholder_birth_dates_and_names_link_nobody(scene: Scene) -> None:
    stand_in = date(1900, 1, 1)
    scene.sen2("derby", pupil("1", personbirthdate=stand_in, **ADA), pupil("2", forename="Baby", surname="Byron"))
    scene.demographics(
        "RY8", listed("8", dateofbirth=stand_in, **ADA), listed("9", forename="Baby", surname="Byron")
    ).run()
    assert len(scene.children()) == 4


def test_no_chain_forms_through_a_child_with_two_names(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", upn=upn(1), **ADA), pupil("2", upn=upn(2), forename="Ada", surname="Byron"))
    scene.demographics("RY8", listed("8", nhsnumber=nhs(1), **ADA))
    scene.demographics("RXM", listed("9", nhsnumber=nhs(1), forename="Ada", surname="Byron"))
    result = scene.run()
    assert result.on_both_sides == 0
    assert len(scene.children()) == 3


def test_every_method_that_the_seed_names_is_carried_out_in_its_order() -> None:
    rules = match_rules(Q4.end)
    assert [rule.order for rule in rules] == sorted(rule.order for rule in rules)
    assert {(rule.side, rule.method) for rule in rules} == {
        ("health", "nhs_number"), ("health", "name_dob_sex_postcode"), ("education", "upn"), ("education", "uln"),
        ("between", "name_dob_sex"), ("between", "name_dob_sex_postcode"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "row",
    ["1,x,health,shoe_size,no_conflict,,2015-04-01", "1,x,between,upn,no_conflict,,2015-04-01",
     "1,x,health,nhs_number|sex,no_conflict,,2015-04-01", "1,x,health,nhs_number,sometimes,,2015-04-01"],
)  # fmt: skip
def test_a_rule_that_nothing_can_carry_out_is_refused(tmp_path, row: str) -> None:
    seed = tmp_path / "match_rule.csv"
    seed.write_text(f"rule_order,method,side,keys,uniqueness,note,valid_from\n{row}\n")
    with pytest.raises(SendjcError, match="Rule 1"):
        match_rules(Q4.end, seed)
    seed.write_text(f"rule_order,method,side,keys,uniqueness,note,valid_from\n{row.replace('2015', '2090')}\n")
    assert match_rules(Q4.end, seed) == []
