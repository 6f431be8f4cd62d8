"""The lists behind the disagreements: each partner's own, in the restricted zone, with keys and nothing else of a child."""

from __future__ import annotations

import stat
from datetime import date
from pathlib import Path

import duckdb
import pytest

from sendjc_pipeline.identity.vault import identity_folder, make_folder
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.warehouse import build
from sendjc_pipeline.warehouse.deliveries import QuarterInputs
from sendjc_pipeline.warehouse.partner_lists import lists_folder, write_lists

QUARTER = Quarter.parse("2024-25-Q4")


def warehouse(settings: Settings, parties: list[tuple[str, str, str, str]]) -> Path:
    path = settings.home / "built.duckdb"
    path.unlink(missing_ok=True)
    con = duckdb.connect(str(path))
    con.execute("create table disagreement_kind as select 'k' as kind, 'who says what' as words")
    con.execute(
        "create table int_agreement__party (kind varchar, area_id varchar, person_key varchar, partner_id varchar)"
    )
    con.executemany("insert into int_agreement__party values (?, ?, ?, ?)", parties)
    links = make_folder(identity_folder(settings, QUARTER)) / "person_link.parquet"
    con.execute(
        "copy (select 'c1' as person_key, 'derby' as partner, 'sen2' as feed, 'own' as source_person_id, 's1' as submission_id)"
        f" to '{links}' (format parquet)"
    )
    con.close()
    return path


def test_each_partner_gets_its_own_children_by_key(settings: Settings) -> None:
    built = warehouse(
        settings, [("k", "derby", "c1", "derby"), ("k", "derby", "c1", "RY8"), ("k", "derby", "c2", "RY8")]
    )
    write_lists(settings, QUARTER, built)
    folder = lists_folder(settings, QUARTER)
    assert sorted(path.name for path in folder.iterdir()) == ["RY8.parquet", "derby.parquet"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder, folder.parent)} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    derby = duckdb.sql(f"from '{folder / 'derby.parquet'}'")
    assert derby.columns == ["quarter", "kind", "words", "area_id", "person_key", "partner", "feed", "source_person_id"]
    assert derby.fetchall() == [("2024-25-Q4", "k", "who says what", "derby", "c1", "derby", "sen2", "own")]
    assert [row[4] for row in duckdb.sql(f"from '{folder / 'RY8.parquet'}'").fetchall()] == ["c1", "c2"]


def test_what_is_settled_leaves_the_list_and_a_failed_model_leaves_none(settings: Settings) -> None:
    write_lists(settings, QUARTER, warehouse(settings, [("k", "derby", "c1", "derby")]))
    write_lists(settings, QUARTER, warehouse(settings, [("k", "derby", "c2", "RY8")]))
    assert [path.name for path in lists_folder(settings, QUARTER).iterdir()] == ["RY8.parquet"]
    empty = settings.home / "empty.duckdb"
    duckdb.connect(str(empty)).close()
    write_lists(settings, QUARTER, empty)
    assert not lists_folder(settings, QUARTER).exists()


def test_lists_that_cannot_be_written_leave_those_that_stood(settings: Settings) -> None:
    write_lists(settings, QUARTER, warehouse(settings, [("k", "derby", "c1", "derby")]))
    broken = warehouse(settings, [("k", "derby", "canary", "RY8")])
    (identity_folder(settings, QUARTER) / "person_link.parquet").write_bytes(b"canary")
    with pytest.raises(SendjcError, match="lists of disagreements failed") as fault:
        write_lists(settings, QUARTER, broken)
    assert "canary" not in str(fault.value)
    assert [path.name for path in lists_folder(settings, QUARTER).parent.iterdir()] == [QUARTER.label]
    assert [path.name for path in lists_folder(settings, QUARTER).iterdir()] == ["derby.parquet"]


def test_a_warehouse_whose_lists_cannot_be_written_takes_no_place(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise SendjcError("the disk is full")

    monkeypatch.setattr(build, "create_raw", lambda con, *_: con.execute("create schema raw"))
    monkeypatch.setattr(build, "compare_feeds", lambda *_: None)
    monkeypatch.setattr(build, "run_dbt", lambda *_: [])
    monkeypatch.setattr(build, "write_lists", full)
    standing = build.warehouse_path(settings.make_zones(), QUARTER)
    standing.write_bytes(b"the warehouse that stood")
    with pytest.raises(SendjcError, match="the disk is full"):
        build.build(settings, QuarterInputs(QUARTER, date(2025, 6, 1), ()), lambda *_: None)
    assert standing.read_bytes() == b"the warehouse that stood"
