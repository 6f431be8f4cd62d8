"""What must hold of the catalogue of measures before anything is built from it.

Belongs here: faults of metric_definition, metric_target and metric_rebase that a person can mend in the file. dbt's tests hold the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sendjc_pipeline.quality.seed_file import SeedFault, SeedRow, read, twice, unreadable_days

_BEGINNING, _END = "0001-01-01", "9999-12-31"
_TARGET_TYPES = ("absolute", "directional")


def faults(folder: Path) -> Iterator[SeedFault]:
    """Faults of the definitions, of the targets, then of the rebases."""
    definitions, targets = read(folder, "metric_definition"), read(folder, "metric_target")
    rebases, metrics = read(folder, "metric_rebase"), {row["metric_id"] for row in definitions}
    yield from unreadable_days(definitions, "valid_from", "valid_to")
    yield from _defined_twice(definitions)
    yield from unreadable_days(targets, "effective_from", "target_due_date")
    yield from _targets(targets, metrics)
    yield from unreadable_days(rebases, "rebase_date", "recorded_date")
    yield from _rebases(rebases, metrics)


def _defined_twice(definitions: Sequence[SeedRow]) -> Iterator[SeedFault]:
    remedy = "keep one, or end the older version before the newer begins"
    told = set()
    for row, earlier in twice(definitions, "metric_id", "metric_version"):
        told.add(row.number)
        yield row.fault(
            f"metric {row['metric_id']} version {row['metric_version']} is defined twice, first in row {earlier.number}",
            remedy,
        )
    for place, row in enumerate(definitions):
        for earlier in definitions[:place]:
            if earlier["metric_id"] == row["metric_id"] and row.number not in told and _overlap(earlier, row):
                told.add(row.number)
                yield row.fault(
                    f"metric {row['metric_id']} has another version in force on the same days, in row {earlier.number}",
                    remedy,
                )


def _overlap(one: SeedRow, other: SeedRow) -> bool:
    # Days are ISO text, which sorts as days do.
    return (one["valid_from"] or _BEGINNING) <= (other["valid_to"] or _END) and (other["valid_from"] or _BEGINNING) <= (
        one["valid_to"] or _END
    )


def _targets(targets: Sequence[SeedRow], metrics: set[str]) -> Iterator[SeedFault]:
    for row in targets:
        metric = f"target of {row['metric_id']} for {row['area_id']}"
        if row["metric_id"] not in metrics:
            yield row.fault(
                f"{metric} is of a metric that is not defined", "correct the metric_id, or define the metric"
            )
        if not row["effective_from"]:
            yield row.fault(f"{metric} has no date from which it holds", "fill effective_from")
        if row["target_type"] not in _TARGET_TYPES:
            yield row.fault(
                f"{metric} has the type '{row['target_type']}'",
                "write absolute or directional; a metric without a target has no row",
            )
        if row["target_type"] == "absolute" and not row["target_value"]:
            yield row.fault(
                f"{metric} is absolute and has no number", "give the document's number, or make it directional"
            )
        if row["target_type"] == "absolute" and not row["target_due_date"]:
            yield row.fault(
                f"{metric} has no date by which it must be met", "fill target_due_date; a month means its last day"
            )
        if row["target_type"] == "directional" and row["target_value"]:
            yield row.fault(
                f"{metric} is directional and has a number", "remove the number: none is made up for a direction"
            )
        if row["target_due_date"] and row["effective_from"] and row["target_due_date"] < row["effective_from"]:
            yield row.fault(f"{metric} is due before it holds", "correct one of the two dates")
    for row, earlier in twice(targets, "metric_id", "area_id", "time_window", "effective_from"):
        yield row.fault(
            f"target of {row['metric_id']} for {row['area_id']} stands twice, first in row {earlier.number}", "keep one"
        )


def _rebases(rebases: Sequence[SeedRow], metrics: set[str]) -> Iterator[SeedFault]:
    for row in rebases:
        rebase = f"rebase of {row['metric_id']} for {row['area_id']}"
        if row["metric_id"] not in metrics:
            yield row.fault(
                f"{rebase} is of a metric that is not defined", "correct the metric_id, or define the metric"
            )
        if not row["rebase_date"]:
            yield row.fault(f"{rebase} has no date", "fill rebase_date with the day of the change")
        if not row["reason"].strip():
            yield row.fault(
                f"{rebase} has no reason", "say what changed in the process; a better or worse figure is no reason"
            )
        if not (row["recorded_by"].strip() and row["recorded_date"]):
            yield row.fault(
                f"{rebase} does not say who decided it and when", "fill recorded_by with a role, and recorded_date"
            )
    for row, earlier in twice(rebases, "metric_id", "area_id", "rebase_date"):
        yield row.fault(
            f"rebase of {row['metric_id']} for {row['area_id']} stands twice, first in row {earlier.number}", "keep one"
        )
