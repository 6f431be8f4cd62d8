"""Small counts whose rows may tell of the same children, with an attacker that subtracts."""

from __future__ import annotations

import duckdb
import pytest

from sendjc_pipeline.disclosure.overlapping import Overlapping, suppress_overlapping

DECLARED = Overlapping(
    of=("child_count", "row_count"), hides=("row_count", "child_count"), same_children_by=("partner_id",)
)
Row = tuple[str, str, int, int | None]


def released(*rows: Row) -> dict[tuple[str, str], tuple[int | None, int | None, str]]:
    con = duckdb.connect()
    con.execute("create table t (partner_id varchar, feed varchar, row_count bigint, child_count bigint)")
    con.executemany("insert into t values (?, ?, ?, ?)", rows)
    suppress_overlapping(con, "t", "shown", DECLARED)
    found = con.execute("select partner_id, feed, row_count, child_count, suppression from shown").fetchall()
    return {(partner, feed): (count, children, why) for partner, feed, count, children, why in found}


@pytest.mark.parametrize(("children", "expected"), [(0, "none"), (1, "primary"), (4, "primary"), (5, "none")])
def test_one_to_four_children_are_hidden_with_their_rows(children: int, expected: str) -> None:
    shown = released(("RHA", "csds", 40, children))["RHA", "csds"]
    assert shown == ((40, children, "none") if expected == "none" else (None, None, "primary"))


def test_rows_stand_for_children_that_were_not_counted() -> None:
    shown = released(("derby", "sen2", 4, None), ("derby", "cin", 100, None))
    assert shown == {("derby", "sen2"): (None, None, "primary"), ("derby", "cin"): (100, None, "none")}


@pytest.mark.parametrize(("longer", "expected"), [(20, "none"), (21, "secondary"), (24, "secondary"), (25, "none")])
def test_two_lists_of_one_provider_do_not_tell_of_the_few_on_one_only(longer: int, expected: str) -> None:
    shown = released(("RHA", "demographics", longer, longer), ("RHA", "csds", 90, 20), ("RTD", "csds", 22, 22))
    assert shown["RHA", "csds"] == ((90, 20, "none") if expected == "none" else (None, None, expected))
    assert shown["RHA", "demographics"][2] == "none" and shown["RTD", "csds"][2] == "none"
