"""The one job, its schedule and its sensor."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime

import dagster as dg

from sendjc_pipeline import feeds
from sendjc_pipeline.identity import opt_out
from sendjc_pipeline.identity.decisions import in_force
from sendjc_pipeline.orchestration.home import Home
from sendjc_pipeline.orchestration.partitions import LONDON, quarters
from sendjc_pipeline.reporting import Quarter, last_complete, period
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions import withdrawal
from sendjc_pipeline.submissions.ledger import all_submissions
from sendjc_pipeline.submissions.manifest import Submission

quarterly_job = dg.define_asset_job(
    "quarterly_job", selection=dg.AssetSelection.all(),
    description="Everything for one quarter: partner files in, a gated release out.",
)  # fmt: skip


@dg.schedule(
    job=quarterly_job, cron_schedule="0 6 15 1,4,7,10 *", execution_timezone="Europe/London",
    description="The last complete quarter, on the 15th of the month after it ended.",
)  # fmt: skip
def quarterly_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Request the quarter that ended last."""
    key = quarters.get_partition_keys(current_time=context.scheduled_execution_time)[-1]
    return dg.RunRequest(run_key=key, partition_key=key)


@dg.schedule(
    job=quarterly_job, cron_schedule="0 6 7 2,5,8,11 *", execution_timezone="Europe/London",
    description="The quarter that ended eighteen weeks ago, for its restatement (domain rule 7.9).",
)  # fmt: skip
def restatement_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Request the newest quarter whose restatement is due; the 7th comes after it in every month of the schedule."""
    day = context.scheduled_execution_time.astimezone(LONDON).date()
    due = last_complete(day)
    while due.restatement > day:
        due = due.shift(-1)
    key = due.start.isoformat()
    return dg.RunRequest(run_key=f"restatement {key}", partition_key=key)


def quarters_to_run(
    submissions: Iterable[Submission], now: datetime, decided: Sequence[str] = ()
) -> dict[Quarter, str]:
    """For each finished quarter that has submissions: a hash of their content ids.

    The hash, not a clock, tells what is new: a file with an old date is still found, the same bytes never run twice, and a corrected file always
    does, though Dagster remembers a run key for ever. What is bound to no quarter, a publisher's file and what was `decided` of children,
    belongs to the last complete one: older releases stand until somebody runs them again.
    """
    complete = last_complete(now.astimezone(LONDON).date())
    found: dict[Quarter, list[str]] = {}
    for submission in submissions:
        bound = feeds.load(submission.feed).period_bound
        quarter = Quarter.containing(period(submission.period).end) if bound else complete
        if quarter <= complete:
            found.setdefault(quarter, []).append(_state(submission))
    if complete in found:
        found[complete] += decided
    return {q: hashlib.sha256("|".join(sorted(ids)).encode()).hexdigest()[:16] for q, ids in sorted(found.items())}


def _state(submission: Submission) -> str:
    """What of a submission decides figures: its content, and whether it was taken back."""
    note = withdrawal.read(submission.folder)
    return f"{submission.submission_id} withdrawn {note.at}" if note else submission.submission_id


def decided_of_children(settings: Settings, day: date) -> list[str]:
    """What stands on a day beside submissions and decides figures: lists of opt-outs, and what reviewers agree on."""
    verdicts = in_force(settings, day)
    return [batch.batch_id for batch in opt_out.standing(settings, day)] + ([verdicts] if verdicts else [])


@dg.sensor(
    job=quarterly_job, minimum_interval_seconds=60,
    description="A quarter is run again when the set of its submissions, told by content, has changed; the last complete one also when an"
    " opt-out or a decision of two reviewers is new.",
)  # fmt: skip
def submission_sensor(context: dg.SensorEvaluationContext, home: Home) -> dg.SensorResult:
    """Request every quarter whose submissions differ from those of the last tick."""
    seen: dict[str, str] = json.loads(context.cursor) if context.cursor else {}
    settings, at = home.settings(), datetime.now(LONDON)
    now = quarters_to_run(all_submissions(settings), at, decided_of_children(settings, at.date()))
    requests = [
        dg.RunRequest(run_key=f"{quarter.label}:{content}", partition_key=quarter.start.isoformat())
        for quarter, content in now.items()
        if seen.get(quarter.label) != content
    ]
    cursor = json.dumps({**seen, **{quarter.label: content for quarter, content in now.items()}}, sort_keys=True)
    return dg.SensorResult(run_requests=requests, cursor=cursor)
