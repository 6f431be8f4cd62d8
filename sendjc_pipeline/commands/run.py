"""`sendjc run`: the quarterly job in this process, with progress, and an exit code that a scheduler can act on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sendjc_pipeline import feeds
from sendjc_pipeline.commands.console import Listener, console, errors, print_json, stopwatch
from sendjc_pipeline.commands.headline import print_headline
from sendjc_pipeline.commands.releases import publish_to
from sendjc_pipeline.identity.keyring import last_rotation
from sendjc_pipeline.identity.keys_in_force import keys_in_force
from sendjc_pipeline.quality import gate
from sendjc_pipeline.quality.checks import passed_over, require_topics
from sendjc_pipeline.quality.judge import inputs_fingerprint, read_provenance, required_checks
from sendjc_pipeline.quality.seeds_check import require_sound
from sendjc_pipeline.release import ledger
from sendjc_pipeline.release.postgres import require_address
from sendjc_pipeline.release.publish import point_forward
from sendjc_pipeline.reporting import FIRST_QUARTER, Quarter
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions import ledger as arrivals
from sendjc_pipeline.warehouse import project
from sendjc_pipeline.warehouse.build import warehouse_path
from sendjc_pipeline.warehouse.connection import connect
from sendjc_pipeline.warehouse.gather import gather
from sendjc_pipeline.warehouse.lock import only_one

PUBLISHED, FAILED, REFUSED = 0, 1, 3


@dataclass(frozen=True)
class Order:
    """What to run: a quarter as known at a day, and how to publish it.

    `record` keeps the run in the home's Dagster history; `publish_to` names a database. With `as_json` standard output is one JSON object, and
    progress goes to standard error.
    """

    quarter: Quarter
    known_at: date
    withhold: tuple[str, ...] = ()
    reason: str = ""
    force: bool = False
    record: bool = False
    publish_to: str | None = None
    as_json: bool = False


def today() -> date:
    """The day in London: the one place where a command asks the clock."""
    return datetime.now(ZoneInfo("Europe/London")).date()


def run_quarter(settings: Settings, order: Order) -> int:
    """Run the quarter and print its headline; return 0 published (or nothing new), 3 refused by the gate, 1 any other failure.

    What stands afterwards is loaded into the database of the order, if it names one.

    Raises:
        SendjcError: no key, an unfinished quarter, a seed at fault, an unknown topic, another run under way, or a database that does not take the
            release.
    """
    if order.publish_to is None:
        return _run_quarter(settings, order)
    require_address(order.publish_to)
    code = _run_quarter(settings, order)
    newest = ledger.newest(settings, order.quarter)
    if code == PUBLISHED and newest is not None:
        publish_to(settings, order.publish_to, newest.release_id, says=not order.as_json)
    return code


def _run_quarter(settings: Settings, order: Order) -> int:
    if order.quarter < FIRST_QUARTER:
        raise SendjcError(f"{order.quarter} is too early: the first quarter that can be run is {FIRST_QUARTER}.")
    if order.quarter.end >= order.known_at:
        raise SendjcError(f"{order.quarter} ends on {order.quarter.end}: it cannot be known on {order.known_at}.")
    if order.known_at > today():
        raise SendjcError(f"{order.known_at} is still to come: nothing can be known on it yet.")
    keys_in_force(settings)
    require_sound()
    require_topics(project.manifest(), order.withhold)
    _require_submissions(settings, order)
    with only_one(settings, "run"):
        listener = stopwatch(errors if order.as_json else console)
        standing = None if order.force or order.withhold else _nothing_new(settings, order)
        if standing is not None:
            listener(
                f"nothing new since {standing.release_id}: the same submissions, verdicts, opt-outs, places, code and seeds"
            )
            _say_published(settings, order, standing)
            return PUBLISHED
        return _run_job(settings, order, listener)


def _require_submissions(settings: Settings, order: Order) -> None:
    """A quarter for which nobody had sent anything has no figures; publishing none would take the place of some."""
    person_level = [name for name in feeds.names() if feeds.load(name).is_person_level]
    if not any(arrivals.current(settings, feed, order.quarter, order.known_at) for feed in person_level):
        raise SendjcError(f"No partner had sent anything for {order.quarter} by {order.known_at}; see `sendjc status`.")


def _nothing_new(settings: Settings, order: Order) -> ledger.Release | None:
    """The newest release of the quarter, if these very inputs and this very code gave its figures and its warehouse is still as judged."""
    newest = ledger.newest(settings, order.quarter)
    if newest is None or not warehouse_path(settings, order.quarter).is_file() or ledger.current(settings) is None:
        return None
    inputs = inputs_fingerprint(gather(settings, order.quarter, order.known_at))
    if newest.manifest()["withheld_topics"] or ledger.made_of(settings, newest)["inputs_fingerprint"] != inputs:
        return None
    if _objections(settings, order) or not _is_built_of(settings, order, inputs):
        return None
    point_forward(settings, newest)  # a process killed after the rename left the pointer behind
    return newest


def _objections(settings: Settings, order: Order) -> list[gate.Objection]:
    manifest = project.manifest()
    con = connect(warehouse_path(settings, order.quarter), read_only=True, settings=settings)
    try:
        return gate.objections(
            con, order.quarter.label, required_checks(manifest), passed_over(manifest, order.withhold)
        )
    finally:
        con.close()


def _is_built_of(settings: Settings, order: Order, inputs: str) -> bool:
    """Whether the warehouse is of these inputs too, and in the present keys."""
    con = connect(warehouse_path(settings, order.quarter), read_only=True, settings=settings)
    try:
        built_of = read_provenance(con)
        return bool(
            built_of["inputs_fingerprint"] == inputs and built_of.get("key_rotation", "") == last_rotation(settings)
        )
    finally:
        con.close()


def _run_job(settings: Settings, order: Order, listener: Listener) -> int:
    from sendjc_pipeline.commands.job import (
        execute,
    )  # Dagster takes seconds to import, and a run with nothing new needs none of it

    before = ledger.newest(settings, order.quarter)
    failures = execute(settings, order, listener)
    if failures is None:
        _say_published(settings, order, before)
        return PUBLISHED
    against = _objections(settings, order) if warehouse_path(settings, order.quarter).is_file() else []
    if order.as_json:
        _as_json(REFUSED if against else FAILED, order, None, red=[str(o) for o in against], failures=failures)
    if against:
        errors.print(
            f"{order.quarter} refused by the gate: {len(against)} checks are red. The release before it still stands.",
            markup=False,
        )
        for objection in against:
            errors.print(f"  {objection}", markup=False)
        return REFUSED
    for failure in failures:
        errors.print(failure, markup=False)
    return FAILED


def _say_published(settings: Settings, order: Order, before: ledger.Release | None) -> None:
    release = ledger.newest(settings, order.quarter)
    assert release is not None  # a job that succeeded has published or found what stands
    is_fresh = before is None or release.release_id != before.release_id
    if order.as_json:
        _as_json(PUBLISHED, order, release, is_new=is_fresh)
        return
    print_headline(release)
    console.print(f"[bold]{release.release_id}[/bold] {'published' if is_fresh else 'unchanged'}: {release.folder}")
    if is_fresh and before is not None:
        told = release.manifest()
        causes = ", ".join(f"{count:,} for {cause}" for cause, count in told["changed_cells"].items()) or "none"
        console.print(
            f"{told['kind']} (frozen on {told['freeze']}, restated on {told['restatement']}); cells that changed: {causes}.",
            markup=False,
        )


def _as_json(code: int, order: Order, release: ledger.Release | None, **more: object) -> None:
    """One object: exit code and quarter; of a release its id, folder, kind, reason and changed cells; of a failure the red checks and failed steps."""
    told: dict[str, object] = {"exit_code": code, "quarter": order.quarter.label, "known_at": order.known_at}
    if release is not None:
        manifest = release.manifest()
        told |= {"release_id": release.release_id, "folder": release.folder}
        told |= {name: manifest.get(name) for name in ("kind", "stage", "reason", "changed_cells", "withheld_topics")}
    print_json(told | more)
