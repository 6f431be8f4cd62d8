"""Declarations hold together: every rule compiles, every list exists, every spec loads."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from sendjc_pipeline import feeds
from sendjc_pipeline.feeds import codes as code_lists
from sendjc_pipeline.feeds.implied import rules_of
from sendjc_pipeline.feeds.partners import UnknownPartner, require_sender
from sendjc_pipeline.feeds.recognise import recognise
from sendjc_pipeline.submissions import judge, readers
from sendjc_pipeline.submissions.macros import create_macros
from sendjc_pipeline.warehouse.connection import connect

EVERY_SPEC = [(name, spec) for name in feeds.names() for spec in feeds.load(name).specs]


@pytest.mark.parametrize(("name", "spec"), EVERY_SPEC)
def test_every_rule_of_every_spec_compiles_on_empty_tables(name: str, spec: str) -> None:
    feed = feeds.load(name)
    con = connect()
    create_macros(con)
    readers.prepare(con)
    for table in feed.tables.values():
        readers.empty_raw_table(con, table)
    judge.judge(con, feed, spec, judge.Window(None, None))
    assert con.execute("select count(*) from rule_book").fetchone() != (0,)


@pytest.mark.parametrize("name", feeds.names())
def test_rule_codes_are_unique_and_carry_feed_and_table(name: str) -> None:
    feed = feeds.load(name)
    rules = [(table, rule) for table in feed.tables.values() for rule in rules_of(feed, table, feed.default_spec)]
    assert [code for code, count in Counter(rule.code for _, rule in rules).items() if count > 1] == []
    assert all(rule.code.startswith(f"{name.upper()}.{table.name}.") for table, rule in rules)
    assert all(rule.message and rule.action for _, rule in rules)


@pytest.mark.parametrize(("name", "least"), [("sen2", 55), ("csds", 50), ("demographics", 10)])
def test_each_person_level_feed_declares_rules_of_its_own(name: str, least: int) -> None:
    feed = feeds.load(name)
    assert feed.is_person_level
    assert sum(len(table.rules) for table in feed.tables.values()) >= least


@pytest.mark.parametrize(("name", "least"), [("chs_sitrep", 8), ("dfe_ehc_plans", 8)])
def test_published_feeds_declare_rules_of_their_own(name: str, least: int) -> None:
    assert sum(len(table.rules) for table in feeds.load(name).tables.values()) >= least


@pytest.mark.parametrize("name", ["chs_sitrep", "dfe_ehc_plans"])
def test_published_feeds_hold_nobody(name: str) -> None:
    assert not feeds.load(name).is_person_level


def test_code_lists_change_with_the_spec() -> None:
    feed = feeds.load("sen2")
    person = feed.tables["person"]
    assert "gendercurrent" in {c.key for c in feed.columns(person, "2023")}
    assert "sex" not in {c.key for c in feed.columns(person, "2023")}
    assert "sex" in {c.key for c in feed.columns(person, "2024")}
    assert "DS" not in code_lists.codes(feed, "sen2_need", "2024")
    assert "DS" in code_lists.codes(feed, "sen2_need", "2025")
    assert "res" in {c.key for c in feed.columns(feed.tables["activeplans"], "2023")}
    assert "res" in {c.key for c in feed.columns(feed.tables["placementdetail"], "2024")}


@pytest.mark.parametrize(
    ("table", "column", "specs"),
    [
        ("sen2", "dsco", "2025 2026"),
        ("person", "gendercurrent", "2023"),
        ("person", "sex", "2024 2025 2026"),
        ("requests", "requestsource", "2025 2026"),
        ("activeplans", "res", "2023"),
        ("activeplans", "wbp", "2023"),
        ("activeplans", "reviewmeeting", "2024 2025 2026"),
        ("activeplans", "reviewoutcome", "2024 2025 2026"),
        ("activeplans", "reviewdraft", "2025 2026"),
        ("activeplans", "phasetransferduedate", "2025 2026"),
        ("activeplans", "phasetransferfinaldate", "2025 2026"),
        ("activeplans", "lastreview", "2023 2024 2025 2026"),
        ("placementdetail", "attendancepattern", "2023"),
        ("placementdetail", "res", "2024 2025 2026"),
        ("placementdetail", "wbp", "2024 2025 2026"),
    ],
)
def test_sen2_items_belong_to_the_years_that_ask_for_them(table: str, column: str, specs: str) -> None:
    feed = feeds.load("sen2")
    declared = feed.tables[table].column(column)
    assert [spec for spec in feed.specs if feed.is_valid(declared, spec)] == specs.split()


def test_items_that_2026_makes_compulsory_are_asked_for_by_rules_that_keep_the_row() -> None:
    feed = feeds.load("sen2")
    rules = {r.code: r for t in feed.tables.values() for r in t.rules if r.since == "2026"}
    assert {code.split(".")[2] for code in rules} == {
        "dsco_missing", "source_missing", "phase_transfer_overdue", "review_draft_missing", "review_decision_missing",
    }  # fmt: skip
    assert {rule.outcome for rule in rules.values()} == {"warn"}


def test_unknown_feed_spec_list_and_partner_name_what_is_known() -> None:
    with pytest.raises(feeds.UnknownFeed, match=r"known feeds: chs_sitrep, .*csds, "):
        feeds.load("sen3")
    with pytest.raises(feeds.UnknownFeed, match="known specs: 2023, 2024, 2025, 2026"):
        feeds.resolve_spec(feeds.load("sen2"), "2019")
    with pytest.raises(code_lists.BadCodeList, match="no_such_list"):
        code_lists.codes(feeds.load("sen2"), "no_such_list", "2025")
    with pytest.raises(UnknownPartner, match="'RHA' is a provider, and sen2 is sent by a council"):
        require_sender(feeds.load("sen2"), "RHA")
    with pytest.raises(UnknownPartner, match="'leeds' is not a partner; partners that send sen2: nottingham"):
        require_sender(feeds.load("sen2"), "leeds")


def test_the_seed_is_checked_and_all_its_faults_are_told_at_once(tmp_path: Path) -> None:
    assert len(code_lists.read_seed()) > 100
    spoiled = tmp_path / "code_list.csv"
    shutil.copy(code_lists.SEED, spoiled)
    with spoiled.open("a", encoding="utf-8") as file:
        file.write("Bad Name,1,x,,,y\nsen2_need,A B,,,,y\n")
    with pytest.raises(code_lists.BadCodeList, match=r"code.*label.*list_id|list_id.*code.*label"):
        code_lists.read_seed(spoiled)
    with pytest.raises(code_lists.BadCodeList, match="missing"):
        code_lists.read_seed(tmp_path / "nothing.csv")


def test_headers_are_recognised_across_feeds() -> None:
    assert recognise(["LocalPatientID", "NHSNumber", "Surname", "Forename", "DateOfBirth", "Sex", "Postcode", "URN"]) == (
        "demographics", "demographics",
    )  # fmt: skip
    assert recognise(["a", "b"]) is None


def test_the_fingerprint_follows_the_declaration() -> None:
    feed = feeds.load("demographics")
    assert feed.fingerprint("1") == feed.fingerprint("1")
    assert feed.fingerprint("1") != feed.fingerprint("2")
    assert feed.model_copy(update={"title": "other"}).fingerprint("1") != feed.fingerprint("1")


def test_a_declaration_with_a_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="only a column of type code"):
        feeds.Column.model_validate({"name": "a", "type": "date", "list": "x", "description": "a"})
    with pytest.raises(ValueError, match="lenient would blank"):
        feeds.Column.model_validate({"name": "a", "type": "date", "lenient": True, "description": "a"})
    with pytest.raises(ValueError, match="not declared: b"):
        feeds.Table.model_validate(
            {
                "name": "t",
                "file": "t.csv",
                "description": "t",
                "key": "b",
                "columns": [{"name": "a", "description": "a"}],
            }
        )
