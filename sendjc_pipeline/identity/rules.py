"""The match rules, from seeds/reference/match_rule.csv: which exist, on which keys, in which order.

Belongs here: reading the seed and refusing what link.py cannot carry out. Does not belong here: how a rule is carried
out.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sendjc_pipeline.identity.sources import ATTRIBUTES
from sendjc_pipeline.settings import SendjcError

SEED = Path(__file__).resolve().parents[2] / "seeds" / "reference" / "match_rule.csv"

# Uniqueness -> sides on which link.py can carry such a rule out.
_WITHIN = ("education", "health")
_SIDES = {"no_conflict": _WITHIN, "one_per_partner": _WITHIN, "one_each_side": ("between",)}
IDENTIFIERS = ("upn", "nhs_number", "uln")


@dataclass(frozen=True)
class MatchRule:
    """One row of the seed; `keys` are attributes of a child (sources.ATTRIBUTES)."""

    order: int
    method: str
    side: str
    keys: tuple[str, ...]
    uniqueness: str


def match_rules(on: date, path: Path = SEED) -> list[MatchRule]:
    """The rules in force on a day, in order.

    Raises:
        SendjcError: the seed is missing, or has a rule that nothing can carry out.
    """
    if not path.is_file():
        raise SendjcError(f"The seed {path.name} is missing from seeds/reference: restore it from version control.")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if date.fromisoformat(row["valid_from"]) <= on]
    rules = [
        MatchRule(int(row["rule_order"]), row["method"], row["side"], tuple(row["keys"].split("|")), row["uniqueness"])
        for row in rows
    ]
    for rule in rules:
        known_keys = set(rule.keys) <= set(ATTRIBUTES)
        one_identifier = rule.uniqueness != "no_conflict" or (len(rule.keys) == 1 and rule.keys[0] in IDENTIFIERS)
        if rule.side not in _SIDES.get(rule.uniqueness, ()) or not known_keys or not one_identifier:
            raise SendjcError(
                f"Rule {rule.order} ({rule.method}) of {path.name} has a side, keys or a uniqueness that identity does"
                " not know: correct the row."
            )
    return sorted(rules, key=lambda rule: rule.order)
