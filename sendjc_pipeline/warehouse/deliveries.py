"""What a quarter's warehouse is built from: submissions with what became of them. Records only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sendjc_pipeline.identity.linked_by import NOTHING, LinkedBy
from sendjc_pipeline.identity.postcode_directory import Directory
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.submissions.intake import Receipt
from sendjc_pipeline.submissions.manifest import Submission


@dataclass(frozen=True)
class Delivery:
    """One submission with what became of it, and whether the quarter's figures use it: not without a sharing agreement."""

    submission: Submission
    receipt: Receipt
    is_selected: bool


@dataclass(frozen=True)
class QuarterInputs:
    """All that a quarter's warehouse is a function of, beside the code and the seeds.

    `linked_by` is what tells who is who and who opted out; `places` is the postcode directory. Both are empty where only some feeds were asked for.
    """

    quarter: Quarter
    known_at: date
    deliveries: Sequence[Delivery]
    linked_by: LinkedBy = NOTHING
    places: Directory | None = None

    def accepted(self, feed: str) -> list[Delivery]:
        """The deliveries of a feed that the quarter uses."""
        return [
            d for d in self.deliveries if d.is_selected and d.submission.feed == feed and d.receipt.status == "accepted"
        ]
