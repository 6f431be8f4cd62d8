"""A release made by hand, awkward on purpose: a withheld area, hidden cells, one point, a long name, markup in a text."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

LONG = "Community neurodevelopmental behaviour and family support service"
MARKUP = "<script>alert('x')</script> & <b>bold</b>"
AREAS = (
    ("derby", "Derby"),
    ("newcastle", "Newcastle upon Tyne"),
    ("nottingham", "Nottingham"),
    ("nottinghamshire", "Nottinghamshire"),
)

_METRICS = (
    (
        "slt_wait_over_18w_pct",
        "Children waiting more than 18 weeks for speech and language therapy treatment",
        "waits",
        "pct",
        "lower",
        "snapshot",
    ),
    (
        "ehcp_20w_pct_exc",
        "New EHC plans issued within 20 weeks, exceptions left out",
        "ehc",
        "pct",
        "higher",
        "calendar_ytd",
    ),
    ("send_cohort_count", "Children and young people in the SEND cohort", "cohort", "count", "context", "snapshot"),
    ("long_name_count", LONG, "activity", "count", "higher", "quarter"),
)


def figure(metric: tuple[str, ...], area: tuple[str, str], **changed: Any) -> dict[str, Any]:
    """A row of metric_quarterly with a value, unless `changed` says otherwise."""
    metric_id, name, topic, unit, polarity, window = metric
    row: dict[str, Any] = {
        "release_id": "2024-25-Q4.r2", "metric_id": metric_id, "metric_version": "1", "metric_name": name, "topic": topic,
        "area_id": area[0], "area_code": "E0", "area_name": area[1], "geographic_level": "Local authority", "quarter": "2024-25-Q4",
        "time_window": window, "service": "Total", "tier": "Total", "breakdown_topic": "Total", "breakdown": "Total",
        "numerator": 57.0, "denominator": 119.0, "value": 47.9, "unit": unit, "polarity": polarity, "value_lower": 46.0, "value_upper": 49.0,
        "bounds_basis": "doubtful_links", "value_status": "final", "target_type": "none", "target_value": None, "target_due_date": None,
        "brag": "not_rated", "direction": None, "spc_variation": None, "spc_assurance": None, "dq_grade": "B", "dq_reason": None,
        "england_value": 46.4, "neighbours_value": None, "benchmark_period": "2024", "source_feeds": "sen2", "suppression": "none",
    }  # fmt: skip
    return {**row, **changed}


def hidden(row: dict[str, Any], suppression: str = "primary") -> dict[str, Any]:
    """The row as disclosure leaves it."""
    empty = dict.fromkeys(("numerator", "denominator", "value", "value_lower", "value_upper", "bounds_basis"))
    return {**row, **empty, "suppression": suppression, "brag": None}


def make_release(folder: Path) -> Path:
    """Write manifest.json, marts.duckdb and the Parquet files of a release into `folder`, and give it back."""
    waits, ehc, cohort, long_name = _METRICS
    figures = [
        figure(waits, AREAS[0]), hidden(figure(waits, AREAS[1])), hidden(figure(waits, AREAS[2]), "secondary"),
        figure(waits, AREAS[3], spc_variation="concerning_high", spc_assurance="consistently_fails", dq_grade="D", dq_reason=MARKUP),
        {**hidden(figure(ehc, AREAS[0]), "none"), "value_status": "withheld", "dq_reason": "the SEN2 return of derby was refused"},
        {**hidden(figure(ehc, AREAS[1]), "none"), "value_status": "not_supplied", "dq_reason": "nobody sent sen2"},
        figure(ehc, AREAS[3], target_type="absolute", target_value=40.0, target_due_date=date(2024, 7, 31), brag="green", value_status="provisional"),
        *(figure(cohort, area, unit="count", numerator=1812.0, denominator=None, value=1812.0) for area in AREAS),
        figure(long_name, AREAS[3], numerator=0.0, denominator=None, value=0.0, service=LONG.lower().replace(" ", "_")),
        figure(waits, AREAS[3], breakdown_topic="sex", breakdown="Female", value=51.0),
        hidden(figure(waits, AREAS[3], breakdown_topic="sex", breakdown="Male"), "secondary"),
    ]  # fmt: skip
    monthly = [_month(waits, AREAS[3], f"2024-{m:02d}", 40.0 + m) for m in range(1, 13)]
    monthly.append(_month(waits, AREAS[0], "2024-12", 44.0))
    definitions = [
        {"metric_id": m[0], "metric_version": "1", "metric_name": m[1], "topic": m[2], "unit": m[3], "polarity": m[4],
         "numerator_description": MARKUP, "denominator_description": None, "source_feeds": "sen2|csds", "seed_document": "S2", "quote": "A quote."}
        for m in _METRICS
    ]  # fmt: skip
    areas = [{"area_id": i, "area_name": n, "geographic_level": "Local authority"} for i, n in AREAS]
    tables = {
        "metric_quarterly": figures, "metric_monthly": monthly, "tables/metric_definition": definitions, "tables/area": areas,
        "tables/metric_target": [{"metric_id": ehc[0], "area_id": "nottinghamshire", "target_type": "absolute", "target_value": 40.0, "unit": "pct",
                                  "time_window": "calendar_ytd", "effective_from": date(2024, 1, 1), "target_due_date": date(2024, 7, 31),
                                  "seed_document": "S2", "quote": "40% on time by Jul 2024."}],
    }  # fmt: skip
    tables["tables/wait_band"] = [
        {"band": "0_4", "label": "0 to 4 weeks", "from_days": 0},
        {"band": "over_4", "label": "over 4 weeks", "from_days": 29},
    ]
    bands = [(state, band) for state in ("waiting", "completed") for band in ("0_4", "over_4", "total")]
    tables["tables/mart_waiting_list"] = [
        _wait(area, state, band, count)
        for area, counts in (
            (AREAS[0], (None, 15, 15, 10, 10, 20)),
            (AREAS[3], (10, 20, 30, None, 15, 15)),
            (AREAS[1], (None,) * 6),
        )
        for (state, band), count in zip(bands, counts, strict=True)
    ]
    write_tables(folder, tables)
    manifest = {
        "release_id": "2024-25-Q4.r2",
        "known_at": "2025-05-12",
        "reason": "sen2 of derby came again",
        "checks": {"judged": 9, "passed": 9},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def write_tables(folder: Path, tables: dict[str, list[dict[str, Any]]]) -> None:
    """The tables as Parquet and in marts.duckdb."""
    (folder / "tables").mkdir(parents=True)
    con = duckdb.connect(str(folder / "marts.duckdb"))
    for path, rows in tables.items():
        name = path.rsplit("/", 1)[-1]
        frame = pd.DataFrame(rows)
        con.register("frame", frame)
        con.execute(f"create table {name} as select * from frame")
        con.execute(f"comment on table {name} is 'Made by hand.'")
        con.execute(f"copy {name} to '{folder / path}.parquet' (format parquet)")
        con.unregister("frame")
    con.close()


def _wait(area: tuple[str, str], state: str, band: str, count: int | None) -> dict[str, Any]:
    return {
        "area_id": area[0], "pathway": "slcn", "clock_id": "slt_treatment_18w", "service": "slt", "tier": "specialist", "provider_id": "Total",
        "period_type": "quarter", "period": "2024-25-Q4", "state": state, "band": band, "child_count": count, "median_weeks": None,
        "value_status": "final", "suppression": "primary" if count is None else "rounded",
    }  # fmt: skip


def _month(metric: tuple[str, ...], area: tuple[str, str], month: str, value: float) -> dict[str, Any]:
    return {
        "metric_id": metric[0], "metric_name": metric[1], "area_id": area[0], "area_name": area[1], "service": "slt", "tier": "Total", "month": month,
        "breakdown_topic": "Total", "value": value, "unit": "pct", "suppression": "none", "value_status": "final",
    }  # fmt: skip
