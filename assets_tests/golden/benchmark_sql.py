"""The benchmark models run straight in DuckDB: the same SQL as dbt's, a second instead of ten.

Belongs here: rendering `ref` and `source`, the order of the models, and what stands in schema raw. Contracts and data tests
are the business of the run of dbt itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import duckdb

from sendjc_pipeline import feeds
from sendjc_pipeline.submissions import readers

ROOT = Path(__file__).resolve().parents[2]
# The columns of each seed whose type dbt is told (seeds/reference/_benchmark__seeds.yml); the others are plain.
SEEDS = {
    "area": {"old_la_code": "VARCHAR", "valid_from": "DATE", "valid_to": "DATE"},
    "benchmark_measure": {"measure": "VARCHAR"},
    "local_authority": {"old_la_code": "VARCHAR", "valid_from": "DATE", "valid_to": "DATE"},
    "provider_name": {"org_code": "VARCHAR"},
    "published_figure": {
        "period": "VARCHAR",
        "numerator": "BIGINT",
        "denominator": "BIGINT",
        "published_value": "DOUBLE",
    },
    "statistical_neighbour": {"area_code": "VARCHAR"},
}
MODELS = (
    "stg_dfe_ehc_plans__figure",
    "stg_chs_sitrep__waiting",
    "int_benchmark__component",
    "int_benchmark__ehc_plans",
    "int_benchmark__waiting",
    "int_benchmark__waiting_measure",
    "int_benchmark__figure",
    "int_benchmark__neighbour",
    "mart_benchmark",
)
_SUBMITTED = """
    'publisher' as partner, '2025' as period, date '2025-01-01' as period_start, date '2025-12-31' as period_end,
    'submission' as submission_id, timestamp '2026-01-01 00:00:00' as received_at
"""


def read_into(con: duckdb.DuckDBPyConnection, feed_name: str, files: Sequence[Path]) -> readers.ReadResult:
    """Run a feed's reader; leaves raw_<table> in `con`."""
    feed = feeds.load(feed_name)
    return readers.get(feed.reader)(con, feed, feed.default_spec, files)


def build(con: duckdb.DuckDBPyConnection) -> None:
    """Make every benchmark model as a table, from schema raw as `supply` left it and the committed seeds."""
    for seed, types in SEEDS.items():
        path = ROOT / "seeds" / "reference" / f"{seed}.csv"
        con.execute(f"create or replace table {seed} as from read_csv(?, header = true, types = {types})", [str(path)])
    for model in MODELS:
        (path,) = (ROOT / "dbt_project" / "models").rglob(f"{model}.sql")
        con.execute(f"create or replace table {model} as {_render(path.read_text())}")


def supply(con: duckdb.DuckDBPyConnection) -> None:
    """Put what the readers left into schema raw, an empty view where a feed was not read."""
    con.execute("create schema if not exists raw")
    for feed_name in ("chs_sitrep", "dfe_ehc_plans"):
        feed = feeds.load(feed_name)
        for table in feed.tables.values():
            if not con.execute("select 1 from duckdb_columns() where table_name = ?", [f"raw_{table.name}"]).fetchone():
                readers.empty_raw_table(con, table)
            con.execute(
                f"create or replace view raw.{feed_name}_{table.name} as select *, {_SUBMITTED} from main.raw_{table.name}"
            )


def _render(sql: str) -> str:
    sql = re.sub(r"\{\{\s*ref\('(\w+)'\)\s*\}\}", r"\1", sql)
    sql = re.sub(r"\{\{\s*source\('raw', '(\w+)'\)\s*\}\}", r"raw.\1", sql)
    assert "{{" not in sql and "{%" not in sql, "the benchmark models use refs and sources only"
    return sql
