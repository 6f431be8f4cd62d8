"""Are the seeds that people edit sound? Asked before anything is built, so that a slip is told by file and row and not by a red table.

Belongs here: asking each seed's own rules and refusing. The rules are in metric_seeds and plan_seeds.
"""

from __future__ import annotations

from pathlib import Path

from sendjc_pipeline.quality import metric_seeds, plan_seeds
from sendjc_pipeline.quality.seed_file import SeedFault
from sendjc_pipeline.settings import SendjcError
from sendjc_pipeline.warehouse.project import SEEDS


class SeedsAtFault(SendjcError):
    """A seed breaks its rules; the message is the first fault and how many there are."""


def faults(folder: Path = SEEDS) -> list[SeedFault]:
    """Every fault of the measures and of the delivery plans, in the order of the files."""
    return [*metric_seeds.faults(folder), *plan_seeds.faults(folder)]


def require_sound(folder: Path = SEEDS) -> None:
    """Refuse to build from seeds at fault.

    Raises:
        SeedsAtFault: file, row, what is wrong and how to mend it.
    """
    if found := faults(folder):
        others = f" ({len(found) - 1} more faults in the seeds)" if len(found) > 1 else ""
        raise SeedsAtFault(f"{found[0]}{others}")
