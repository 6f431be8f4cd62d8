"""The oracle's answers against the rows of `fct_clock`: every answer on both sides, equal in all that the domain text defines."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from sendjc_pipeline.settings import Settings
from sendjc_pipeline.warehouse.build import BUILDING_NAME

from . import local_waits, plans, reviews, steps, waits
from .children import a_child
from .choices import Seeded
from .clocks import Answer
from .records import Child, Setting
from .warehouse import build_clocks

_FLAGS = {
    "aged_out": "is_aged_out", "deceased": "is_deceased", "duplicate_in_spell": "is_duplicate_in_spell", "excepted": "is_excepted",
    "historical": "is_historical", "impossible": "is_impossible", "incomplete": "is_incomplete", "not_resident": "is_not_resident",
    "rejected": "is_rejected",
}  # fmt: skip
_LEFT_OUT = ", ".join(f"case when {column} then '{name}' end" for name, column in _FLAGS.items())
_SCHEMA = {
    "person": pl.String, "clock": pl.String, "provider": pl.String, "area": pl.String, "start": pl.Date, "due": pl.Date,
    "status": pl.String, "settled": pl.Date, "wait": pl.Int32, "band": pl.String, "is_over": pl.Boolean, "left_out": pl.String,
    "is_counted": pl.Boolean,
}  # fmt: skip
"""What dbt says, as the oracle says it."""
_BUILT = f"""
    select person_key as person, clock_id as clock, provider_id as provider, area_id as area, start_date as start, due_date as due, status,
        case status when 'stopped' then stop_date when 'ended' then end_date end as settled, wait_days as wait, wait_band as band,
        is_over_limit as is_over, concat_ws('|', {_LEFT_OUT}) as left_out, is_counted
    from fct_clock"""


@dataclass(frozen=True)
class Comparison:
    """How many clocks the oracle answered, and the answers that only one side gives."""

    children: int
    clocks: int
    differences: pl.DataFrame


SIDES = (plans.answers, steps.answers, reviews.answers, waits.answers, local_waits.answers)
"""The oracle, part by part."""


def children_of(setting: Setting, seed: int, count: int) -> list[Child]:
    """The children of a seed."""
    choices = Seeded(seed)
    return [a_child(choices, setting, str(number)) for number in range(count)]


def answers(children: Sequence[Child], setting: Setting) -> list[Answer]:
    """All that the oracle says."""
    return [answer for child in children for of in SIDES for answer in of(child, setting)]


def compare(children: Sequence[Child], setting: Setting, expected: Sequence[Answer] | None = None) -> Comparison:
    """Build the clocks of these children with dbt and hold the oracle's answers (or those given) against them, one for one."""
    expected = answers(children, setting) if expected is None else expected
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder), "test").make_zones()
        path = settings.temp / BUILDING_NAME
        build_clocks(settings, path, children, setting)
        con = duckdb.connect(str(path), read_only=True)
        differences = _differences(con, expected)
        con.close()
    return Comparison(len(children), len(expected), differences)


def _differences(con: duckdb.DuckDBPyConnection, expected: Sequence[Answer]) -> pl.DataFrame:
    con.register("expected", pl.DataFrame(expected, schema=_SCHEMA, orient="row").to_arrow())
    return con.execute(f"""
        with built as ({_BUILT})
        select 'oracle' as says, * from (select * from expected except all select * from built)
        union all
        select 'dbt' as says, * from (select * from built except all select * from expected)
        order by person, clock, start, says""").pl()
