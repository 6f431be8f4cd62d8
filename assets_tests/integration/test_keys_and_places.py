"""Through the real job: new keys after a rotation, the same children and figures; places in the warehouse, never in a release."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import dagster as dg
import duckdb
import pytest
from typer.testing import CliRunner

from integration.conftest import KNOWN_AT, QUARTER, TEST_KEY, run_job
from sendjc_pipeline.cli import app
from sendjc_pipeline.commands import run
from sendjc_pipeline.release import ledger
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.warehouse import project

Published = tuple[Settings, dg.ExecuteInProcessResult]
NEXT = "7c" * 32
# What places a child more finely than an area. With birth month, sex and ethnicity a small area names many children.
PLACES = re.compile(r"lsoa|district|postcode|deprivation", re.IGNORECASE)


def warehouse(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    con = duckdb.connect(str(settings.warehouse / f"{QUARTER}.duckdb"), read_only=True)
    try:
        return con.execute(query).fetchall()
    finally:
        con.close()


def rotate(settings: Settings, purpose: str = "all") -> str:
    arguments = ["keys", "rotate", "--purpose", purpose, "--reason", "yearly", "--yes", "--home", str(settings.home)]
    done = CliRunner().invoke(app, arguments)
    assert done.exception is None, done.output
    return done.output


CHILDREN = (
    "select person_key, birth_month, sex, ethnicity, residence_area_id, residence_lsoa from dim_person order by all"
)


def test_after_a_rotation_a_rerun_gives_new_keys_one_to_one_with_the_old_and_the_same_figures(
    copy_of_published: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copy_of_published
    before, cases = (
        warehouse(home, CHILDREN),
        warehouse(home, "select count(*), count(distinct case_id) from fct_clock"),
    )
    monkeypatch.setenv("SENDJC_PSEUDONYM_KEY_NEXT", NEXT)
    said = rotate(home)
    monkeypatch.delenv("SENDJC_PSEUDONYM_KEY_NEXT")
    assert NEXT not in said and TEST_KEY not in said
    assert not run_job(home).success  # the home knows that the secret given is retired
    for purpose in ("PERSON", "RECORD", "REVIEW", "EXTRACT"):
        monkeypatch.setenv(f"SENDJC_PSEUDONYM_KEY_{purpose}", NEXT)
    order = run.Order(QUARTER, KNOWN_AT)
    assert run._nothing_new(home, order) is None
    assert run_job(home).success
    (table,) = (home.restricted / "identity" / "rekey").glob("*.parquet")
    new = dict(
        duckdb.execute(f"select old_key, new_key from read_parquet('{table}') where purpose = 'person'").fetchall()
    )
    after = warehouse(home, CHILDREN)
    assert sorted((new[key], *rest) for key, *rest in before) == sorted(after)
    assert not {row[0] for row in before} & {row[0] for row in after}
    assert warehouse(home, "select count(*), count(distinct case_id) from fct_clock") == cases
    events = duckdb.execute(
        f"select distinct kind from read_parquet('{home.restricted}/identity/key_event.parquet')"
    ).fetchall()
    assert events == [("first",)]
    assert [release.revision for release in ledger.all_releases(home)] == [1]  # no figure differs
    assert run._nothing_new(home, order) is not None


def test_the_keys_are_shown_by_fingerprint_alone(copy_of_published: Settings) -> None:
    shown = CliRunner().invoke(app, ["keys", "show", "--json", "--home", str(copy_of_published.home)])
    lines = json.loads(shown.output)
    assert [line["purpose"] for line in lines] == ["person", "record", "review", "opt_out", "extract"]
    assert all(re.fullmatch("[0-9a-f]{16}", line["fingerprint"]) for line in lines)
    assert len({line["fingerprint"] for line in lines}) == 5 and TEST_KEY not in shown.output


def test_children_live_in_small_areas_of_the_directory(published: Published) -> None:
    (total, placed, spread, agree) = warehouse(
        published[0],
        """
        select count(*), count(residence_lsoa), count(distinct deprivation_decile),
            count(*) filter (where (deprivation_source = 'directory') <> (deprivation_decile is not null))
        from dim_person""",
    )[0]
    assert placed / total > 0.9 and spread == 10 and agree == 0
    rest = warehouse(published[0], "select distinct deprivation_source from dim_person where residence_lsoa is null")
    assert set(rest) <= {("no_postcode",), ("not_in_directory",)}


def exposed_places(manifest: Mapping[str, Any]) -> set[str]:
    """Columns of tables that an exposure publishes and that would place a child."""
    released = {node for exposure in manifest["exposures"].values() for node in exposure["depends_on"]["nodes"]}
    return {
        f"{manifest['nodes'][node]['name']}.{column}"
        for node in released
        for column in manifest["nodes"][node]["columns"]
        if PLACES.search(column)
    }


def test_no_exposure_holds_a_small_area_or_anything_finer_than_an_area(published: Published) -> None:
    assert exposed_places(project.manifest()) == set()
    con = duckdb.connect(str((published[0].published / "current").resolve() / "marts.duckdb"), read_only=True)
    columns = con.execute("select table_name, column_name from duckdb_columns() where not internal").fetchall()
    assert [column for column in columns if PLACES.search(column[1])] == []
    for (table,) in con.execute("select table_name from duckdb_tables() where not internal").fetchall():
        texts = con.execute(f'select to_json(t)::varchar from "{table}" as t').fetchall()
        assert not any("E019" in text for (text,) in texts), table


def test_a_released_table_with_a_small_area_would_be_noticed() -> None:
    manifest = {
        "exposures": {"exposure.x": {"depends_on": {"nodes": ["model.leak"]}}},
        "nodes": {"model.leak": {"name": "leak", "columns": {"residence_lsoa": {}, "value": {}}}},
    }
    assert exposed_places(manifest) == {"leak.residence_lsoa"}


def test_the_provenance_says_which_directory_was_used(published: Published) -> None:
    ((text,),) = warehouse(published[0], "select provenance from audit_provenance")
    directory = json.loads(text)["postcode_directory"]
    assert (directory["source"], directory["edition"], len(directory["sha256"])) == ("synthetic", "1", 64)
