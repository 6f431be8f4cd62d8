"""The quarterly job through Dagster, in this process. The only command module that imports Dagster, which takes seconds."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import dagster as dg

from sendjc_pipeline.commands.console import Listener
from sendjc_pipeline.definitions import build_definitions
from sendjc_pipeline.orchestration.home import Home
from sendjc_pipeline.orchestration.partitions import KNOWN_AT_TAG
from sendjc_pipeline.orchestration.progress import listening
from sendjc_pipeline.orchestration.release_asset import release
from sendjc_pipeline.quality.judge import inputs_fingerprint, read_provenance
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.warehouse import project
from sendjc_pipeline.warehouse.build import warehouse_path
from sendjc_pipeline.warehouse.connection import connect
from sendjc_pipeline.warehouse.gather import gather

if TYPE_CHECKING:
    from sendjc_pipeline.commands.run import Order


def execute(settings: Settings, order: Order, listener: Listener) -> list[str] | None:
    """Run the job and return None where it published (or found nothing to), else one line for each step that failed.

    A red topic stops the job's own release step. Where the operator withholds that topic, the release is asked for again by itself: the
    gate then passes over that topic's checks and over no other.
    """
    config = {"withhold": list(order.withhold), "reason": order.reason, "force": order.force}
    run_config = {
        "ops": {"published__release": {"config": config}},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},  # the listener says what a person needs
    }
    partition = order.quarter.start.isoformat()
    job = build_definitions(settings.home).resolve_job_def("quarterly_job")
    with _instance(settings, order.record) as instance, listening(listener):
        result = job.execute_in_process(
            run_config=run_config, instance=instance, partition_key=partition, raise_on_error=False,
            tags={KNOWN_AT_TAG: order.known_at.isoformat()},
        )  # fmt: skip
        if not result.success and order.withhold and _stands_for_these_inputs(settings, order):
            result = dg.materialize(
                [release], run_config=run_config, instance=instance, partition_key=partition, raise_on_error=False,
                resources={"home": Home(path=str(settings.home))},
            )  # fmt: skip
    return None if result.success else _failures(result)


def _stands_for_these_inputs(settings: Settings, order: Order) -> bool:
    """Whether the warehouse was built of what the quarter is made of now; a step that failed earlier leaves an older one."""
    path = warehouse_path(settings, order.quarter)
    if not path.is_file():
        return False
    con = connect(path, read_only=True, settings=settings)
    try:
        built_of = read_provenance(con)["inputs_fingerprint"]
    finally:
        con.close()
    try:
        return bool(built_of == inputs_fingerprint(gather(settings, order.quarter, order.known_at)))
    except SendjcError:
        return False  # the intake failed, and its step has said why


def _failures(result: dg.ExecuteInProcessResult) -> list[str]:
    lines = []
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            cause = error.cause or error if error else None
            lines.append(f"{event.step_key} failed: {_plain(cause.message) if cause else 'no message'}")
    return lines


def _plain(message: str) -> str:
    """Dagster puts the exception's class before its text; a person needs the text."""
    return re.sub(r"^[\w.]+: ", "", message.strip())


@contextmanager
def _instance(settings: Settings, record: bool) -> Iterator[dg.DagsterInstance]:
    """An instance in memory, or the home's own one: there each of some 400 checks is written to SQLite twice, 10 s in all (measured)."""
    if not record:
        with dg.DagsterInstance.ephemeral() as instance:
            yield instance
        return
    folder = settings.home / "dagster"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(project.ROOT / "dagster.yaml", folder / "dagster.yaml")
    before = os.environ.get("DAGSTER_HOME")
    os.environ["DAGSTER_HOME"] = str(folder)
    try:
        with dg.DagsterInstance.get() as instance:
            yield instance
    finally:
        if before is None:
            del os.environ["DAGSTER_HOME"]
        else:
            os.environ["DAGSTER_HOME"] = before
