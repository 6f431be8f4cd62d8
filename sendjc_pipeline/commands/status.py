"""`sendjc status`: what was sent and what counts, who has not sent, what came since the last release, and the releases."""

from __future__ import annotations

import json
from datetime import date

from sendjc_pipeline import feeds
from sendjc_pipeline.commands.console import console, show
from sendjc_pipeline.identity import opt_out
from sendjc_pipeline.identity.agreements import may_be_used
from sendjc_pipeline.release import ledger as releases
from sendjc_pipeline.reporting import Quarter, period
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions import intake, ledger, withdrawal
from sendjc_pipeline.submissions.expected import missing
from sendjc_pipeline.submissions.manifest import Submission
from sendjc_pipeline.submissions.receipt import Receipt

Line = dict[str, object]


def status(settings: Settings, today: date, as_json: bool) -> None:
    """Print it all, or the same as JSON.

    Raises:
        SendjcError: there is no such home.
    """
    if not settings.home.is_dir():
        raise SendjcError(f"there is no home at {settings.home}: check --home or SENDJC_HOME.")
    submissions = ledger.all_submissions(settings)
    counting = ledger.standing(settings, today)
    lines = [_line(settings, s, s.submission_id in counting) for s in sorted(submissions, key=_order)]
    kept = [s for s in submissions if withdrawal.read(s.folder) is None]
    latest = max((_quarter(s) for s in kept if feeds.load(s.feed).period_bound), default=None)
    absent = missing(latest, kept) if latest else []
    news = _news(settings, today)
    opt_outs = opt_out.standing(settings, today)
    if as_json:
        console.print_json(json.dumps({
            "submissions": lines,
            "missing": [{"quarter": str(latest), "partner": partner, "feed": feed} for partner, feed in absent],
            "opt_outs": [{"batch": b.batch_id, "applied": f"{b.applied_at:%Y-%m-%d}", "children": b.children} for b in opt_outs],
            "changed_since_release": [{"quarter": quarter, "submissions": count} for quarter, count in news],
            "releases": [release for release, _, _ in _releases(settings)],
            "current": next((release for release, _, state in _releases(settings) if state == "current"), None),
        }))  # fmt: skip
        return
    headers = ["feed", "partner", "period", "spec", "received (UTC)", "status", "rows", "kept out", "submission"]
    show("Submissions", headers, [list(line.values()) for line in lines], right=(6, 7))
    if absent:
        show(f"Not sent yet for {latest}", ["partner", "feed"], absent)
    elif latest:
        console.print(f"Everything due for {latest} has come.")
    if opt_outs:
        listed = sum(batch.children for batch in opt_outs)
        console.print(
            f"{len(opt_outs)} lists of opt-outs stand, {listed:,} NHS numbers; `sendjc opt-out list` shows them."
        )
    for quarter, count in news:
        console.print(
            f"{quarter}: {count} submissions changed since its release; `sendjc run --quarter {quarter}` takes them in."
        )
    show("Releases", ["release", "reason", ""], _releases(settings))


def _quarter(submission: Submission) -> Quarter:
    return Quarter.containing(period(submission.period).end)


def _order(submission: Submission) -> tuple[object, ...]:
    return submission.feed, submission.partner, period(submission.period).end, submission.received_at


def _line(settings: Settings, submission: Submission, is_counting: bool) -> Line:
    folder = intake.accepted_folder(settings, submission)
    receipt = Receipt.read(folder) if (folder / "receipt.json").is_file() else None
    counts = receipt.tables.values() if receipt else ()
    note = withdrawal.read(submission.folder)
    state: str = receipt.status if receipt else "not read yet"
    if note is not None:
        state = f"withdrawn {note.at:%Y-%m-%d}: {note.reason}"
    elif not is_counting:
        state = f"superseded ({state})"
    elif not _is_agreed(submission):
        state = f"left out: no sharing agreement ({state})"
    return {
        "feed": submission.feed,
        "partner": submission.partner,
        "period": submission.period,
        "spec": submission.spec,
        "received_at": f"{submission.received_at:%Y-%m-%d %H:%M}",
        "status": state,
        "rows": sum(c.received for c in counts) if receipt else None,
        "kept_out": sum(c.quarantined for c in counts) if receipt else None,
        "submission": submission.submission_id,
    }


def _is_agreed(submission: Submission) -> bool:
    return may_be_used(submission.partner, submission.feed, submission.received_at.date())


def _news(settings: Settings, today: date) -> list[tuple[str, int]]:
    """The quarters whose newest release rests on other submissions than those that count today, with how many differ."""
    newest = {release.manifest()["quarter"]: release for release in releases.all_releases(settings)}
    found = []
    for quarter, release in sorted(newest.items()):
        used = {entry["submission_id"] for entry in release.manifest()["submissions"] if entry["used"]}
        now = {
            submission.submission_id
            for feed in feeds.names()
            for submission in ledger.current(settings, feed, Quarter.parse(quarter), today)
            if _is_agreed(submission)
        }
        if used != now:
            found.append((str(quarter), len(used ^ now)))
    return found


def _releases(settings: Settings) -> list[tuple[str, str, str]]:
    standing, gone = releases.current(settings), set(releases.withdrawn(settings))
    return [
        (
            r.release_id,
            r.manifest()["reason"],
            "rolled back" if r.release_id in gone else "current" if r == standing else "",
        )
        for r in releases.all_releases(settings)
    ]
