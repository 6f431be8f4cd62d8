"""One dbt model run straight in DuckDB over tables that a test made: its own SQL and macros, without dbt.

Belongs here: rendering. `ref('x')` becomes the table x, and `source('raw', 'x')` the table raw.x; a macro is dispatched as for DuckDB.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
from jinja2 import Environment, StrictUndefined
from jinja2.runtime import Macro

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
SEEDS = PROJECT.parent / "seeds" / "reference"


@cache
def _environment() -> Environment:
    """Every macro of the project as a global, so that each finds each other."""
    environment = Environment(undefined=StrictUndefined, extensions=["jinja2.ext.do"])
    made: dict[str, Any] = {}

    def dispatch(name: str, _package: str) -> Any:
        return made.get(f"duckdb__{name}") or made[f"default__{name}"]

    environment.globals |= {"return": lambda text: text, "adapter": SimpleNamespace(dispatch=dispatch)}
    environment.globals |= {"ref": lambda name: name, "source": lambda schema, name: f"{schema}.{name}"}
    texts = [path.read_text() for path in sorted((PROJECT / "macros").rglob("*.sql"))]
    texts = [text for text in texts if "{% materialization" not in text]  # how dbt writes a table: no SQL of a model
    for name in (name for text in texts for name in re.findall(r"macro (\w+)\(", text)):
        # Found when called: a template sees only what was there when it was made.
        environment.globals[name] = lambda *given, _name=name, **named: made[_name](*given, **named)
    for text in texts:
        module = vars(environment.from_string(text).module)
        made |= {name: value for name, value in module.items() if isinstance(value, Macro)}
    return environment


def render(model: str) -> str:
    """The SQL of a model."""
    (path,) = (PROJECT / "models").rglob(f"{model}.sql")
    return _environment().from_string(path.read_text()).render()


def macro(call: str) -> str:
    """What a macro call stands for, such as `pct('a', 'b')`."""
    return _environment().from_string("{{ " + call + " }}").render().strip()


def load_seed(con: duckdb.DuckDBPyConnection, seed: str) -> None:
    """A committed seed as a table."""
    con.execute(f"create or replace table {seed} as from read_csv(?, header = true)", [str(SEEDS / f"{seed}.csv")])
