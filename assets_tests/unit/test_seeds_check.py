"""Seeds that people edit: each rule refuses its fault by file and row, and the seeds of the repository break none."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from sendjc_pipeline.quality.plan_seeds import link_of
from sendjc_pipeline.quality.seed_file import SeedRow
from sendjc_pipeline.quality.seeds_check import SeedsAtFault, faults, require_sound
from sendjc_pipeline.warehouse.project import SEEDS

PAP = {"plan_id": "nottinghamshire_pap", "priority_no": "1"}


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """The seeds of the repository, to spoil."""
    return Path(shutil.copytree(SEEDS, tmp_path / "reference"))


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _write(folder: Path, name: str, rows: list[dict[str, str]]) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _change(folder: Path, name: str, where: Mapping[str, str], **values: str) -> int:
    """Change the first row that matches; return its row number."""
    rows = _rows(folder, name)
    place = next(n for n, row in enumerate(rows) if where.items() <= row.items())
    rows[place].update(values)
    _write(folder, name, rows)
    return place + 2


def _copy_row(folder: Path, name: str, where: Mapping[str, str], **values: str) -> int:
    """Add a copy of the first row that matches; return its row number."""
    rows = _rows(folder, name)
    rows.append({**next(row for row in rows if where.items() <= row.items()), **values})
    _write(folder, name, rows)
    return len(rows) + 1


def _enter(folder: Path, **values: str) -> int:
    """Add an entry to the BRAG history, tied to the one before it; return its row number."""
    rows = _rows(folder, "plan_brag_history")
    entry = {**dict.fromkeys(rows[0], ""), **PAP, "entry_no": str(len(rows) + 1), "is_synthetic": "true", **values}
    entry["chain"] = link_of(SeedRow("plan_brag_history.csv", len(rows) + 2, entry), rows[-1]["chain"])
    _write(folder, "plan_brag_history", [*rows, entry])
    return len(rows) + 2


def _only_fault(folder: Path) -> str:
    found = faults(folder)
    assert len(found) == 1, found
    return str(found[0])


def test_the_seeds_of_the_repository_break_no_rule() -> None:
    assert faults() == []


def test_a_metric_defined_twice_is_refused_with_file_and_row(seeds: Path) -> None:
    row = _copy_row(seeds, "metric_definition", {"metric_id": "complaints_count"})
    said = _only_fault(seeds)
    assert said.startswith(
        f"seeds/reference/metric_definition.csv row {row}: metric complaints_count version 1 is defined twice"
    )
    with pytest.raises(SeedsAtFault, match="defined twice"):
        require_sound(seeds)


def test_two_versions_of_a_metric_may_not_be_in_force_on_the_same_day(seeds: Path) -> None:
    where = {"metric_id": "complaints_count"}
    row = _copy_row(seeds, "metric_definition", where, metric_version="2", valid_from="2025-04-01")
    assert f"metric_definition.csv row {row}: metric complaints_count has another version in force" in _only_fault(
        seeds
    )
    _change(seeds, "metric_definition", where, valid_to="2025-03-31")
    assert faults(seeds) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"target_due_date": ""}, "has no date by which it must be met"),
        ({"effective_from": ""}, "has no date from which it holds"),
        ({"target_value": ""}, "is absolute and has no number"),
        ({"target_type": "directional"}, "is directional and has a number"),
        ({"target_type": "Absolute"}, "has the type 'Absolute'"),
        ({"target_type": ""}, "has the type ''"),
        ({"target_due_date": "2022-01-31"}, "is due before it holds"),
        ({"metric_id": "no_such_metric"}, "is of a metric that is not defined"),
        ({"target_due_date": "July 2023"}, "target_due_date 'July 2023' is no day"),
    ],
)
def test_a_target_at_fault_is_refused_with_file_and_row(seeds: Path, values: dict[str, str], said: str) -> None:
    row = _change(seeds, "metric_target", {"metric_id": "nd_posts_added"}, **values)
    assert any(
        str(f).startswith(f"seeds/reference/metric_target.csv row {row}: ") and said in str(f) for f in faults(seeds)
    )


REBASE = {
    "metric_id": "slt_wait_over_18w_pct", "area_id": "derby", "rebase_date": "2025-04-01", "reason": "One team took over two lists",
    "recorded_by": "SEND Executive Leadership Group", "recorded_date": "2025-05-20",
}  # fmt: skip


def test_a_rebase_with_a_reason_stands(seeds: Path) -> None:
    _write(seeds, "metric_rebase", [REBASE])
    assert faults(seeds) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"reason": ""}, "rebase of slt_wait_over_18w_pct for derby has no reason; say what changed in the process"),
        ({"reason": "  "}, "has no reason"),
        ({"recorded_by": ""}, "does not say who decided it and when"),
        ({"recorded_date": ""}, "does not say who decided it and when"),
        ({"rebase_date": ""}, "has no date"),
        ({"rebase_date": "April 2025"}, "rebase_date 'April 2025' is no day"),
        ({"metric_id": "no_such_metric"}, "is of a metric that is not defined"),
    ],
)
def test_a_rebase_at_fault_is_refused_with_file_and_row(seeds: Path, values: dict[str, str], said: str) -> None:
    _write(seeds, "metric_rebase", [{**REBASE, "area_id": "newcastle"}, {**REBASE, **values}])
    told = _only_fault(seeds)
    assert told.startswith("seeds/reference/metric_rebase.csv row 3: ")
    assert said in told


def test_a_rebase_stands_once(seeds: Path) -> None:
    _write(seeds, "metric_rebase", [REBASE, {**REBASE, "reason": "Another"}])
    assert "metric_rebase.csv row 3: rebase of slt_wait_over_18w_pct for derby stands twice" in _only_fault(seeds)


def test_two_priorities_of_one_plan_may_bear_the_same_ref_and_one_may_not(seeds: Path) -> None:
    both = [
        row["priority_no"]
        for row in _rows(seeds, "plan_action")
        if row["ref"] == "1.1.1" and row["seed_document"] == "S2"
    ]
    assert both == ["1", "2"]
    row = _copy_row(seeds, "plan_action", {**PAP, "ref": "1.1.1"})
    assert f"plan_action.csv row {row}: action nottinghamshire_pap 1 1.1.1 stands twice" in _only_fault(seeds)


BLUE = {
    "ref": "1.2.2", "as_of": "2025-03-31", "brag": "Blue", "completed_date": "2025-01-31", "approved_by": "Board", "approval_date": "2025-02-28",
}  # fmt: skip


def test_blue_with_all_three_conditions_stands(seeds: Path) -> None:
    _enter(seeds, **BLUE)
    assert faults(seeds) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"approval_date": ""}, "is Blue without approval to close"),
        ({"approved_by": ""}, "is Blue without approval to close"),
        ({"approval_date": "2025-04-01"}, "is Blue without approval to close"),
        ({"completed_date": ""}, "is Blue without a completed_date"),
        ({"ref": "1.2.1"}, "is Blue and these measures are not met: ehc_experience_pct, ehcp_20w_pct_inc"),
        ({"brag": "Grey"}, "is Grey and does not start after 2025-03-31"),
        ({"brag": "Green"}, "is Green and was due on 2023-12-31"),
        ({"brag": "Purple"}, "has the state 'Purple'"),
        ({"ref": "9.9.9"}, "is no action of plan_action.csv"),
        ({"ref": "1.1.1", "as_of": "2023-10-31", "brag": "Red"}, "is dated before its entry in row"),
    ],
)
def test_an_entry_at_fault_is_refused_with_file_and_row(seeds: Path, values: dict[str, str], said: str) -> None:
    row = _enter(seeds, **{**BLUE, **values})
    assert any(
        str(f).startswith(f"seeds/reference/plan_brag_history.csv row {row}: ") and said in str(f)
        for f in faults(seeds)
    )


def test_an_action_may_only_be_tied_to_a_metric_that_is_defined(seeds: Path) -> None:
    row = _change(seeds, "plan_action_metric", {"metric_id": "nd_posts_added"}, metric_id="no_such_metric")
    assert _only_fault(seeds).startswith(
        f"seeds/reference/plan_action_metric.csv row {row}: nottinghamshire_pap 2 2.1.2 is tied to no_such_metric, a metric that is not"
    )


def test_blue_stands_once_its_measures_are_met(seeds: Path) -> None:
    links = _rows(seeds, "plan_action_metric")
    for link in links:
        if (link["priority_no"], link["ref"], link["role"]) == ("1", "1.2.1", "kpi"):
            link["met_on"] = "2025-03-31"
    _write(seeds, "plan_action_metric", links)
    _enter(seeds, **{**BLUE, "ref": "1.2.1"})
    assert faults(seeds) == []


def test_grey_is_for_what_starts_later(seeds: Path) -> None:
    _change(seeds, "plan_action", {**PAP, "ref": "1.2.2"}, start_date="2025-04-01")
    _enter(seeds, ref="1.2.2", as_of="2025-03-31", brag="Grey")
    assert faults(seeds) == []


def test_what_was_blue_is_reopened_only_on_record(seeds: Path) -> None:
    _enter(seeds, **BLUE)
    row = _enter(seeds, ref="1.2.2", as_of="2025-06-30", brag="Amber")
    assert (
        f"plan_brag_history.csv row {row}: nottinghamshire_pap 1 1.2.2 leaves Blue without a reopening record"
        in _only_fault(seeds)
    )


def test_an_earlier_entry_that_was_changed_or_taken_out_is_found(seeds: Path) -> None:
    shutil.copytree(seeds, seeds.parent / "other")
    row = _change(seeds, "plan_brag_history", {"entry_no": "3"}, rationale="Another story")
    assert f"plan_brag_history.csv row {row}: entry 3 of the history is not tied to the one before it" in _only_fault(
        seeds
    )
    rows = _rows(seeds.parent / "other", "plan_brag_history")
    _write(seeds.parent / "other", "plan_brag_history", [row for row in rows if row["entry_no"] != "1"])
    assert "row 2: entry 2 of the history" in _only_fault(seeds.parent / "other")


def test_a_new_entry_is_told_its_own_chain(seeds: Path) -> None:
    _enter(seeds, ref="3.4.1", as_of="2025-03-31", brag="Green")
    rows = _rows(seeds, "plan_brag_history")
    wanted, rows[-1]["chain"] = rows[-1]["chain"], ""
    _write(seeds, "plan_brag_history", rows)
    assert f"a new entry is number {len(rows)} with chain {wanted}" in _only_fault(seeds)
