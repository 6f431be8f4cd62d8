"""A release in a real PostgreSQL server, which these tests start and stop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

import postgres_server
from sendjc_pipeline.cli import app
from sendjc_pipeline.release import ledger, postgres
from sendjc_pipeline.release.schema import Renamed
from sendjc_pipeline.settings import Settings
from unit.release_samples import home, provenance, publish, submission

MADE = provenance(submission("derby", "sen2", "a"))
FIGURE = ("plans", "derby", 40.5, "final", "none")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    tools = postgres_server.binaries()
    if tools is None:
        pytest.skip("needs PostgreSQL's initdb and pg_ctl: install the package postgresql")
    with postgres_server.server(tools) as url:
        yield url


@pytest.fixture
def database(address: str) -> Iterator[str]:
    """An empty database for each test."""
    with psycopg.connect(address, autocommit=True) as con:
        con.execute("drop database if exists send")
        con.execute("create database send")
    yield address.replace("/postgres?", "/send?")


@pytest.fixture
def published(tmp_path: Path) -> Settings:
    settings = home(tmp_path)
    publish(settings, [FIGURE, ("plans", "qt1", None, "final", "primary")], MADE)
    return settings


def ask(database: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database) as con:
        return con.execute(query).fetchall()


def load(settings: Settings, database: str) -> bool:
    current = ledger.current(settings)
    return postgres.publish_to(database, current, current)


def test_a_release_comes_with_views_rows_types_and_comments(published: Settings, database: str) -> None:
    assert load(published, database)
    assert ask(database, "select release_id, area_id, value from sendjc.metric_quarterly order by area_id") == [
        ("2024-25-Q4.r1", "derby", 40.5), ("2024-25-Q4.r1", "qt1", None),
    ]  # fmt: skip
    silent = """select c.relname, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
        where n.nspname like 'sendjc%' and c.relname <> 'release' and c.relkind in ('r', 'v') and a.attnum > 0 and col_description(c.oid, a.attnum) is null"""
    assert (
        ask(database, silent.replace("and c.relname <> 'release'", "and c.relname not in ('release', 'release_pkey')"))
        == []
    )
    assert ask(database, "select release_id, is_current, kind from sendjc.release") == [("2024-25-Q4.r1", True, "test")]


def test_loading_again_changes_nothing(published: Settings, database: str) -> None:
    assert load(published, database)
    assert not load(published, database)
    assert ask(database, "select count(*) from sendjc.metric_quarterly") == [(2,)]


def test_a_revision_moves_the_views_and_keeps_what_stands_on_them(published: Settings, database: str) -> None:
    load(published, database)
    with psycopg.connect(database) as con:
        con.execute("create view report as select area_id, value from sendjc.metric_quarterly")
    publish(published, [("plans", "derby", 42, "final", "none")], MADE)
    assert load(published, database)
    assert ask(database, "select * from report") == [("derby", 42.0)]
    assert ask(database, "select value from sendjc_2024_25_q4_r1.metric_quarterly where area_id = 'derby'") == [(40.5,)]
    assert ask(database, "select release_id from sendjc.release where is_current") == [("2024-25-Q4.r2",)]


def test_a_roll_back_moves_the_views_back(published: Settings, database: str) -> None:
    publish(published, [("plans", "derby", 42, "final", "none")], MADE)
    first, second = ledger.all_releases(published)
    postgres.publish_to(database, first, second)
    load(published, database)
    ledger.roll_back(published)
    assert not load(published, database)
    assert ask(database, "select value from sendjc.metric_quarterly where area_id = 'derby'") == [(40.5,)]


def test_a_fault_in_the_middle_leaves_the_database_as_it_was(
    published: Settings, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(published, database)
    publish(published, [("plans", "derby", 42, "final", "none")], MADE)
    before = ask(
        database,
        "select table_schema, table_name from information_schema.tables where table_schema like 'sendjc%' order by all".replace(
            "by all", "by 1, 2"
        ),
    )
    copied = postgres._copy

    def breaks(con: object, schema: str, table: postgres._Table) -> None:
        copied(con, schema, table)  # type: ignore[arg-type]
        if table.name == "metric_quarterly":
            raise psycopg.errors.DiskFull("could not extend file")

    monkeypatch.setattr(postgres, "_copy", breaks)
    with pytest.raises(postgres.PostgresRefused, match="nothing was changed there"):
        load(published, database)
    assert (
        ask(
            database,
            "select table_schema, table_name from information_schema.tables where table_schema like 'sendjc%' order by 1, 2",
        )
        == before
    )
    assert ask(database, "select value from sendjc.metric_quarterly where area_id = 'derby'") == [(40.5,)]


def test_another_homes_release_of_the_same_name_is_refused(published: Settings, database: str, tmp_path: Path) -> None:
    load(published, database)
    other = home(tmp_path / "other")
    publish(other, [("plans", "derby", 99, "final", "none")], MADE)
    with pytest.raises(postgres.PostgresRefused, match="another home"):
        load(other, database)
    assert ask(database, "select value from sendjc.metric_quarterly where area_id = 'derby'") == [(40.5,)]


ADDED = "metric_id, 'news' as note, * exclude (metric_id)"  # a column in the middle
RENAMED = (Renamed(table="metric_quarterly", old="value", new="figure", first_quarter="2024-25-Q3"),)
RENAMES = "* rename (value as figure)"
MENDED = [("plans", "derby", 42, "final", "none"), ("plans", "qt1", 50, "final", "none")]


@pytest.fixture
def report(published: Settings, database: str) -> str:
    """Loads the first release, and makes a view of somebody's own that stands on ours."""
    load(published, database)
    with psycopg.connect(database) as con:
        con.execute("create view report as select area_id, value, value_status from sendjc.metric_quarterly")
    return "select * from report order by area_id"


def columns_of(database: str, table: str) -> list[str]:
    query = f"select attname from pg_attribute where attrelid = '{table}'::regclass and attnum > 0 order by attnum"
    return [str(name) for (name,) in ask(database, query)]


@pytest.mark.parametrize(
    ("shape", "renamed", "new"),
    [(ADDED, (), ["note"]), (RENAMES, RENAMED, ["figure"]), ("columns('^[n-z]'), columns('^[a-m]')", (), []),
     (f"'news' as note, {RENAMES}", RENAMED, ["note", "figure"])],
    ids=["added", "renamed", "in another order", "added and renamed"],
)  # fmt: skip
def test_what_stands_on_a_view_goes_on_where_nothing_went(
    published: Settings, database: str, report: str, shape: str, renamed: tuple[Renamed, ...], new: list[str]
) -> None:
    shown = columns_of(database, "sendjc.metric_quarterly")
    publish(published, MENDED, MADE, shape=shape, renamed=renamed)
    assert load(published, database)
    assert ask(database, report) == [("derby", 42.0, "final"), ("qt1", 50.0, "final")]
    assert columns_of(database, "sendjc.metric_quarterly") == shown + new
    told = "select area_id, value, figure from sendjc.metric_quarterly where area_id = 'derby'"
    assert "figure" not in new or ask(database, told) == [("derby", 42.0, 42.0)]
    assert "note" not in new or ask(database, "select distinct note from sendjc.metric_quarterly") == [("news",)]


def test_a_view_keeps_its_order_over_several_releases(published: Settings, database: str, report: str) -> None:
    shown = columns_of(database, "sendjc.metric_quarterly")
    publish(published, MENDED, MADE, shape=ADDED)
    load(published, database)
    publish(published, MENDED, MADE, shape=f"'more' as more, {ADDED} rename (value as figure)", renamed=RENAMED)
    load(published, database)
    assert columns_of(database, "sendjc.metric_quarterly") == [*shown, "note", "more", "figure"]
    assert ask(database, report) == [("derby", 42.0, "final"), ("qt1", 50.0, "final")]


@pytest.mark.parametrize(
    "shape", [RENAMES, "* replace (value::varchar as value)"], ids=["a column gone", "a column of another type"]
)
def test_where_a_column_went_what_stands_on_the_view_is_told_and_kept(
    published: Settings, database: str, report: str, shape: str
) -> None:
    publish(published, MENDED, MADE, shape=shape)
    with pytest.raises(postgres.PostgresRefused, match="view report depends on view") as told:
        load(published, database)
    assert "\n" not in str(told.value)
    assert ask(database, report) == [("derby", 40.5, "final"), ("qt1", None, "final")]
    assert ask(database, "select release_id, is_current from sendjc.release") == [("2024-25-Q4.r1", True)]
    with psycopg.connect(database) as con:
        con.execute("drop view report")
    assert load(published, database)
    shown, told = (columns_of(database, f"{place}.metric_quarterly") for place in ("sendjc", "sendjc_2024_25_q4_r2"))
    assert sorted(shown) == sorted(told)


def test_a_roll_back_takes_a_new_column_away_only_where_nothing_stands_on_the_view(
    published: Settings, database: str, report: str
) -> None:
    publish(published, MENDED, MADE, shape=ADDED)
    load(published, database)
    ledger.roll_back(published)
    with pytest.raises(postgres.PostgresRefused, match="view report depends on"):
        load(published, database)
    assert ask(database, report) == [("derby", 42.0, "final"), ("qt1", 50.0, "final")]
    with psycopg.connect(database) as con:
        con.execute("drop view report")
    assert not load(published, database)
    assert "note" not in columns_of(database, "sendjc.metric_quarterly")


@pytest.mark.parametrize(
    "spoil",
    [lambda url: url.replace("never-to-be-seen", "wrong"), lambda url: url.replace("/send?", "/nowhere?"), lambda url: url.split("?")[0] + "?host=/nowhere",
     lambda url: url + "&port=abc", lambda url: url.replace("postgresql:", "postgres:/"), lambda url: url.replace("://", " ")],
)  # fmt: skip
def test_what_does_not_work_is_one_line_without_the_password(published: Settings, database: str, spoil: object) -> None:
    url = spoil(database)  # type: ignore[operator]
    with pytest.raises(postgres.PostgresRefused) as told:
        load_to = ledger.current(published)
        postgres.publish_to(url, load_to, load_to)
    said = str(told.value)
    assert "\n" not in said and "4711" not in said and postgres_server.PASSWORD not in said


def test_the_command_says_what_it_did(published: Settings, database: str) -> None:
    words = ["release", "publish", "--to", database, "--home", str(published.home)]
    first, second = (CliRunner().invoke(app, words).output for _ in range(2))
    assert first.startswith("2024-25-Q4.r1 loaded into PostgreSQL, schema sendjc_2024_25_q4_r1;")
    assert second.startswith("2024-25-Q4.r1 is already in PostgreSQL")
    assert postgres_server.PASSWORD not in first + second


def test_a_run_refuses_a_bad_address_before_it_builds_anything(published: Settings) -> None:
    words = ["run", "--quarter", "2024-25-Q4", "--publish-to", "mysql://u:secret@h/d", "--home", str(published.home)]
    fault = CliRunner().invoke(app, words).exception
    assert isinstance(fault, postgres.PostgresRefused) and "secret" not in str(fault)
