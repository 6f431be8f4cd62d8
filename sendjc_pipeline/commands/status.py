"""`sendjc status`: what was sent and what counts, who has not sent, what is other since the last release, and the releases."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from sendjc_pipeline import feeds
from sendjc_pipeline.commands.console import console, show
from sendjc_pipeline.identity import opt_out
from sendjc_pipeline.identity.agreements import may_be_used
from sendjc_pipeline.identity.keyring import last_rotation
from sendjc_pipeline.quality.judge import PART_WORDS, changed_parts, input_parts
from sendjc_pipeline.release import ledger as releases
from sendjc_pipeline.reporting import Quarter, period
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions import intake, ledger, withdrawal
from sendjc_pipeline.submissions.expected import missing
from sendjc_pipeline.submissions.manifest import Submission
from sendjc_pipeline.submissions.receipt import Receipt
from sendjc_pipeline.warehouse.gather import known_beside

Line = dict[str, object]


@dataclass(frozen=True)
class _News:
    """What makes a quarter new: how many submissions differ, and what else."""

    quarter: Quarter
    submissions: int
    others: list[str]


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
            "changed_since_release": [{"quarter": str(n.quarter), "submissions": n.submissions, "others": n.others} for n in news],
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
    for found in news:
        changed = ", ".join([f"{found.submissions} submissions"] * bool(found.submissions) + found.others)
        console.print(
            f"{found.quarter}: changed since its release: {changed}; `sendjc run --quarter {found.quarter}` takes it in."
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


def _news(settings: Settings, today: date) -> list[_News]:
    """What is other today than when the figures of each quarter's newest release came about; a quarter of which nothing is, is left out."""
    found = []
    for quarter in sorted({release.quarter for release in releases.all_releases(settings)}):
        release = releases.newest(settings, quarter)
        if release is None:
            continue
        made_of = releases.made_of(settings, release)
        used = {entry["submission_id"] for entry in made_of["submissions"] if entry["used"]}
        now = {
            submission.submission_id
            for feed in feeds.names()
            for submission in ledger.current(settings, feed, quarter, today)
            if _is_agreed(submission)
        }
        beside = {
            "inputs": input_parts(known_beside(settings, quarter, today)),
            "key_rotation": last_rotation(settings),
        }
        # Submissions are compared above: what is known beside them reads none.
        told = {PART_WORDS["submissions"]} | ({PART_WORDS["history"]} if used != now else set())
        others = [other for other in changed_parts(made_of, beside) if other not in told]
        if used != now or others:
            found.append(_News(quarter, len(used ^ now), others))
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
