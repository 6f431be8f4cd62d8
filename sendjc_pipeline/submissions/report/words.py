"""Plain words for what the intake's codes mean, as a data officer reads them. Words only; no counting, no layout."""

from __future__ import annotations

# Outcome -> (of a row, of a whole file).
_EFFECTS = {
    "reject_file": ("file refused", "file refused"),
    "quarantine_row": ("row kept out", "file refused"),
    "warn": ("row counts; please check", "file counts; please check"),
}
OUTCOMES = tuple(_EFFECTS)
CATEGORIES = {
    "blank": "left blank",
    "wrong_format": "wrong format",
    "bad_value": "value not allowed",
    "inconsistent": "does not fit the rest",
    "duplicate": "sent more than once",
    "orphan": "the row above it is missing",
}
WARNED_AND_OUT = "please check; kept out for another reason"
WHOLE_FILE = "the file as a whole"
CONSEQUENCE = "follows from another row"


def effect(outcome: str, *, of_file: bool) -> str:
    """What an outcome means for the row, or for the file."""
    return _EFFECTS[outcome][of_file]


def count(number: int, thing: str) -> str:
    """A number with its thing, such as '1 row' or '1,204 rows'."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def share(part: int, whole: int) -> float:
    """The part in per cent of the whole, with one decimal; 0.0 and 100.0 are kept for nothing and for all of it."""
    if part in (0, whole):
        return 100.0 if part else 0.0
    return min(max(round(100 * part / whole, 1), 0.1), 99.9)
