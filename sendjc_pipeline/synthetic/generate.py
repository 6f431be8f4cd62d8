"""`sendjc synth`: simulate the world once and write what each partner would send for each quarter.

Belongs here: the one public function, and the limits of what may be asked for. Does not belong here: who sends what
(partners).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import SendjcError
from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic import population, postcode_places
from sendjc_pipeline.synthetic import truth as truth_of
from sendjc_pipeline.synthetic.partners import Partners, every_feed
from sendjc_pipeline.synthetic.summary import Summary

Progress = Callable[[str], None]


def _checked(areas: Sequence[str], quarters: Sequence[str | Quarter], scale: float, defects: float) -> list[Quarter]:
    if unknown := sorted(set(areas) - set(cal.AREAS)):
        raise SendjcError(f"There is no synthetic area {', '.join(unknown)}; choose from {', '.join(cal.AREAS)}.")
    wanted = sorted({item if isinstance(item, Quarter) else Quarter.parse(item) for item in quarters})
    first, last = Quarter.parse(cal.FIRST_QUARTER), Quarter.parse(cal.LAST_QUARTER)
    if not areas or not wanted or wanted[0] < first or wanted[-1] > last:
        raise SendjcError(f"Give at least one area, and quarters from {first} to {last}: no others are simulated.")
    if not 0 < scale <= 5 or not 0 <= defects <= 0.5:
        raise SendjcError("The scale must lie above 0 and be at most 5, the defect rate between 0 and 0.5.")
    return wanted


def generate(
    out: Path, seed: int, scale: float, areas: Sequence[str], quarters: Sequence[str | Quarter], truth: Path | None = None,
    defects: float = 0.0, progress: Progress | None = None, feeds: Sequence[str] | None = None,
    *, hard: bool = False, reduced: bool = False,
) -> Summary:  # fmt: skip
    """Write OUT/<partner>/<feed>/<period>/ for every quarter, the directory of their postcodes, and the truth if a folder for it is given.

    The same seed and scale make the same world whichever areas and quarters are asked for, and the same bytes.

    Args:
        out: folder for the partners' files; files of the same names are replaced, others are left alone.
        seed: number that fixes the world.
        scale: share of the published volumes, 1.0 being the real ones.
        areas: area ids.
        quarters: quarters or their labels.
        truth: folder for the truth as Parquet: person, residence, ehc_case, health_referral, record_person,
            expected_metric; and when faults were planted, defects (see planter.LEDGER), family (planter.FAMILY) and impossible_defect
            (feed, partner, period, rule: rules that no row of the submission could break).
        defects: faults to plant per row sent; at most one is put into a family of rows.
        progress: called with one line before each long step.
        feeds: feeds to write; None means every one that can be.
        hard: mistake names, birth dates, addresses and numbers of children as the partners of hard.py do.
        reduced: leave out what seeds/demo does not have: the ten optional tables of CSDS, and the mental-health patients in demographics.

    Raises:
        SendjcError: an unknown area or feed, a quarter outside the simulated years, a scale or rate out of range.

    """
    wanted = _checked(areas, quarters, scale, defects)
    if unknown := sorted(set(feeds or ()) - set(every_feed())):
        raise SendjcError(f"No synthetic partner sends {', '.join(unknown)}; choose from {', '.join(every_feed())}.")
    say = progress or (lambda _: None)
    say("simulating the four areas")
    world = population.build(seed, scale)
    summary = Summary(out)
    postcode_places.write(world.residences["postcode"], out)
    served = [area for area in cal.AREAS if area in areas]
    partners = Partners(world, served, defects, summary, feeds or every_feed(), hard=hard, reduced=reduced)
    for quarter in wanted:
        say(f"writing {quarter}")
        partners.quarter(quarter, truth is not None)
    if truth is not None:
        say("writing the truth")
        truth_of.write_world(world, truth)
        partners.evidence.write(truth)
    return summary
