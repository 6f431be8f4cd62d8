"""Which deliveries a quarter is built from: selected by (quarter, known_at) alone, each read and ruled on once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sendjc_pipeline import feeds
from sendjc_pipeline.identity.agreements import may_be_used
from sendjc_pipeline.identity.linked_by import standing
from sendjc_pipeline.identity.postcode_directory import loaded
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions import intake, ledger
from sendjc_pipeline.submissions.manifest import Submission
from sendjc_pipeline.submissions.receipt import Receipt
from sendjc_pipeline.warehouse.deliveries import Delivery, QuarterInputs


def gather(settings: Settings, quarter: Quarter, known_at: date, only: Sequence[str] | None = None) -> QuarterInputs:
    """Accept whatever has not been accepted yet and return the quarter's deliveries, in a fixed order; of all feeds, with what identity knows.

    Accepting is idempotent and keyed by content and declaration, so a second call reads receipts only. What came without a sharing
    agreement is listed and not selected.
    """
    deliveries = [
        Delivery(submission, intake.accept(settings, submission), is_selected=_may_be_used(submission))
        for feed in (feeds.names() if only is None else only)
        for submission in ledger.current(settings, feed, quarter, known_at)
    ]
    deliveries.sort(
        key=lambda d: (d.submission.feed, d.submission.partner, d.submission.period, d.submission.submission_id)
    )
    if only is not None:
        return QuarterInputs(quarter, known_at, deliveries)
    return replace(known_beside(settings, quarter, known_at), deliveries=deliveries)


def known_beside(settings: Settings, quarter: Quarter, known_at: date) -> QuarterInputs:
    """What a quarter rests on beside its deliveries: everything received of persons, verdicts, opt-outs, places. Nothing is accepted or read."""
    person_level = [name for name in feeds.names() if feeds.load(name).is_person_level]
    history = [submission.submission_id for submission in ledger.received(settings, person_level, known_at)]
    return QuarterInputs(quarter, known_at, (), standing(settings, history, known_at), loaded(settings))


def _may_be_used(submission: Submission) -> bool:
    return may_be_used(submission.partner, submission.feed, submission.received_at.date())


def gather_history(settings: Settings, known_at: date, only: Sequence[str]) -> list[tuple[Submission, Receipt]]:
    """Everything that some feeds had brought by a date and that was not withdrawn, with what became of it, in a fixed order.

    Identity needs more than the quarter's own deliveries: a child keeps the key that its first record gave it.
    """
    found = ledger.received(settings, only, known_at)
    found.sort(
        key=lambda submission: (submission.feed, submission.partner, submission.period, submission.submission_id)
    )
    return [(submission, intake.accept(settings, submission)) for submission in found]
