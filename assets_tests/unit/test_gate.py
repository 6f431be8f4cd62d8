"""The gate, tried against every way in which a quarter may be unfit to go out."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from sendjc_pipeline.quality import audit
from sendjc_pipeline.quality.checks import Check, CheckResult, may_be_withheld, passed_over, require_topics
from sendjc_pipeline.quality.gate import GateRefused, objections
from sendjc_pipeline.settings import SendjcError

QUARTER = "2024-25-Q4"
UNIQUE = Check("unique_mart", "mart", "waits", "error")
WARNING = Check("looks_odd", "mart", "waits", "warn")
OTHER = Check("unique_other", "other", "ehc", "error")


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    con = duckdb.connect()
    con.execute("create table mart as select range as id, 'a' as name from range(5)")
    con.execute("create table other as select 1 as id")
    yield con
    con.close()


def judged(con: duckdb.DuckDBPyConnection, *results: CheckResult) -> None:
    audit.write(con, QUARTER, results)


def kinds(con: duckdb.DuckDBPyConnection, *required: Check, passed_over: tuple[str, ...] = ()) -> list[str]:
    return [o.kind for o in objections(con, QUARTER, required, passed_over)]


def test_it_opens_when_all_is_judged_and_passed(con: duckdb.DuckDBPyConnection) -> None:
    judged(con, CheckResult(UNIQUE, True, 0), CheckResult(OTHER, True, 0))
    assert kinds(con, UNIQUE, OTHER) == []


def test_a_failed_check_shuts_it(con: duckdb.DuckDBPyConnection) -> None:
    judged(con, CheckResult(UNIQUE, False, 3))
    assert kinds(con, UNIQUE) == ["failed"]
    assert "3 rows" in str(objections(con, QUARTER, [UNIQUE])[0])


def test_a_check_that_was_never_judged_shuts_it(con: duckdb.DuckDBPyConnection) -> None:
    judged(con, CheckResult(UNIQUE, True, 0))
    assert kinds(con, UNIQUE, OTHER) == ["missing"]


def test_a_file_without_any_audit_shuts_it(con: duckdb.DuckDBPyConnection) -> None:
    assert kinds(con, UNIQUE) == ["missing"]


def test_the_audit_of_another_quarter_opens_nothing(con: duckdb.DuckDBPyConnection) -> None:
    audit.write(con, "2024-25-Q3", [CheckResult(UNIQUE, True, 0)])
    assert kinds(con, UNIQUE) == ["missing"]


@pytest.mark.parametrize(
    "change",
    [
        "update mart set name = 'b' where id = 3",
        "insert into mart select * from mart",  # every row twice: a bitwise xor of row hashes would not see it
        "delete from mart where id = 0",
        "alter table mart rename column name to title",
        "alter table mart alter column id type varchar",
        "drop table mart",
    ],
)
def test_a_table_altered_after_it_was_judged_shuts_it(con: duckdb.DuckDBPyConnection, change: str) -> None:
    judged(con, CheckResult(UNIQUE, True, 0))
    con.execute(change)
    assert kinds(con, UNIQUE) == ["altered"]


def test_the_order_of_rows_is_no_alteration(con: duckdb.DuckDBPyConnection) -> None:
    judged(con, CheckResult(UNIQUE, True, 0))
    con.execute("create or replace table mart as select * from mart order by id desc")
    assert kinds(con, UNIQUE) == []


def test_a_warning_does_not_shut_it(con: duckdb.DuckDBPyConnection) -> None:
    judged(con, CheckResult(UNIQUE, True, 0), CheckResult(WARNING, False, 1))
    assert kinds(con, UNIQUE, WARNING) == []


def test_only_checks_on_the_tables_named_are_passed_over(con: duckdb.DuckDBPyConnection) -> None:
    judged(con, CheckResult(UNIQUE, False, 1), CheckResult(OTHER, False, 1))
    assert [o.topic for o in objections(con, QUARTER, [UNIQUE, OTHER], ["mart"])] == ["ehc"]


def test_a_refusal_is_one_line_that_names_quarter_check_and_table(con: duckdb.DuckDBPyConnection) -> None:
    judged(con, CheckResult(UNIQUE, False, 1))
    text = str(GateRefused(QUARTER, objections(con, QUARTER, [UNIQUE])))
    assert "\n" not in text
    assert all(word in text for word in (QUARTER, "unique_mart", "mart", "still stands"))


MANIFEST = {
    "nodes": {
        f"model.p.{name}": {
            "name": name, "resource_type": "model", "fqn": ["p", folder, name], "tags": [],
            "config": {"materialized": "table", "meta": {"topic": topic}},
        }
        for name, folder, topic in [
            ("dim_person", "marts", "cohort"), ("mart_cohort", "marts", "cohort"), ("fct_waits", "marts", "waits"),
            ("metric_cohort", "metrics", "cohort"), ("metric_waits", "metrics", "waits"), ("metric_all", "metrics", "all"),
        ]
    },
    "child_map": {
        "model.p.dim_person": ["model.p.mart_cohort", "model.p.fct_waits"],
        "model.p.mart_cohort": ["model.p.metric_cohort"],
        "model.p.fct_waits": ["model.p.metric_waits"],
        "model.p.metric_cohort": ["model.p.metric_all"],
        "model.p.metric_waits": ["model.p.metric_all"],
    },
}  # fmt: skip


def test_a_table_that_another_topic_reads_is_not_passed_over() -> None:
    assert passed_over(MANIFEST, ["cohort"]) == {"mart_cohort", "metric_cohort"}
    assert passed_over(MANIFEST, ["cohort", "waits"]) == {
        "dim_person",
        "mart_cohort",
        "metric_cohort",
        "fct_waits",
        "metric_waits",
    }
    assert passed_over(MANIFEST, []) == set()


def test_only_topics_of_metrics_may_be_withheld() -> None:
    assert may_be_withheld(MANIFEST) == {"cohort", "waits"}
    require_topics(MANIFEST, ["waits"])
    with pytest.raises(SendjcError, match="quality"):
        require_topics(MANIFEST, ["quality"])
