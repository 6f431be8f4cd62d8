"""What became of one node of the dbt project, a model, a seed or a data test."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NodeResult:
    """Status is dbt's own word: success, error or skipped of a table; pass, fail, warn or error of a test. `failures` counts rows."""

    unique_id: str
    status: str
    failures: int
    seconds: float
    message: str
