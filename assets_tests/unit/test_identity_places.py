"""Residence by the postcode directory, where there is one."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from sendjc_pipeline.identity.postcode_directory import load
from sendjc_pipeline.settings import Settings

from identity_samples import Scene, listed, nhs  # isort: skip

WHERE = "residence_area_id, residence_district_code, residence_lsoa, deprivation_decile, deprivation_source"
DIRECTORY = """pcds,lsoa21cd,lad25cd,imd_decile
NG7 2QX,E01900001,E06000018,1
NG3 6AA,E01900002,E07000173,7
DE7 1AA,E01900003,E07000036,4
CF10 1AA,W01001939,W06000015,
IM1 1AA,M99999999,M99999999,
"""


@pytest.fixture
def scene(settings: Settings) -> Scene:
    return Scene(settings)


def _where(scene: Scene, postcode: str | None, tmp_path: Path | None) -> tuple[object, ...]:
    if tmp_path:
        (tmp_path / "directory.csv").write_text(DIRECTORY)
        load(scene.settings, tmp_path / "directory.csv", None, "ONSPD", "2025-05")
    scene.demographics("RHA", listed("1", postcode=postcode))
    scene.run()
    (row,) = scene.query(f"select {WHERE} from person")
    return row


@pytest.mark.parametrize(
    ("postcode", "found"),
    [
        ("NG7 2QX", ("nottingham", "E06000018", "E01900001", 1, "directory")),
        # NG3 is Nottingham by its outward code, and this end of it lies in Gedling: the directory decides.
        ("NG3 6AA", ("nottinghamshire", "E07000173", "E01900002", 7, "directory")),
        ("DE7 1AA", ("elsewhere", "E07000036", "E01900003", 4, "directory")),
        ("CF10 1AA", ("elsewhere", "W06000015", "W01001939", None, "no_index")),
        ("IM1 1AA", ("elsewhere", None, None, None, "no_index")),
        ("NG3 6AB", ("nottingham", None, None, None, "not_in_directory")),
        (" ng72qx ", ("nottingham", "E06000018", "E01900001", 1, "directory")),
        ("ZZ99 3VZ", (None, None, None, None, "no_postcode")),
        (None, (None, None, None, None, "no_postcode")),
    ],
)
def test_the_directory_decides_and_says_why_it_cannot(
    scene: Scene, tmp_path: Path, postcode: str | None, found: tuple[object, ...]
) -> None:
    assert _where(scene, postcode, tmp_path) == found


def test_without_a_directory_the_outward_code_decides(scene: Scene) -> None:
    assert _where(scene, "NG3 6AA", None) == ("nottingham", None, None, None, "no_directory")


def test_a_newer_directory_counts_from_the_next_run(scene: Scene, tmp_path: Path) -> None:
    _where(scene, "NG7 2QX", tmp_path)
    (tmp_path / "directory.csv").write_text(DIRECTORY.replace("E06000018,1", "E06000018,2"))
    load(scene.settings, tmp_path / "directory.csv", None, "ONSPD", "2025-08")
    scene.run()
    assert scene.query("select deprivation_decile from person") == [(2,)]


def test_no_postcode_leaves_with_its_place(scene: Scene, tmp_path: Path) -> None:
    _where(scene, "NG7 2QX", tmp_path)
    scene.demographics("RTD", listed("2", nhsnumber=nhs(2), postcode="NG3 6AA"))
    scene.run()
    for path in [*scene.identity.glob("*.parquet"), *scene.pseudonymised.rglob("*.parquet")]:
        said = duckdb.execute(f"select to_json(t)::varchar from read_parquet('{path}') as t").fetchall()
        assert not any(code in text for (text,) in said for code in ("NG7", "NG3", "2QX", "6AA"))
