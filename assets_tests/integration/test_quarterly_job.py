"""The real job on the demo submissions: what is published, and what the graph shows."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from integration.conftest import KNOWN_AT, QUARTER, ROOT, new_home, run_job, run_release_alone
from sendjc_pipeline.commands import opt_outs, run
from sendjc_pipeline.commands.headline import print_headline
from sendjc_pipeline.commands.status import status
from sendjc_pipeline.release import ledger
from sendjc_pipeline.release.publish import publish
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions import ledger as arrivals

Published = tuple[Settings, dg.ExecuteInProcessResult]

PROMISED_COLUMNS = """release_id, metric_id, metric_version, metric_name, area_id, area_code, area_name, geographic_level, quarter, time_window,
service, tier, breakdown_topic, breakdown, numerator, denominator, value, unit, polarity, value_lower, value_upper, value_status, suppression,
target_type, target_value, target_due_date, brag, direction, spc_variation, spc_assurance, dq_grade, dq_reason, england_value, neighbours_value,
benchmark_period, source_feeds""".replace("\n", " ").split(", ")

AREAS = ["derby", "newcastle", "nottingham", "nottinghamshire", "qt1"]


def release_of(settings: Settings) -> ledger.Release:
    release = ledger.newest(settings, QUARTER)
    assert release is not None
    return release


def rows(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    path = release_of(settings).folder / "metric_quarterly.parquet"
    return duckdb.sql(sql.replace("METRICS", f"read_parquet('{path}')")).fetchall()


def test_the_job_publishes(published: Published) -> None:
    settings, result = published
    assert result.success
    assert release_of(settings).release_id == "2024-25-Q4.r1"
    assert (settings.published / "current").resolve() == release_of(settings).folder.resolve()


def test_the_metric_table_keeps_the_promised_columns(published: Published) -> None:
    columns = [str(r[0]) for r in rows(published[0], "select column_name from (describe select * from METRICS)")]
    assert set(PROMISED_COLUMNS) <= set(columns)


def test_there_is_one_row_per_figure(published: Published) -> None:
    twice = rows(
        published[0],
        """select metric_id, area_id, quarter, time_window, service, tier, breakdown_topic, breakdown
        from METRICS group by all having count(*) > 1""",
    )
    assert twice == []


def test_every_metric_is_there_for_every_area(published: Published) -> None:
    """Those of one area's own programme for that area alone, as the definition says."""
    with (ROOT / "seeds" / "reference" / "metric_definition.csv").open(encoding="utf-8", newline="") as seed:
        given_for = {
            row["metric_id"]: AREAS if row["areas"] == "all" else row["areas"].split("|")
            for row in csv.DictReader(seed)
        }
    assert len(given_for) >= 66
    found = rows(published[0], "select distinct metric_id, area_id from METRICS order by all")
    assert found == sorted((metric, area) for metric, areas in given_for.items() for area in areas)


def test_every_figure_is_a_number_a_suppressed_cell_or_says_why_not(published: Published) -> None:
    silent = rows(
        published[0],
        """select metric_id, area_id from METRICS
        where value is null and suppression = 'none' and value_status in ('final', 'provisional') and dq_reason is null""",
    )
    assert silent == []


def test_no_shown_figure_tells_of_one_to_four(published: Published) -> None:
    shown = rows(
        published[0],
        """select metric_id, area_id, numerator, denominator from METRICS
        where (unit in ('count', 'pct') and numerator between 1 and 4) or denominator between 1 and 4
            or (unit = 'pct' and denominator - numerator between 1 and 4)""",
    )
    assert shown == []


def test_a_suppressed_cell_shows_nothing(published: Published) -> None:
    leaks = rows(
        published[0],
        """select metric_id from METRICS where suppression <> 'none' and (numerator is not null
        or denominator is not null or value is not null or value_lower is not null or value_upper is not null or brag is not null)""",
    )
    assert leaks == []


def test_england_stands_beside_the_twenty_week_figure(published: Published) -> None:
    found = rows(
        published[0],
        "select distinct england_value, benchmark_period from METRICS where metric_id = 'ehcp_20w_pct_exc' and breakdown_topic = 'Total'",
    )
    assert found == [(46.4, "2024")]


def test_region_and_neighbours_stand_beside_it(published: Published) -> None:
    """DfE's East Midlands and North East of 2024, and ten authorities together; a board has no neighbours, and the NHS's regions are others."""
    found = rows(
        published[0],
        """select distinct area_id, region_value, neighbours_value from METRICS
        where metric_id = 'ehcp_20w_pct_exc' and breakdown_topic = 'Total' order by all""",
    )
    assert found == [
        ("derby", 39.0, 52.5), ("newcastle", 49.0, 47.4), ("nottingham", 39.0, 60.4), ("nottinghamshire", 39.0, 32.4), ("qt1", 39.0, None),
    ]  # fmt: skip
    waits = rows(published[0], "select distinct region_value from METRICS where metric_id = 'slt_wait_over_18w_pct'")
    assert waits == [(None,)]


def test_the_manifest_accounts_for_every_row_and_every_file(published: Published) -> None:
    manifest = release_of(published[0]).manifest()
    for submission in manifest["submissions"]:
        assert all(len(file["sha256"]) == 64 for file in submission["files"])
        for counts in submission["tables"].values():
            assert counts["received"] == counts["accepted"] + counts["quarantined"]
    assert manifest["checks"]["judged"] >= manifest["checks"]["passed"] > 50
    assert manifest["known_at"] == KNOWN_AT.isoformat()
    assert manifest["code_version"]


def test_marts_duckdb_says_what_every_column_means(published: Published) -> None:
    con = duckdb.connect(str(release_of(published[0]).folder / "marts.duckdb"), read_only=True)
    silent = con.execute(
        "select table_name, column_name from duckdb_columns() where not internal and coalesce(comment, '') = ''"
    )
    assert silent.fetchall() == []
    assert con.execute(
        "select count(*) from duckdb_tables() where not internal and coalesce(comment, '') = ''"
    ).fetchone() == (0,)


def test_no_published_table_has_a_row_per_child(published: Published) -> None:
    con = duckdb.connect(str(release_of(published[0]).folder / "marts.duckdb"), read_only=True)
    columns = {
        name for (name,) in con.execute("select column_name from duckdb_columns() where not internal").fetchall()
    }
    assert not columns & {"person_key", "birth_month", "case_id", "clock_key", "event_id"}


def test_the_warehouse_holds_what_the_interface_names_and_no_view_that_dangles(published: Published) -> None:
    path = published[0].warehouse / "2024-25-Q4.duckdb"
    con = duckdb.connect(str(path), read_only=True)
    tables = {name for (name,) in con.execute("select table_name from information_schema.tables").fetchall()}
    assert {
        "fct_event",
        "fct_clock",
        "clock_rule",
        "dim_person",
        "mart_send_cohort",
        "metric_quarterly",
        "metric_monthly",
    } <= tables
    assert any("benchmark" in name for name in tables)
    # The file was built under another name, and whoever reads it may attach it under a third.
    beside = duckdb.connect()
    beside.execute(f"attach '{path}' as read_by_somebody (read_only)")
    for (view,) in con.execute("select view_name from duckdb_views() where not internal").fetchall():
        assert beside.execute(f"select count(*) >= 0 from read_by_somebody.{view}").fetchone() == (True,)
    assert (
        con.execute(
            "select schema_name from duckdb_schemas() where schema_name = 'raw' and database_name = current_database()"
        ).fetchall()
        == []
    )


def test_a_second_run_with_the_same_inputs_publishes_no_revision(copy_of_published: Settings) -> None:
    assert run_job(copy_of_published).success
    assert [r.revision for r in ledger.all_releases(copy_of_published)] == [1]


def test_inputs_that_leave_the_figures_alone_are_taken_in_once(copy_of_published: Settings, tmp_path: Path) -> None:
    """The release stands, so its manifest does not tell of them; the next run must not build the quarter all over again."""
    home, order = copy_of_published, run.Order(QUARTER, KNOWN_AT)
    names_nobody_here = tmp_path / "opted_out.csv"
    names_nobody_here.write_text("NHSNumber\n9434765919\n", encoding="utf-8")
    assert opt_outs.add(home, names_nobody_here, None, datetime(2025, 5, 2, tzinfo=UTC)) == 0
    assert run._nothing_new(home, order) is None
    assert run_job(home).success
    standing = release_of(home)
    assert standing.revision == 1
    assert run._nothing_new(home, order) == standing


def test_status_names_what_makes_a_quarter_new(
    copy_of_published: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = copy_of_published

    def news(day: date = date(2025, 5, 9)) -> list[dict[str, object]]:
        capsys.readouterr()
        status(home, day, as_json=True)
        return list(json.loads(capsys.readouterr().out)["changed_since_release"])

    def only(*others: str, submissions: int = 0) -> list[dict[str, object]]:
        return [{"quarter": QUARTER.label, "submissions": submissions, "others": list(others)}]

    assert news() == only("its freeze date has passed")  # it was run as known on 1 June
    assert news(KNOWN_AT) == []
    (tmp_path / "opted_out.csv").write_text("NHSNumber\n9434765919\n", encoding="utf-8")
    opt_outs.add(home, tmp_path / "opted_out.csv", None, datetime(2025, 5, 2, tzinfo=UTC))
    assert news(KNOWN_AT) == only("opt-outs")
    files = sorted((ROOT / "seeds" / "demo" / "derby" / "sen2" / "2024-25-Q4").iterdir())
    arrivals.submit(home, "derby", "sen2", "2025-26-Q1", files, received_at=datetime(2025, 5, 2, tzinfo=UTC))
    assert news(KNOWN_AT) == only("submissions of other periods", "opt-outs")
    arrivals.submit(home, "derby", "sen2", "2024-25-Q4", files[1:], received_at=datetime(2025, 5, 2, tzinfo=UTC))
    assert news(KNOWN_AT) == only("opt-outs", submissions=2)
    status(home, KNOWN_AT, as_json=False)
    assert "2024-25-Q4: changed since its release: 2 submissions, opt-outs; `sendjc run" in capsys.readouterr().out


def test_the_same_inputs_give_the_same_bytes(published: Published, tmp_path: Path) -> None:
    again = new_home(tmp_path / "again")
    assert run_job(again).success
    tables = [release_of(home).manifest()["tables"] for home in (published[0], again)]
    assert tables[0] == tables[1]


def test_no_asset_is_a_ghost() -> None:
    from sendjc_pipeline.definitions import build_definitions

    graph = build_definitions().resolve_asset_graph()
    assert graph.get_all_asset_keys() - graph.materializable_asset_keys == set()
    assert {check.asset_key for check in graph.asset_check_keys} <= graph.materializable_asset_keys


def test_every_rule_that_blocks_is_an_asset_check() -> None:
    from sendjc_pipeline.definitions import build_definitions
    from sendjc_pipeline.quality.checks import ERROR
    from sendjc_pipeline.quality.judge import required_checks
    from sendjc_pipeline.warehouse import project

    shown = {check.name for check in build_definitions().resolve_asset_graph().asset_check_keys}
    required = {
        c.check_id
        for c in required_checks(project.manifest())
        if c.severity == ERROR and not c.check_id.endswith(".built")
    }
    assert {name.split(".", 1)[-1] for name in required} - shown == set()


@pytest.mark.parametrize(
    "change", ["update mart_send_cohort set age_band = 'other'", "delete from metric_quarterly where area_id = 'derby'"]
)
def test_a_mart_altered_after_judgement_is_not_published_by_a_lone_launch(
    copy_of_published: Settings, change: str
) -> None:
    before = release_of(copy_of_published).manifest()
    con = duckdb.connect(str(copy_of_published.warehouse / "2024-25-Q4.duckdb"))
    con.execute(change)
    con.close()
    result = run_release_alone(copy_of_published)
    assert not result.success
    assert "altered" in str(
        result.failure_data_for_node("published__release").error.cause
        or result.failure_data_for_node("published__release").error
    )
    assert release_of(copy_of_published).manifest() == before
    assert (copy_of_published.published / "current").resolve().name == "2024-25-Q4.r1"


def test_a_lone_launch_over_a_sound_warehouse_changes_nothing(copy_of_published: Settings) -> None:
    assert run_release_alone(copy_of_published).success
    assert [r.revision for r in ledger.all_releases(copy_of_published)] == [1]


def test_a_lone_launch_with_no_warehouse_is_refused(tmp_path: Path) -> None:
    settings = new_home(tmp_path / "home")
    assert not run_release_alone(settings).success
    assert ledger.all_releases(settings) == []


def test_the_manifest_names_no_file_and_no_path(published: Published) -> None:
    text = json.dumps(release_of(published[0]).manifest())
    assert "Blade-Export" not in text
    assert str(published[0].home) not in text and str(ROOT) not in text


@pytest.mark.parametrize("topic", ["quality", "benchmark", "nonsense"])
def test_no_caller_can_pass_over_checks_by_withholding_what_is_no_metric_topic(
    copy_of_published: Settings, topic: str
) -> None:
    with pytest.raises(SendjcError, match=topic):
        publish(copy_of_published, QUARTER, datetime(2025, 6, 1, tzinfo=UTC), withheld_topics=[topic])
    assert [r.revision for r in ledger.all_releases(copy_of_published)] == [1]


def test_the_readme_shows_what_the_demo_prints(published: Published, capsys: pytest.CaptureFixture[str]) -> None:
    """Two of its figures had been those of an earlier linkage for a month."""
    print_headline(release_of(published[0]))
    printed = capsys.readouterr().out.split("headline figures")[1].split("c: a small number")[0].split("\n")[1:]
    readme = (ROOT / "README.md").read_text(encoding="utf-8").split("headline figures\n")[1].split("```")[0].split("\n")
    assert [line.rstrip() for line in printed] == readme
