"""What exposures declare is obeyed, and one that leaves something unsaid is refused before anything is published."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from sendjc_pipeline.release import declared
from sendjc_pipeline.release.publish import profile_of_metrics
from sendjc_pipeline.release.tables import published_tables
from sendjc_pipeline.warehouse import project

TABLE = {
    "purpose": "Trends.", "legal_basis": "No personal data.", "disclosure_profile": "none",
    "destination": "published/releases/<release>/tables/waits.parquet",
}  # fmt: skip
PUBLIC = {**TABLE, "disclosure_profile": "open", "destination": "published/releases/<release>/open_data/"}


def manifest(table: dict[str, str] = TABLE, public: dict[str, str] | None = PUBLIC) -> dict[str, Any]:
    """One published table and, unless None, the files for the public."""

    def exposure(name: str, meta: dict[str, str]) -> dict[str, Any]:
        return {"name": name, "depends_on": {"nodes": ["model.waits"]}, "config": {"meta": meta}}

    node = {"name": "waits", "description": "Waits.", "columns": {}, "config": {}}
    exposures = {"exposure.waits": exposure("release_waits", table)}
    if public is not None:
        exposures["exposure.open"] = exposure(declared.OPEN_DATA, public)
    return {"nodes": {"model.waits": node}, "exposures": exposures}


def test_a_table_leaves_under_the_terms_of_its_own_exposure() -> None:
    (table,) = published_tables(manifest(), ())
    assert (table.name, table.terms["disclosure_profile"]) == ("waits", "none")


def test_the_files_for_the_public_are_declared_and_are_no_table() -> None:
    public = declared.open_data(manifest())
    assert (public.profile, public.place) == ("open", "open_data/")


@pytest.mark.parametrize("term", ["purpose", "legal_basis", "disclosure_profile", "destination"])
@pytest.mark.parametrize("said", [None, "", " "])
def test_a_term_that_is_not_said_is_refused(term: str, said: str | None) -> None:
    meta = {name: text for name, text in TABLE.items() if name != term} | ({term: said} if said is not None else {})
    with pytest.raises(declared.UnfitExposure, match=f"^Exposure release_waits says no {term}: mend .*yml\\.$"):
        published_tables(manifest(meta), ())


@pytest.mark.parametrize(
    ("term", "said", "refusal"),
    [
        ("disclosure_profile", "opne", r"the disclosure profile 'opne', which is none of none, open, partner, restricted"),
        ("destination", "published/waits.parquet", r"published/waits.parquet, which is not in published/releases/<release>/"),
        ("destination", "published/releases/<release>/waits.parquet", r"but tables/waits.parquet is the place in a release"),
        ("destination", "published/releases/<release>/table/", r"but tables/waits.parquet is the place in a release"),
    ],
)  # fmt: skip
def test_an_unknown_profile_and_another_place_are_refused(term: str, said: str, refusal: str) -> None:
    with pytest.raises(declared.UnfitExposure, match=refusal) as refused:
        published_tables(manifest({**TABLE, term: said}), ())
    assert str(refused.value).startswith("Exposure release_waits ") and "\n" not in str(refused.value)


def test_a_folder_of_several_tables_may_be_named() -> None:
    assert len(published_tables(manifest({**TABLE, "destination": "published/releases/<release>/tables/"}), ())) == 1


@pytest.mark.parametrize("place", [None, "", "open_data", "open_data/send.csv", "tables/open_data/"])
def test_the_files_for_the_public_need_a_folder_of_their_own(place: str | None) -> None:
    public = None if place is None else {**PUBLIC, "destination": f"published/releases/<release>/{place}"}
    with pytest.raises(declared.UnfitExposure, match="need an exposure release_open_data"):
        declared.open_data(manifest(public=public))


def test_the_real_exposures_are_whole_and_the_public_sees_what_is_open() -> None:
    real = project.manifest()
    assert declared.open_data(real).profile == "open"
    tables = published_tables(real, ())
    assert profile_of_metrics(tables) == "partner"
    assert all(all(table.terms.values()) for table in tables)


def test_metric_tables_of_two_profiles_cannot_be_protected_together() -> None:
    real = copy.deepcopy(project.manifest()["exposures"])
    real["exposure.sendjc.release_metric_monthly"]["config"]["meta"]["disclosure_profile"] = "open"
    tables = published_tables({**project.manifest(), "exposures": real}, ())
    with pytest.raises(declared.UnfitExposure, match="one disclosure profile, not open, partner"):
        profile_of_metrics(tables)
