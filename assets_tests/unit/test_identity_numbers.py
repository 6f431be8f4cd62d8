"""What a number says against a link: two of one kind are two children, whichever rule would join them."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from sendjc_pipeline.settings import Settings

from identity_samples import Row, Scene, deliver, listed, nhs, upn  # isort: skip

ADA = {"forename": "Ada", "surname": "Lovelace"}


@pytest.fixture
def scene(settings: Settings) -> Scene:
    return Scene(settings)


def _local(scene: Scene, feed: str, **values: object) -> Scene:
    """Add the one child of a local feed, which knows either kind of number."""
    row: Row = {"local_id": "1", "date_of_birth": date(2015, 6, 15), "sex": "F", **values}
    scene.deliveries.append(deliver(scene.settings.home, feed, "derby", "2024-25-Q4", {feed: [row]}))
    return scene


def _reasons(scene: Scene) -> list[str]:
    rows = duckdb.sql(f"select reason from read_parquet('{scene.identity / 'person_doubt.parquet'}')").fetchall()
    return [reason for (reason,) in rows]


def test_education_and_health_do_not_meet_under_two_nhs_numbers(scene: Scene) -> None:
    _local(scene, "short_breaks", nhs_number=nhs(1), postcode="NG7 2QX", **ADA)
    scene.demographics("RHA", listed("9", nhsnumber=nhs(2), postcode="NG7 2QX", **ADA)).run()
    assert len(scene.children()) == 2
    assert _reasons(scene) == ["identifier_differs"]


def test_education_and_health_meet_under_one_nhs_number(scene: Scene) -> None:
    _local(scene, "short_breaks", nhs_number=nhs(1), **ADA)
    scene.demographics("RHA", listed("9", nhsnumber=nhs(1), **ADA)).run()
    assert len(scene.children()) == 1


def test_a_upn_never_joins_two_nhs_numbers(scene: Scene) -> None:
    _local(scene, "short_breaks", nhs_number=nhs(1), upn=upn(1), **ADA)
    _local(scene, "equipment", nhs_number=nhs(2), upn=upn(1), **ADA).run()
    assert len(scene.children()) == 2
    assert _reasons(scene) == ["shared_identifier"]
