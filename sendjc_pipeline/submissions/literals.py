"""Values written out in SQL, for statements that run before a file has been judged.

Belongs here: quoting. DuckDB binds a parameter by way of pandas, which takes 0.13 s to import and holds the interpreter meanwhile: these
statements go without, so that it is imported while the database judges (`process`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Value = str | int | None


def literal(value: Value) -> str:
    """One value as it may stand in SQL."""
    if value is None:
        return "null"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


def literal_rows(rows: Iterable[Sequence[Value]]) -> str:
    """Rows as they may stand behind `values`."""
    return ", ".join(f"({', '.join(map(literal, row))})" for row in rows)
