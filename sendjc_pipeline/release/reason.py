"""Why a release exists, in words: what makes its figures other than those of the release before.

Belongs here: the reason that a release gives where nobody gave one. Does not belong here: why a single cell changed (causes.py).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sendjc_pipeline.quality.judge import changed_parts
from sendjc_pipeline.release import ledger
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings


def reason_of(settings: Settings, quarter: Quarter, withheld: Collection[str], provenance: Mapping[str, Any]) -> str:
    """The reason of the quarter's next release, made of `provenance` and without the topics `withheld`."""
    if withheld:
        return f"published without {', '.join(sorted(withheld))}, whose checks are red"
    earlier = [release for release in ledger.all_releases(settings) if release.quarter == quarter]
    if not earlier:
        return "first publication"
    before = ledger.made_of(settings, ledger.newest(settings, quarter) or earlier[-1])
    back = sorted(before.get("withheld_topics", ()))
    told = [f"published with {', '.join(back)} again"] * bool(back) + changed_parts(before, provenance)
    return "; ".join(told) or "published again"
