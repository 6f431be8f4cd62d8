"""What was judged of a quarter, run by run, outlives the file that it was judged in."""

from __future__ import annotations

from pathlib import Path

import duckdb

from sendjc_pipeline.quality import audit
from sendjc_pipeline.quality.checks import ERROR, Check, CheckResult


def judged(path: Path, previous: Path, inputs: str, passed: bool = True) -> list[tuple[object, ...]]:
    con = duckdb.connect(str(path))
    audit.write(con, "2024-25-Q4", [CheckResult(Check("sound", "t", "ehc", ERROR), passed, 0 if passed else 3)])
    audit.keep_history(con, previous, "2024-25-Q4", "2025-05-20", inputs)
    rows = con.execute(
        "select run, inputs_fingerprint, check_id, passed, failures from audit_history order by run"
    ).fetchall()
    con.close()
    return rows


def test_each_run_adds_to_what_the_file_before_it_held(tmp_path: Path) -> None:
    first, second, third = (tmp_path / f"{n}.duckdb" for n in (1, 2, 3))
    assert judged(first, tmp_path / "none.duckdb", "a") == [(1, "a", "sound", True, 0)]
    assert judged(second, first, "b", passed=False) == [(1, "a", "sound", True, 0), (2, "b", "sound", False, 3)]
    assert [row[0] for row in judged(third, second, "b")] == [1, 2]  # the same inputs again add nothing


def test_only_the_last_runs_are_kept(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(audit, "RUNS_KEPT", 2)
    paths = [tmp_path / f"{n}.duckdb" for n in range(5)]
    for number in range(1, 5):
        rows = judged(paths[number], paths[number - 1], f"inputs {number}")
    assert [row[0] for row in rows] == [3, 4]


def test_a_file_of_older_code_begins_the_history(tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "old.duckdb")).execute("create table audit_check as select 1 as x").close()
    assert [row[0] for row in judged(tmp_path / "new.duckdb", tmp_path / "old.duckdb", "a")] == [1]
