"""Which deliveries a quarter is built from: selected by (quarter, known_at) alone, each read and ruled on once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sendjc_pipeline import feeds
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions import intake, ledger
from sendjc_pipeline.warehouse.deliveries import Delivery, QuarterInputs


def gather(settings: Settings, quarter: Quarter, known_at: date, only: Sequence[str] | None = None) -> QuarterInputs:
    """Accept whatever has not been accepted yet and return the quarter's deliveries, in a fixed order.

    Accepting is idempotent and keyed by content and declaration, so a second call reads receipts only.
    """
    deliveries = [
        Delivery(submission, intake.accept(settings, submission), is_selected=True)
        for feed in (feeds.names() if only is None else only)
        for submission in ledger.current(settings, feed, quarter, known_at)
    ]
    deliveries.sort(
        key=lambda d: (d.submission.feed, d.submission.partner, d.submission.period, d.submission.submission_id)
    )
    return QuarterInputs(quarter, known_at, deliveries)
