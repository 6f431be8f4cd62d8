"""The stored model, the thresholds, and groups that may not chain."""

from __future__ import annotations

import json
import math
import re
from datetime import date

import pytest

from sendjc_pipeline.identity.cluster import IDENTIFIER_WEIGHT
from sendjc_pipeline.identity.contents import COMPARED
from sendjc_pipeline.identity.scores import MODEL
from sendjc_pipeline.identity.thresholds import Thresholds, thresholds, weight_of
from sendjc_pipeline.settings import SendjcError, Settings

from identity_samples import Q4, Scene, listed, nhs, pupil, upn  # isort: skip

ADA = {"forename": "Ada", "surname": "Lovelace", "postcode": "NG7 2QX"}


@pytest.fixture
def scene(settings: Settings) -> Scene:
    return Scene(settings)


def _weights() -> dict[tuple[str, str], float]:
    model = json.loads(MODEL.read_text())
    return {
        (comparison["output_column_name"], level["label_for_charts"]): math.log2(level["m_probability"] / level["u_probability"])
        for comparison in model["comparisons"] for level in comparison["comparison_levels"] if not level.get("is_null_level")
    }  # fmt: skip


def test_the_model_knows_only_what_records_are_compared_on() -> None:
    conditions = " ".join(
        level["sql_condition"] for c in json.loads(MODEL.read_text())["comparisons"] for level in c["comparison_levels"]
    )
    used = set(re.findall(r'"(\w+)_[lr]"', conditions))
    assert used == set(COMPARED)


def test_a_contested_number_loses_just_what_it_was_worth() -> None:
    weights = _weights()
    for kind in ("upn", "nhs_number", "uln"):
        assert weights[kind, "same"] == pytest.approx(IDENTIFIER_WEIGHT, abs=0.1)


def test_nobody_is_linked_by_a_household_alone() -> None:
    weights = _weights()
    prior = math.log2(json.loads(MODEL.read_text())["probability_two_random_records_match"])
    alike = sum(weights[name, "same"] for name in ("surname", "birth_date", "postcode", "sex"))
    review = thresholds(Q4.end).review_weight
    assert prior + alike + weights["forename", "twin, unlike"] < review
    assert prior + alike + weights["forename", "twin, unlike"] + weights["nhs_number", "same, unlike forename"] < review
    assert prior + alike + weights["forename", "twin, same"] > thresholds(Q4.end).link_weight


@pytest.mark.parametrize(
    "rows",
    ["link,0.9,,,2015-04-01", "link,0.9,,,2015-04-01\nreview,0.95,,,2015-04-01\ndoubt,0.99,,,2015-04-01\nmargin,4,,,2015-04-01"],
    ids=["three are missing", "review above link"],
)  # fmt: skip
def test_thresholds_that_make_no_sense_are_refused(tmp_path, rows: str) -> None:
    seed = tmp_path / "match_threshold.csv"
    seed.write_text(f"threshold,value,unit,note,valid_from\n{rows}\n")
    with pytest.raises(SendjcError, match=r"match_threshold\.csv"):
        thresholds(Q4.end, seed)


def test_the_newest_threshold_in_force_counts(tmp_path) -> None:
    seed = tmp_path / "match_threshold.csv"
    rows = ["link,0.9", "review,0.2", "doubt,0.99", "margin,4"]
    lines = [f"{row},,,2015-04-01" for row in rows] + ["link,0.95,,,2024-04-01", "link,0.97,,,2090-04-01"]
    seed.write_text("threshold,value,unit,note,valid_from\n" + "\n".join(lines) + "\n")
    assert thresholds(date(2025, 3, 31), seed) == Thresholds(0.95, 0.2, 0.99, 4)
    assert weight_of(0.5) == 0


@pytest.mark.parametrize(
    "unlike",
    [{"forename": "Adah"}, {"surname": "Lovelac"}, {"dateofbirth": date(2015, 6, 16)}, {"postcode": "DE1 1AA", "sex": "U"},
     {"forename": "Lovelace", "surname": "Ada"}, {"forename": "ÁDA"}],
    ids=["typo in the forename", "typo in the surname", "one day off", "moved, no sex", "names turned round", "a mark"],
)  # fmt: skip
def test_one_slip_does_not_part_a_child(scene: Scene, unlike: dict[str, object]) -> None:
    scene.sen2("derby", pupil("1", upn=upn(1), **ADA)).demographics("RY8", listed("9", **ADA | unlike))
    assert scene.run().on_both_sides == 1


def test_a_nickname_is_the_name(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", **ADA | {"forename": "Elizabeth"}))
    scene.demographics("RY8", listed("9", **ADA | {"forename": "Lizzie"})).run()
    assert len(scene.children()) == 1


def test_siblings_stay_two(scene: Scene) -> None:
    scene.sen2("derby", pupil("1", **ADA)).demographics(
        "RY8", listed("9", **ADA | {"forename": "Ida", "dateofbirth": date(2013, 6, 15)})
    )
    assert scene.run().persons == 2


def test_two_numbers_of_one_kind_keep_records_apart_and_go_to_review(scene: Scene) -> None:
    scene.demographics("RY8", listed("9", nhsnumber=nhs(1), **ADA)).demographics(
        "RHA", listed("8", nhsnumber=nhs(2), **ADA)
    )
    result = scene.run()
    assert (result.persons, result.doubtful) == (2, 1)


def test_a_record_between_two_of_one_source_draws_neither_in(scene: Scene) -> None:
    """Two children of a council, and a provider's record that fits both: three keys, not one."""
    scene.sen2("derby", pupil("1", upn=upn(1), **ADA), pupil("2", upn=upn(2), **ADA | {"postcode": "NG7 2QY"}))
    scene.demographics("RY8", listed("9", **ADA | {"postcode": None, "forename": "Adah"}))
    assert scene.run().persons == 3
