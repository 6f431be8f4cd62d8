"""Metrics, disclosure and release: `python -m benchmarks figures [PER CENT OF THE REAL VOLUMES]`.

Limit of issue 5, on 2 cores: four areas and 12 quarters of history 30 s. One real run over a home that holds twelve quarters of every feed; of
it are timed the models of metrics (their seconds one after another, though two run at once) and the release step, pages and all.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sendjc_pipeline.commands.reference import load_synthetic
from sendjc_pipeline.commands.run import PUBLISHED, Order, run_quarter
from sendjc_pipeline.commands.synth import land_written
from sendjc_pipeline.release import ledger
from sendjc_pipeline.reporting import Quarter, quarters_between
from sendjc_pipeline.settings import Settings, create_pseudonym_key
from sendjc_pipeline.synthetic.calibration import AREAS
from sendjc_pipeline.synthetic.generate import generate
from sendjc_pipeline.warehouse import project

QUARTERS = quarters_between(Quarter.parse("2022-23-Q1"), Quarter.parse("2024-25-Q4"))
SECONDS = 30


def main(per_cent: int = 10) -> None:
    """Land, run, measure and print; exit code 1 where the limit is broken."""
    project.prepare()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder) / "home", "test").make_zones()
        create_pseudonym_key(settings)
        load_synthetic(settings)
        sent = generate(Path(folder) / "sent", 7, per_cent / 100, AREAS, QUARTERS)
        land_written(settings, sent, datetime.combine(QUARTERS[-1].end + timedelta(days=20), datetime.min.time(), UTC))
        metrics, release = _timed_run(settings)
        newest = ledger.newest(settings)
        assert newest is not None
        tables = len(newest.manifest()["tables"])
    fits = metrics + release <= SECONDS
    print(
        f"figures of {len(AREAS)} areas, {len(QUARTERS)} quarters of history, {per_cent} % of the real volumes: metrics {metrics:.1f} s,"
        f" disclosure and release of {tables} tables {release:.1f} s; together {metrics + release:.1f} s (<= {SECONDS})"
        f"  {'ok' if fits else 'OVER'}"
    )
    if not fits:
        raise SystemExit(1)


def _timed_run(settings: Settings) -> tuple[float, float]:
    from sendjc_pipeline.orchestration import release_asset, warehouse_assets

    kept: dict[str, tuple[Any, float]] = {}

    def timed(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **named: Any) -> Any:
            start = time.monotonic()
            outcome = work(*given, **named)
            kept[name] = outcome, time.monotonic() - start
            return outcome

        return run

    with ExitStack() as patched:
        for module, name in ((warehouse_assets, "build_and_judge"), (release_asset, "publish")):
            patched.enter_context(patch.object(module, name, timed(name, getattr(module, name))))
        code = run_quarter(settings, Order(QUARTERS[-1], QUARTERS[-1].freeze))
    if code != PUBLISHED:
        raise SystemExit(f"the run was not published: exit code {code}")
    nodes = project.manifest()["nodes"]
    results, _ = kept["build_and_judge"][0]
    metrics = sum(
        r.seconds for r in results if r.unique_id.startswith("model.") and "metrics" in nodes[r.unique_id]["fqn"]
    )
    return metrics, kept["publish"][1]
