"""How a value, a status and a verdict are said; the same on every page, in the board summary and in the dictionary.

Belongs here: words and number formats (GOV.UK style: figures with thousands commas, no space before %). Words to avoid are in docs/glossary.md.
"""

from __future__ import annotations

import re
from datetime import date

from sendjc_pipeline.reporting import Quarter

_DECIMALS = dict.fromkeys(("count", "gbp", "items", "services", "posts", "teams", "places"), 0)
_AFTER = {"pct": "%", "weeks": " weeks", "pp": " points", "pct_change": "%", "fte": " full-time posts"}

BRAG = {
    "blue": ("Blue", "closed: met, and approved to close"),
    "green": ("Green", "met, or on its way to the target"),
    "amber": ("Amber", "within tolerance of where it should be"),
    "red": ("Red", "further from the target than the tolerance allows"),
    "grey": ("Grey", "not due to start"),
    "not_rated": ("Not rated", "there is no number to be rated against, or the figure is not good enough to be rated"),
    "not_stated": ("Not stated", "no rating was recorded"),
}

# As metric_quarterly says it: `unreliable, grade D by completeness 40 %: of what was due ...`, alone or after another reason.
_GRADED = re.compile(
    r"(?:; )?(?:unreliable, )?grade [A-D] by (?P<score>[a-z]+)(?: (?P<share>\d+) %)?(?:: (?P<of>.*))?$"
)

GRADES = {"A": "very good", "B": "good", "C": "usable with care", "D": "not reliable"}

VARIATION = {
    "common_cause": ("~ steady", "no real change: moving as it usually does"),
    "improving_high": ("▲ better", "getting better: higher than chance explains"),
    "improving_low": ("▼ better", "getting better: lower than chance explains"),
    "concerning_high": ("▲ worse", "getting worse: higher than chance explains"),
    "concerning_low": ("▼ worse", "getting worse: lower than chance explains"),
    "special_high": ("▲ high", "higher than chance explains"),
    "special_low": ("▼ low", "lower than chance explains"),
}

ASSURANCE = {
    "consistently_passes": ("P passes", "will keep meeting the target unless something changes"),
    "consistently_fails": ("F fails", "will keep missing the target unless something changes"),
    "hit_or_miss": ("? hit or miss", "will sometimes meet and sometimes miss the target"),
}


def value(number: float, unit: str) -> str:
    """A number with its unit: 1,229 · 47.9% · 20.3 weeks · £12,300 · 3.2."""
    decimals = _DECIMALS.get(unit, 1)
    text = f"{number:,.{decimals}f}"
    return f"£{text}" if unit == "gbp" else f"{text}{_AFTER.get(unit, '')}"


def day(when: date) -> str:
    """31 July 2024."""
    return f"{when.day} {when:%B %Y}"


def quarter(label: str) -> str:
    """2024-25-Q4 as January to March 2025."""
    of = Quarter.parse(label)
    return f"{of.start:%B} to {of.end:%B %Y}"


def month(label: str) -> str:
    """2025-03 as March 2025."""
    return f"{date.fromisoformat(f'{label}-01'):%B %Y}"


def absence(suppression: str, status: str) -> str:
    """One or two words for why a cell has no value."""
    if suppression in ("primary", "secondary"):
        return "Hidden"
    return {"withheld": "Withheld", "not_supplied": "Not supplied"}.get(status, "No figure")


HIDDEN = "Hidden: it tells of so few children that one of them might be recognised, or another hidden figure could be worked out from it."
ROUNDED = "Counts are rounded to the nearest 5, so that they may not add up, nor agree to the child with a measure's own page."


def why_missing(suppression: str, status: str, reason: str | None) -> str:
    """Why there is no value, as a sentence."""
    if suppression == "primary":
        return "Hidden: it tells of so few children that one of them might be recognised."
    if suppression == "secondary":
        return "Hidden: if it were shown, another hidden figure could be worked out from it."
    said = (_GRADED.sub("", reason or "") or "nothing is known of why").rstrip(".")
    return {"withheld": "Withheld: ", "not_supplied": "Not supplied: "}.get(status, "No figure: ") + said + "."


def weakness(reason: str) -> str:
    """What speaks against a figure: its lowest score in words, and what else the reason says."""
    found = _GRADED.search(reason)
    if found is None:
        return reason.rstrip(".")
    score, share, of = found["score"], found["share"], (found["of"] or "").rstrip(".")
    said = f"for its {score}"
    if share:
        said += f": {share}% {of}" if of.startswith("of ") else f" ({share} of 100): {of}"
    rest = _GRADED.sub("", reason).rstrip(".")
    return f"{said}; {rest}" if rest else said


def within(name: str) -> str:
    """A name as it stands inside a sentence: Speech and language therapy as speech and language therapy, SEN2 return as it is."""
    first, _, rest = name.partition(" ")
    return f"{first.lower()} {rest}".strip() if first.istitle() and not rest[:1].isupper() else name


def sentence(text: str) -> str:
    """The text with a capital letter and one full stop."""
    text = text.strip().rstrip(".")
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def in_order(name: str) -> list[tuple[int, str]]:
    """What sorts names as a reader would: 5-10 before 11-15, and Year 9 before Year 10."""
    return [(int(part), "") if part.isdigit() else (-1, part.lower()) for part in re.split(r"(\d+)", name) if part]


def spaced(code: str) -> str:
    """A code of ours in words: community_paediatrics as Community paediatrics."""
    text = code.replace("_", " ")
    return text[:1].upper() + text[1:]


def axis(unit: str) -> str:
    """What an axis counts."""
    return {"pct": "%", "count": "Number", "gbp": "£", "weeks": "Weeks"}.get(unit, spaced(unit))


# What can have changed a published cell (docs/releases.md), as a reader would say it.
CHANGES = {
    "late data": "a file that came late",
    "correction": "a corrected file",
    "submission taken back": "a file taken back",
    "rule change": "our own code or rules changed",
    "verdicts or opt-outs": "reviewers decided on links, or children opted out",
    "postcode directory": "another edition of the postcode directory",
    "first publication": "new in this release",
    "disclosure": "hidden now, or shown now, by the rule for small numbers",
    "freeze": "provisional became final",
    "topic withheld or let go": "held back, or let go, by the operator",
    "no recorded cause": "no cause was recorded",
}

CAUSES = {
    "none": "",
    "outside_limits": "outside the limits",
    "trend": "seven points in one direction",
    "two_of_three": "two of three near a limit",
    "shift": "seven points on one side of the mean",
}


def shortened(text: str, most: int) -> str:
    """The text in at most `most` characters, cut at a word and marked as cut."""
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + "…"
