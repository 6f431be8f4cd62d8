"""Words that the name of a file, a sheet or an element may hold and still be shown.

Belongs here: which words those are. Does not belong here: what is shown in place of a name with another word. A child's name cannot be told
from any other word, so only known ones are shown: those of the declarations and their descriptions, and a few that people put into names of
files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import yaml

from sendjc_pipeline.feeds.library import load, names
from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.feeds.partners import kinds

_EVERYDAY = """
january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec
monday tuesday wednesday thursday friday saturday sunday spring summer autumn winter year years month months week weeks day days term
quarter quarterly annual annually monthly weekly daily date dated am pm
export exported extract extracted upload download final draft copy copies return returns report reports data dataset submission submitted
resubmission resubmitted correct corrected correction mended revised revision amended updated update new old older newer latest last first
second third version test sheet sheets book workbook worksheet file files folder list lists table tables template example full all part
page signed off sent send received ready read unread clean bad broken good wrong empty blank missing extra other unknown more many few
big small large one two three four five of and the in on to for from by with without not no yes is are
csv tsv txt xlsx xlsm xls ods xml zip json pdf utf bom ansi text plain
local national authority council trust board school schools pupil pupils child children patient patients person people team service
summary note notes opt opted out outs onspd nspl uk cover index contents blade collect worklist england nhs dfe ons icb ics cyp send eh ehc ehcp ehcps las la
"""
_WORD = re.compile(r"[^\W\d_]+")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
# A day without signs has eight digits, and an NHS number or a ULN ten.
_LONGEST_NUMBER = 8


def is_known(name: str, likely: str = "") -> bool:
    """Whether every word of a name is known, and no number in it is long. Words may be run together with capitals, as in SenNeed.

    `likely` is the feed whose words are tried before those of all feeds, which take 0.1 s to gather; it changes no answer.
    """
    return all(
        len(token) <= _LONGEST_NUMBER if token[0].isdigit() else _is_known_word(token, likely)
        for token in _TOKEN.findall(name)
    )


def _is_known_word(word: str, likely: str) -> bool:
    few = _everyday() | _declared_by(likely) if likely in names() else _everyday()
    return len(word) == 1 or _is_among(word, few) or _is_among(word, _all())


def _is_among(word: str, known: frozenset[str]) -> bool:
    return word.lower() in known or all(part.lower() in known for part in _PART.findall(word) or [word])


@cache
def _everyday() -> frozenset[str]:
    return _words_in([_EVERYDAY])


@cache
def _all() -> frozenset[str]:
    listed = yaml.safe_load(Path(__file__).with_name("partners.yaml").read_text(encoding="utf-8"))
    partners = [*kinds(), *(text for members in listed.values() for text in members.values())]
    return _everyday().union(_words_in(partners), *map(_declared_by, names()))


@cache
def _declared_by(feed: str) -> frozenset[str]:
    return _words_in(_texts(load(feed)))


def _words_in(texts: Iterable[str]) -> frozenset[str]:
    found = (part for text in texts for part in _WORD.findall(text))
    return frozenset(word.lower() for part in found for word in (part, *_PART.findall(part)))


def _texts(feed: Feed) -> Iterator[str]:
    yield from (feed.name, feed.title, feed.description, *feed.specs, *feed.ignored_files)
    for table in feed.tables.values():
        yield from (table.name, table.description, *table.file, *table.ignored)
        for column in table.columns:
            yield from (column.name, column.description, *column.renamed.values(), *column.also_called)
