"""`sendjc run`: the quarterly job in this process, with progress, and an exit code that a scheduler can act on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sendjc_pipeline.commands.console import console, errors, stopwatch
from sendjc_pipeline.commands.headline import print_headline
from sendjc_pipeline.quality import gate
from sendjc_pipeline.quality.judge import inputs_fingerprint, required_checks
from sendjc_pipeline.release import ledger
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import SendjcError, Settings, pseudonym_key
from sendjc_pipeline.warehouse import project
from sendjc_pipeline.warehouse.build import warehouse_path
from sendjc_pipeline.warehouse.connection import connect
from sendjc_pipeline.warehouse.gather import gather
from sendjc_pipeline.warehouse.lock import only_one

if TYPE_CHECKING:
    import dagster as dg

PUBLISHED, FAILED, REFUSED = 0, 1, 3


def today() -> date:
    """The day in London: the one place where a command asks the clock."""
    return datetime.now(ZoneInfo("Europe/London")).date()


def run_quarter(
    settings: Settings,
    quarter: Quarter,
    known_at: date,
    withhold: Sequence[str] = (),
    reason: str = "",
    force: bool = False,
) -> int:
    """Run the quarter and print its headline; return 0 published (or nothing new), 3 refused by the gate, 1 any other failure.

    Raises:
        SendjcError: no key, an unfinished quarter, or another run under way.
    """
    if quarter.end >= known_at:
        raise SendjcError(f"{quarter} ends on {quarter.end}: it cannot be known on {known_at}.")
    pseudonym_key(settings)
    with only_one(settings, "run"):
        listener = stopwatch()
        standing = None if force or withhold else _nothing_new(settings, quarter, known_at)
        if standing is not None:
            listener(f"nothing new since {standing.release_id}: the same submissions, code and seeds")
            print_headline(standing)
            return PUBLISHED
        return _run_job(settings, quarter, known_at, list(withhold), reason, force, listener)


def _nothing_new(settings: Settings, quarter: Quarter, known_at: date) -> ledger.Release | None:
    """The newest release of the quarter, if it was made of these very inputs by this very code and its warehouse is still as judged."""
    newest = ledger.newest(settings, quarter)
    path = warehouse_path(settings, quarter)
    if newest is None or not path.is_file() or ledger.current(settings) is None:
        return None
    if newest.manifest()["inputs_fingerprint"] != inputs_fingerprint(gather(settings, quarter, known_at)):
        return None
    con = connect(path, read_only=True, settings=settings)
    try:
        sound = not gate.objections(con, quarter.label, required_checks(project.manifest()))
    finally:
        con.close()
    return newest if sound else None


def _run_job(
    settings: Settings,
    quarter: Quarter,
    known_at: date,
    withhold: list[str],
    reason: str,
    force: bool,
    listener: object,
) -> int:
    with _dagster_home(settings):
        import dagster as dg

        from sendjc_pipeline.definitions import build_definitions
        from sendjc_pipeline.orchestration.partitions import KNOWN_AT_TAG
        from sendjc_pipeline.orchestration.progress import listening

        config = {"withhold": withhold, "reason": reason or _reason(settings, quarter), "force": force}
        job = build_definitions(settings.home).resolve_job_def("quarterly_job")
        before = ledger.newest(settings, quarter)
        with dg.DagsterInstance.get() as instance, listening(listener):  # type: ignore[arg-type]
            result = job.execute_in_process(
                partition_key=quarter.start.isoformat(), instance=instance, raise_on_error=False,
                tags={KNOWN_AT_TAG: known_at.isoformat()},
                run_config=_run_config(config),
            )  # fmt: skip
            if not result.success and withhold:
                result = _release_alone(instance, settings, quarter, config)
    if result.success:
        _say_published(settings, quarter, before)
        return PUBLISHED
    return _explain_failure(settings, quarter, withhold, result)


def _release_alone(
    instance: dg.DagsterInstance, settings: Settings, quarter: Quarter, config: dict[str, object]
) -> dg.ExecuteInProcessResult:
    """A red topic stops the job's own release step; an operator who withholds that topic asks the gate again without it."""
    import dagster as dg

    from sendjc_pipeline.orchestration.home import Home
    from sendjc_pipeline.orchestration.release_asset import release

    return dg.materialize(
        [release], partition_key=quarter.start.isoformat(), instance=instance, resources={"home": Home(path=str(settings.home))},
        run_config=_run_config(config), raise_on_error=False,
    )  # fmt: skip


def _run_config(config: dict[str, object]) -> dict[str, object]:
    """The release's configuration; the console stays quiet, for the listener says what a person needs and the instance keeps the log."""
    return {
        "ops": {"published__release": {"config": config}},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }


def _reason(settings: Settings, quarter: Quarter) -> str:
    return (
        "first publication"
        if ledger.newest(settings, quarter) is None
        else "new or corrected submissions, or a new version of the code"
    )


def _say_published(settings: Settings, quarter: Quarter, before: ledger.Release | None) -> None:
    release = ledger.newest(settings, quarter)
    assert release is not None  # a job that succeeded has published or found what stands
    print_headline(release)
    fresh = "published" if before is None or release.release_id != before.release_id else "unchanged"
    console.print(f"[bold]{release.release_id}[/bold] {fresh}: {release.folder}")


def _explain_failure(
    settings: Settings, quarter: Quarter, withhold: list[str], result: dg.ExecuteInProcessResult
) -> int:
    path = warehouse_path(settings, quarter)
    against = []
    if path.is_file():
        con = connect(path, read_only=True, settings=settings)
        try:
            against = gate.objections(con, quarter.label, required_checks(project.manifest()), withhold)
        finally:
            con.close()
    if against:
        errors.print(
            f"[bold red]{quarter} refused by the gate[/bold red]: {len(against)} checks are red. The release before it still stands."
        )
        for objection in against:
            errors.print(f"  {objection}", markup=False)
        return REFUSED
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            cause = error.cause or error if error else None
            errors.print(f"{event.step_key} failed: {cause.message.strip() if cause else 'no message'}", markup=False)
    return FAILED


class _dagster_home:  # noqa: N801  used as a statement
    """Set DAGSTER_HOME to the home's own instance, made from the project's dagster.yaml, so that the run shows in the UI."""

    def __init__(self, settings: Settings) -> None:
        self.folder = settings.home / "dagster"

    def __enter__(self) -> None:
        self.before = os.environ.get("DAGSTER_HOME")
        self.folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(project.ROOT / "dagster.yaml", self.folder / "dagster.yaml")
        os.environ["DAGSTER_HOME"] = str(self.folder)

    def __exit__(self, *_: object) -> None:
        if self.before is None:
            os.environ.pop("DAGSTER_HOME", None)
        else:
            os.environ["DAGSTER_HOME"] = self.before
