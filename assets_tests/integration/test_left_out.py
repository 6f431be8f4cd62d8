"""Agreements and opt-outs through the real job: gone from the warehouse, counted, told, and back when they are withdrawn."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import dagster as dg
import duckdb
import pytest

from integration.conftest import KNOWN_AT, QUARTER, ROOT, TEST_KEY, new_home, run_job, without_pages
from sendjc_pipeline.commands import opt_outs
from sendjc_pipeline.commands.status import status
from sendjc_pipeline.identity import agreements, opt_out
from sendjc_pipeline.identity.pseudonym import RECORD_DIGITS, Keys, pseudonym, record_purpose
from sendjc_pipeline.identity.pseudonymise import resolve_and_pseudonymise
from sendjc_pipeline.orchestration.identity_asset import person_level_feeds
from sendjc_pipeline.quality.judge import inputs_fingerprint
from sendjc_pipeline.release import ledger
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.warehouse.build import warehouse_path
from sendjc_pipeline.warehouse.connection import connect
from sendjc_pipeline.warehouse.gather import gather, gather_history

APPLIED = datetime(2025, 5, 12, 9, tzinfo=UTC)
WITHDRAWN = datetime(2025, 6, 10, 9, tzinfo=UTC)
OPTED = {"RHA": 12, "RXM": 2}  # children of each provider; two are few enough to be hidden


@dataclass(frozen=True)
class Planted:
    """A home after a run, and the local ids of the children who opted out, by provider."""

    settings: Settings
    result: dg.ExecuteInProcessResult
    children: dict[str, set[str]]
    numbers: set[str]

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        con = connect(warehouse_path(self.settings, QUARTER), read_only=True)
        try:
            return con.execute(sql).fetchall()
        finally:
            con.close()

    def pseudonyms(self, partner: str, feed: str) -> set[str]:
        """The children's pseudonymous local ids."""
        purpose, key = record_purpose(feed, partner), Keys.of_master(bytes.fromhex(TEST_KEY))
        return {pseudonym(key, purpose, number, RECORD_DIGITS) for number in self.children[partner]}


def chosen(partner: str, wanted: int) -> dict[str, str]:
    """NHS number -> local id of the first children of a provider's list that have a number."""
    path = ROOT / "seeds" / "demo" / partner / "demographics" / QUARTER.label / "demographics_for_linkage.csv"
    with path.open(encoding="utf-8-sig") as file:
        found = [(row["NHSNumber"], row["LocalPatientID"]) for row in csv.DictReader(file) if row["NHSNumber"]]
    return dict(found[:wanted])


@pytest.fixture(scope="module")
def planted(
    tmp_path_factory: pytest.TempPathFactory, published: tuple[Settings, dg.ExecuteInProcessResult]
) -> Iterator[Planted]:
    """The demo with opt-outs and an agreement that has ended; made after the plain demo, which must not see that."""
    folder = tmp_path_factory.mktemp("left_out")
    patch = pytest.MonkeyPatch()
    lines = agreements.SEED.read_text(encoding="utf-8").splitlines(keepends=True)
    seed = folder / "sharing_agreement.csv"
    # Newcastle's agreement ran out the day before its return came.
    ended = "newcastle-sen2-1"
    seed.write_text(
        "".join(x.replace("2019-01-01,,", "2019-01-01,2025-04-19,") if x.startswith(ended) else x for x in lines)
    )
    patch.setattr(agreements, "SEED", seed)
    settings = new_home(folder / "home")
    children, numbers = {}, set()
    for partner, wanted in OPTED.items():
        found = chosen(partner, wanted)
        listed = folder / f"{partner}.csv"
        listed.write_text("\n".join(["NHSNumber", *found]) + "\n")
        assert opt_outs.add(settings, listed, partner, APPLIED) == opt_outs.TAKEN
        children[partner], numbers = set(found.values()), numbers | set(found)
    with without_pages():
        result = run_job(settings)
    yield Planted(settings, result, children, numbers)
    patch.undo()


def test_the_quarter_is_published(planted: Planted) -> None:
    assert planted.result.success


def test_no_row_of_a_child_who_opted_out_is_in_the_warehouse(planted: Planted) -> None:
    for partner in OPTED:
        for feed, table, column in (
            ("csds", "stg_csds__patient", "patient_id"), ("csds", "stg_csds__referral", "patient_id"),
            ("demographics", "stg_identity__person_link", "source_person_id"),
        ):  # fmt: skip
            there = {str(x) for (x,) in planted.ask(f"select {column} from {table} where partner_id = '{partner}'")}
            assert there and not there & planted.pseudonyms(partner, feed), table


def test_rows_without_an_agreement_are_in_no_table_and_their_area_is_withheld(planted: Planted) -> None:
    assert planted.ask("select count(*) from stg_sen2__person where partner_id = 'newcastle'") == [(0,)]
    assert planted.ask("select count(*) from stg_sen2__person where partner_id = 'derby'") != [(0,)]
    said = planted.ask(
        "select submission_status, reason from mart_submission_status where partner_id = 'newcastle' and feed = 'sen2'"
    )
    assert said == [
        ("withheld", f"sen2 from newcastle for {QUARTER.label} came when no sharing agreement was in force")
    ]
    shown = planted.ask(
        "select value_status, value from metric_quarterly where metric_id = 'ehcp_caseload' and area_id = 'newcastle'"
    )
    assert {status for status, _ in shown} == {"withheld"} and {value for _, value in shown} == {None}


def test_every_row_left_out_is_counted_and_the_layers_balance(planted: Planted) -> None:
    assert planted.ask("select count(*) from mart_row_accounting where not is_balanced") == [(0,)]
    counted = planted.ask("""
        select partner_id, feed, sum(no_agreement_count), sum(opted_out_count) > 0 from mart_row_accounting
        where layer = 'raw' and no_agreement_count + opted_out_count > 0 group by 1, 2 order by 1, 2""")
    (received,) = planted.ask(
        "select accepted_count from mart_row_accounting where partner_id = 'newcastle' and feed = 'sen2' and layer = 'intake'"
    )
    assert ("newcastle", "sen2", received[0], False) in counted
    # A child whom one provider lists is left out at every provider that has the same number.
    assert {(partner, feed) for partner, feed, *_ in counted if feed != "sen2"} >= {
        (partner, feed) for partner in OPTED for feed in ("csds", "demographics")
    }
    children = planted.ask("select partner_id, feed, child_count from mart_left_out where reason = 'opted_out'")
    assert {(p, feed, wanted) for p, wanted in OPTED.items() for feed in ("csds", "demographics")} <= set(children)
    assert {feed for _, feed, _ in children} == {"csds", "demographics"}


def test_the_release_tells_of_it_and_hides_small_counts(planted: Planted) -> None:
    release = ledger.newest(planted.settings, QUARTER)
    assert release is not None
    shown = duckdb.execute(f"""
        select partner_id, feed, reason, row_count, child_count, suppression
        from read_parquet('{release.folder}/tables/mart_left_out.parquet')""").fetchall()
    by_key = {row[:3]: row[3:] for row in shown}
    assert by_key["RHA", "demographics", "opted_out"] == (12, 12, "none")
    assert by_key["RXM", "csds", "opted_out"] == (None, None, "primary")
    assert by_key["newcastle", "sen2", "no_agreement"][1:] == (None, "none")
    assert not [row for row in shown if any(count in (1, 2, 3, 4) for count in row[3:5])]


def test_the_list_holds_no_number_and_the_home_shows_counts_only(
    planted: Planted, capsys: pytest.CaptureFixture[str]
) -> None:
    content = opt_out.list_path(planted.settings).read_bytes()
    assert not any(number.encode() in content for number in planted.numbers)
    opt_outs.listing(planted.settings, as_json=True)
    assert [(row["partner"], row["children"]) for row in json.loads(capsys.readouterr().out)] == [
        ("RHA", 12),
        ("RXM", 2),
    ]
    status(planted.settings, KNOWN_AT, as_json=False)
    said = capsys.readouterr().out
    assert "2 lists of opt-outs stand, 14 NHS numbers" in said
    assert sum("left out: no sharing agreement" in line for line in said.splitlines()) == 1


def test_withdrawing_is_news_and_brings_the_children_back_with_their_keys(
    planted: Planted, published: tuple[Settings, dg.ExecuteInProcessResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The home without agreements and opt-outs of its own is the measure: the same submissions, the same key."""
    settings, after = planted.settings, date(2025, 6, 15)
    stood = inputs_fingerprint(gather(settings, QUARTER, after))
    for batch in opt_out.batches(settings):
        opt_outs.withdraw(settings, batch.batch_id, WITHDRAWN)
    assert inputs_fingerprint(gather(settings, QUARTER, after)) != stood
    assert [b.batch_id for b in opt_out.standing(settings, KNOWN_AT)] == [b.batch_id for b in opt_out.batches(settings)]
    monkeypatch.setattr(agreements, "SEED", ROOT / "seeds" / "reference" / "sharing_agreement.csv")
    inputs = gather(settings, QUARTER, after, only=person_level_feeds())
    history = gather_history(settings, after, person_level_feeds())
    deliveries = [(d.submission, d.receipt) for d in inputs.deliveries]
    resolve_and_pseudonymise(settings, QUARTER, deliveries, Keys.of_master(bytes.fromhex(TEST_KEY)), history, after)
    links = [
        duckdb.execute(
            "select person_key, partner, feed, source_person_id, method from read_parquet(?) order by all",
            [str(home.restricted / "identity" / QUARTER.label / "person_link.parquet")],
        ).fetchall()
        for home in (settings, published[0])
    ]
    assert links[0] == links[1]
