"""Build a quarter's warehouse and judge it in one step, so that no warehouse stands without its audit rows.

Belongs here: composing the build with the audit, and writing into the file what it was built from. The gate reads both later, perhaps in another run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from sendjc_pipeline import __version__, feeds
from sendjc_pipeline.identity import linked_by
from sendjc_pipeline.identity.keyring import last_rotation
from sendjc_pipeline.quality import audit
from sendjc_pipeline.quality.checks import (
    Check,
    CheckResult,
    accounting_check,
    declared_by_dbt,
    found_by_dbt,
    found_by_intake,
)
from sendjc_pipeline.quality.seeds_check import require_sound
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.warehouse import project
from sendjc_pipeline.warehouse.build import build, warehouse_path
from sendjc_pipeline.warehouse.connection import connect
from sendjc_pipeline.warehouse.deliveries import QuarterInputs
from sendjc_pipeline.warehouse.results import NodeResult


def required_checks(manifest: Mapping[str, Any]) -> list[Check]:
    """Every check that a release needs: all that dbt declares, and the row accounting of every feed."""
    return [*declared_by_dbt(manifest).values(), *(accounting_check(feed) for feed in feeds.names())]


def build_and_judge(settings: Settings, inputs: QuarterInputs) -> tuple[list[NodeResult], list[CheckResult]]:
    """Build the quarter's warehouse; return dbt's results and every check result, which are in its audit table too.

    Raises:
        DbtFault: dbt did not run; the warehouse that stood before still stands.
        SeedsAtFault: a seed that people edit breaks its rules.
    """
    require_sound()
    declared = declared_by_dbt(project.manifest())
    found: list[CheckResult] = []
    made_of = replace(inputs, linked_by=linked_by.read(settings, inputs.quarter))

    def judge(path: Path, results: list[NodeResult]) -> None:
        found.extend(found_by_dbt(declared, results))
        for feed in feeds.names():
            found.extend(found_by_intake(feed, inputs.deliveries))
        con = connect(path, settings=settings)
        try:
            audit.write(con, inputs.quarter.label, found)
            audit.keep_history(
                con,
                warehouse_path(settings, inputs.quarter),
                inputs.quarter.label,
                inputs.known_at.isoformat(),
                inputs_fingerprint(made_of),
            )
            _write_provenance(con, made_of, last_rotation(settings))
        finally:
            con.close()

    results = build(settings, inputs, judge)
    return results, found


PART_WORDS = {
    "submissions": "new, corrected or withdrawn submissions",
    "history": "submissions of other periods",
    "decisions": "verdicts of reviewers",
    "opt_outs": "opt-outs",
    "places": "the postcode directory",
    "frozen": "its freeze date has passed",
    "models": "models or seeds",
    "code": "the code",
}
"""The parts of `input_parts`, as a person is told of them."""


def inputs_fingerprint(inputs: QuarterInputs) -> str:
    """Hash of everything that the figures of a quarter depend on.

    `known_at` itself is left out: it has done its work by choosing the submissions.
    """
    return _hash([inputs.quarter.label, input_parts(inputs)])


def input_parts(inputs: QuarterInputs) -> dict[str, str]:
    """What the figures of a quarter depend on, by name, each part hashed; `sendjc status` names those that differ."""
    used = sorted(
        (d.submission.submission_id, d.receipt.status, d.receipt.folder.name if d.receipt.folder else "", d.is_selected)
        for d in inputs.deliveries
    )
    parts = {
        "submissions": used,
        "history": inputs.linked_by.history,
        "decisions": inputs.linked_by.decisions,
        "opt_outs": inputs.linked_by.opt_outs,
        "places": inputs.places.sha256 if inputs.places else "",
        "frozen": inputs.known_at >= inputs.quarter.freeze,
        "models": project.sources_fingerprint(),
        "code": code_fingerprint(),
    }
    return {name: _hash(part) for name, part in parts.items()}


def changed_parts(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What differs between two provenances, in words; one of older code does not tell its parts, and is of other code at least."""
    told = before.get("inputs", {"code": ""})
    found = [words for part, words in PART_WORDS.items() if part in told and told[part] != now["inputs"][part]]
    return found + ["the keys"] * (before.get("key_rotation", "") != now["key_rotation"])


def _hash(part: object) -> str:
    return hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()


def code_fingerprint() -> str:
    """Hash of the package's own source."""
    package = project.ROOT / "sendjc_pipeline"
    digest = hashlib.sha256()
    for path in sorted(p for p in package.rglob("*") if p.suffix in (".py", ".yml")):
        digest.update(f"{path.relative_to(package)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _write_provenance(con: duckdb.DuckDBPyConnection, inputs: QuarterInputs, rotation: str) -> None:
    """One row of JSON: what the file was built from, and by which rotation's keys. File names stay behind, for a partner may put a child's name in one."""
    deliveries = [
        {
            "submission_id": d.submission.submission_id,
            "partner": d.submission.partner,
            "feed": d.submission.feed,
            "spec": str(d.submission.spec),
            "period": d.submission.period,
            "received_at": f"{d.submission.received_at:%Y-%m-%dT%H:%M:%SZ}",
            "files": sorted(
                ({"sha256": f.sha256, "bytes": f.bytes} for f in d.submission.files), key=lambda f: str(f["sha256"])
            ),
            "status": d.receipt.status,
            "used": d.is_selected,
            "tables": {name: vars(counts) for name, counts in sorted(d.receipt.tables.items())},
        }
        for d in inputs.deliveries
    ]
    provenance = {
        "quarter": inputs.quarter.label,
        "known_at": inputs.known_at.isoformat(),
        "inputs_fingerprint": inputs_fingerprint(inputs),
        "inputs": input_parts(inputs),
        "postcode_directory": vars(inputs.places) if inputs.places else None,
        "key_rotation": rotation,
        "code_version": __version__,
        "code_fingerprint": code_fingerprint(),
        "submissions": deliveries,
    }
    con.execute(
        "create or replace table main.audit_provenance as select ?::varchar as provenance", [json.dumps(provenance)]
    )


def read_provenance(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """What the open warehouse was built from."""
    row = con.execute("select provenance from main.audit_provenance").fetchone()
    data: dict[str, Any] = json.loads(row[0]) if row else {}
    return data
