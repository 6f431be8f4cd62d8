"""One dbt model run straight in DuckDB over tables that a test made: its own SQL and macros, without dbt.

Belongs here: rendering. `ref('x')` becomes the table x; what needs an adapter is not for this.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
from jinja2 import Environment, StrictUndefined

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
SEEDS = PROJECT.parent / "seeds" / "reference"
_MACROS = ("keys", "pct", "safe_divide", "count_if")


def render(model: str) -> str:
    """The SQL of a model."""
    (path,) = (PROJECT / "models").rglob(f"{model}.sql")
    macros = "".join((PROJECT / "macros" / "sql" / f"{name}.sql").read_text() for name in _MACROS)
    return Environment(undefined=StrictUndefined).from_string(macros + path.read_text()).render(ref=lambda name: name)


def macro(call: str) -> str:
    """What a macro call stands for, such as `pct('a', 'b')`."""
    macros = "".join((PROJECT / "macros" / "sql" / f"{name}.sql").read_text() for name in _MACROS)
    return Environment(undefined=StrictUndefined).from_string(macros + "{{ " + call + " }}").render().strip()


def load_seed(con: duckdb.DuckDBPyConnection, seed: str) -> None:
    """A committed seed as a table."""
    con.execute(f"create or replace table {seed} as from read_csv(?, header = true)", [str(SEEDS / f"{seed}.csv")])
