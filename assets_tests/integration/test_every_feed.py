"""Every feed, from the generator with planted faults through the real job: accepted rows, faults found, rows accounted for, lists written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from integration.conftest import QUARTER, RECEIVED, run_job, without_pages
from sendjc_pipeline import feeds
from sendjc_pipeline.commands.synth import land_written
from sendjc_pipeline.release.annex_a import annex_a
from sendjc_pipeline.release.annex_a_book import write_book
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions import ledger
from sendjc_pipeline.submissions.intake import accept
from sendjc_pipeline.synthetic.calibration import AREAS
from sendjc_pipeline.synthetic.generate import generate
from sendjc_pipeline.warehouse.build import warehouse_path
from sendjc_pipeline.warehouse.connection import connect

SEED, SCALE, RATE = 5, 0.04, 0.02
# Published once a year, and not in the quarter that is run.
YEARLY = {"population": "2024-25-Q2", "dfe_ehc_plans": "2024-25-Q1"}


@pytest.fixture(scope="module")
def areas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, Path]]:
    """A home in which every partner sent every feed, with faults in one row of fifty, and the truth about them."""
    folder = tmp_path_factory.mktemp("areas")
    settings = Settings(folder / "home", "test").make_zones()
    truth = folder / "truth"
    written = generate(folder / "out", SEED, SCALE, AREAS, [QUARTER], truth, RATE)
    land_written(settings, written, RECEIVED)
    for feed, quarter in YEARLY.items():
        land_written(settings, generate(folder / feed, SEED, SCALE, AREAS, [quarter], feeds=[feed]), RECEIVED)
    with without_pages():
        assert run_job(settings).success
    yield settings, truth


@pytest.fixture(scope="module")
def warehouse(areas: tuple[Settings, Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    con = connect(warehouse_path(areas[0], QUARTER), read_only=True)
    yield con
    con.close()


def test_every_feed_has_accepted_rows(warehouse: duckdb.DuckDBPyConnection) -> None:
    accepted = dict(
        warehouse.execute(
            "select feed, sum(accepted_count) from stg_submission__submission where is_selected group by 1"
        ).fetchall()
    )
    assert {feed for feed, rows in accepted.items() if rows} == set(feeds.names())


def test_every_row_is_accounted_for_from_layer_to_layer(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert warehouse.execute("select count(*) from mart_row_accounting where not is_balanced").fetchone() == (0,)
    layers = warehouse.execute("select layer, count(distinct feed) from mart_row_accounting group by 1").fetchall()
    assert dict(layers) == {"intake": len(feeds.names()), "raw": len(feeds.names()), "staging": 9}


def test_planted_faults_are_found_by_their_own_rule(areas: tuple[Settings, Path]) -> None:
    settings, truth = areas
    planted = pl.read_parquet(truth / "defects.parquet").select("feed", "partner", "period", "rule").unique()
    told = [
        (s.feed, s.partner, s.period, total.rule)
        for s in ledger.all_submissions(settings)
        for total in accept(settings, s).messages_total
    ]
    frame = pl.DataFrame(told, schema=["feed", "partner", "period", "rule"], orient="row").unique()
    missed = planted.join(frame, on=["feed", "partner", "period", "rule"], how="anti")
    assert missed.height <= 0.01 * planted.height, missed.select("feed", "rule").unique().rows()


def test_feeds_that_contradict_each_other_are_told_with_counts_alone(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute("select rule, sum(row_count) from mart_cross_feed_finding group by 1").fetchall()
    assert "CROSS.school_census.plan_not_known_to_council" in dict(found)


def test_the_lists_of_an_inspection_hold_the_councils_own_children(
    areas: tuple[Settings, Path], tmp_path: Path
) -> None:
    settings, _ = areas
    plans, support = annex_a(settings, "derby", QUARTER)
    assert plans.rows.height > 20 and support.rows.height > 20
    assert len(plans.rows.columns) == 21 and len(support.rows.columns) == 17
    upns = plans.rows["UPN"].drop_nulls()
    assert upns.str.len_chars().eq(13).all() and len(upns) >= 0.9 * plans.rows.height
    assert plans.rows["Date of birth"].str.contains(r"^\d\d/\d\d/\d{4}$").all()
    assert set(plans.rows["SEN primary need"].drop_nulls()) <= {
        f"{chr(97 + n)}) {need}" for n, need in enumerate("SPLD MLD SLD PMLD SEMH SLCN HI VI MSI PD ASD OTH".split())
    }
    known = "Known to children's social care?"
    assert set(plans.rows[known].drop_nulls()) == {"a) Yes", "b) No"}
    assert "a) Yes" in set(plans.rows["Does the child or young person have a disability?"].drop_nulls())
    path = write_book([plans, support], "Annex A", tmp_path / "out", "lists")
    assert path.stat().st_mode & 0o777 == 0o600
    assert write_book([plans, support], "Annex A", tmp_path / "again", "lists").read_bytes() == path.read_bytes()


def test_no_lists_of_a_quarter_that_was_not_built(settings: Settings) -> None:
    with pytest.raises(SendjcError, match="has not been built here"):
        annex_a(settings, "derby", QUARTER)
