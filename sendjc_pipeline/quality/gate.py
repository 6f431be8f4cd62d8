"""The gate: may this quarter go out?

It asks the audit rows in the quarter's own file, never Dagster, so it holds in any run, on any day, for any caller. It opens only when every
required check is there, passed, and was judged on the very table that now stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import duckdb

from sendjc_pipeline.quality import audit
from sendjc_pipeline.quality.checks import ERROR, Check
from sendjc_pipeline.settings import SendjcError


@dataclass(frozen=True)
class Objection:
    """One reason to keep the gate shut: `kind` is failed, missing or altered."""

    check_id: str
    table_name: str
    topic: str
    kind: str
    failures: int

    def __str__(self) -> str:
        why = {
            "failed": f"{self.failures} rows at fault" if self.failures else "failed",
            "missing": "was not judged",
            "altered": "the table was altered after it was judged",
        }[self.kind]
        return f"{self.check_id} on {self.table_name} ({self.topic}): {why}"


class GateRefused(SendjcError):
    """The gate is shut; `objections` says why, check by check."""

    def __init__(self, quarter: str, objections: list[Objection]) -> None:
        self.objections = objections
        more = f" and {len(objections) - 1} more" if len(objections) > 1 else ""
        super().__init__(f"The gate refuses {quarter}: {objections[0]}{more}. The release before it still stands.")


def objections(
    con: duckdb.DuckDBPyConnection, quarter: str, required: Iterable[Check], passed_over: Collection[str] = ()
) -> list[Objection]:
    """Every reason to refuse the quarter, ordered by check; none means that the gate is open.

    Checks on tables in `passed_over` are not asked for: the caller has undertaken not to publish what rests on them.
    """
    found = {
        (result.check.check_id, result.check.table_name): (result, judged)
        for result, judged in audit.read(con, quarter)
    }
    against = []
    asked = [check for check in set(required) if check.severity == ERROR and check.table_name not in passed_over]
    standing = audit.fingerprints(con, (check.table_name for check in asked))
    for check in sorted(asked, key=lambda c: (c.check_id, c.table_name)):
        result, judged = found.get((check.check_id, check.table_name), (None, ""))
        if result is None:
            kind, failures = "missing", 0
        elif not result.passed:
            kind, failures = "failed", result.failures
        else:
            if standing.get(check.table_name, "") == judged:
                continue
            kind, failures = "altered", 0
        against.append(Objection(check.check_id, check.table_name, check.topic, kind, failures))
    return against
