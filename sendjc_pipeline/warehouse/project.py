"""The dbt project as a thing on disk: where it lies, and a parsed manifest and compiled data tests that are never older than its sources.

Belongs here: parsing once and keeping the result. Does not belong here: running models (build.py).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from sendjc_pipeline.settings import SendjcError
from sendjc_pipeline.warehouse import data_tests

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "dbt_project"
SEEDS = ROOT / "seeds" / "reference"
_DBT_TARGET = PROJECT / "target"
# Apart from what other tools leave there: sqlfluff once put its own parse, of another database, in the place of ours.
TARGET = _DBT_TARGET / "kept"
SELF_TEST = "self_test"  # the tag of tests that judge our own tests and macros, not a quarter's data
_FINGERPRINT = TARGET / "sources.sha256"
_TESTS = "data_tests.json"
_KEPT = ("partial_parse.msgpack", "manifest.json", _TESTS)
_SOURCES = ("*.sql", "*.yml", "*.csv")


class DbtFault(SendjcError):
    """dbt could not read the project at all."""


def sources_fingerprint() -> str:
    """Hash of every file that dbt reads: models, macros, tests, YAML and seeds."""
    if not PROJECT.is_dir():
        raise DbtFault(f"{PROJECT} is missing: run sendjc from a clone of the project.")
    digest = hashlib.sha256()
    for folder in (PROJECT, SEEDS):
        for path in sorted(p for pattern in _SOURCES for p in folder.rglob(pattern) if _DBT_TARGET not in p.parents):
            digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def prepare() -> Path:
    """Parse the project and compile its tests, unless what is kept is of these very sources; return the path of manifest.json.

    It is made in a folder of its own and moved in file by file, the fingerprint last, because a webserver, a daemon and a run
    may all load the definitions at once (dagster #33380).

    Raises:
        DbtFault: dbt refuses the project; the message is dbt's.
    """
    fingerprint = sources_fingerprint()
    manifest, kept = TARGET / "manifest.json", [TARGET / name for name in _KEPT]
    if all(path.is_file() for path in (*kept, _FINGERPRINT)) and _FINGERPRINT.read_text() == fingerprint:
        return manifest
    from dbt.cli.main import dbtRunner

    TARGET.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="parse-", dir=TARGET))
    try:
        result = dbtRunner().invoke(["--quiet", "--log-level-file", "none", "parse", *dbt_flags(scratch)])
        if not result.success:
            raise DbtFault(f"dbt cannot read the project in {PROJECT.name}/: {result.exception}")
        data_tests.keep(scratch / _TESTS, _compile_tests(result.result, scratch))
        for path in kept:
            os.replace(scratch / path.name, path)
        (scratch / "sources.sha256").write_text(fingerprint)
        os.replace(scratch / "sources.sha256", _FINGERPRINT)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return manifest


def _compile_tests(parsed: Any, scratch: Path) -> Iterator[Any]:
    """Every data test of a quarter as dbt compiles it, without a database: none of ours asks one while it is compiled."""
    from dbt.cli.main import dbtRunner

    done = dbtRunner(manifest=parsed).invoke([
        "--quiet", "--log-level-file", "none", "--no-write-json", "compile", "--no-introspect", "--no-populate-cache",
        "--select", "test_type:data", "--exclude", f"tag:{SELF_TEST}", *dbt_flags(scratch),
    ])  # fmt: skip
    if not done.success:
        raise DbtFault(f"dbt cannot compile the tests in {PROJECT.name}/: {done.exception}")
    return (result.node for result in done.result)


def compiled_tests() -> list[data_tests.DataTest]:
    """Every data test that a quarter's warehouse has to pass."""
    prepare()
    return data_tests.read(TARGET / _TESTS)


def dbt_flags(target: Path) -> list[str]:
    """The arguments that every dbt call of ours shares."""
    return ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(target)]


def manifest() -> dict[str, Any]:
    """The manifest as plain data, for reading what is declared (models, tests, exposures)."""
    path = prepare()
    return _read_manifest(path, _FINGERPRINT.read_text())


@cache
def _read_manifest(path: Path, fingerprint: str) -> dict[str, Any]:  # noqa: ARG001  the fingerprint keys the cache
    data: dict[str, Any] = json.loads(path.read_text())
    return data


def runnable_manifest() -> Any:
    """The manifest as dbt's runner takes it, so that no run parses the project again (5 s saved, toolchain 3.3)."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    prepare()
    return Manifest.from_msgpack((TARGET / "partial_parse.msgpack").read_bytes(), decoder=extended_mashumuro_decoder)
