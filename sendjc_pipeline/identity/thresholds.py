"""From which probability on two records are linked, reviewed or in doubt: seeds/reference/match_threshold.csv."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sendjc_pipeline.settings import SendjcError

SEED = Path(__file__).resolve().parents[2] / "seeds" / "reference" / "match_threshold.csv"


@dataclass(frozen=True)
class Thresholds:
    """Probabilities of one child, and the margin in bits of match weight."""

    link: float
    review: float
    doubt: float
    margin: float

    @property
    def link_weight(self) -> float:
        """The match weight at `link`."""
        return weight_of(self.link)

    @property
    def review_weight(self) -> float:
        """The match weight at `review`."""
        return weight_of(self.review)


def weight_of(probability: float) -> float:
    """The match weight (log2 of the odds) of a probability."""
    return math.log2(probability / (1 - probability))


def thresholds(on: date, path: Path = SEED) -> Thresholds:
    """The thresholds in force on a day.

    Raises:
        SendjcError: the seed is missing, lacks one, or has them out of order.
    """
    if not path.is_file():
        raise SendjcError(f"The seed {path.name} is missing from seeds/reference: restore it from version control.")
    with path.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["valid_from"])
    found = {row["threshold"]: float(row["value"]) for row in rows if date.fromisoformat(row["valid_from"]) <= on}
    names = ("link", "review", "doubt", "margin")
    if not set(names) <= set(found) or not 0 < found["review"] <= found["link"] <= found["doubt"] < 1:
        raise SendjcError(
            f"{path.name} must give link, review, doubt and margin, with 0 < review <= link <= doubt < 1: correct the rows."
        )
    return Thresholds(**{name: found[name] for name in names})
