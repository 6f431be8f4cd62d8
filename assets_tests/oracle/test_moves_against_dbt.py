"""The oracle's moves between tiers, and dbt's, of the same 10,000 random children: every move on both sides, no difference."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest

from .compare_moves import Built, children_of
from .moves import LIMITS, Child, Move, moves
from .records import Setting, setting_of


class World(NamedTuple):
    """The children of a quarter, their moves, and what dbt made of them."""

    setting: Setting
    children: list[Child]
    moves: list[Move]
    built: Built


# The windows of the first run hold 29 February; the year before the second holds a clock change of each kind.
@pytest.fixture(scope="module", params=[(2023, 10_000), (2024, 5_000)], ids=["leap", "plain"])
def world(request: pytest.FixtureRequest) -> World:
    year, count = request.param
    setting = setting_of(year, 4)
    children = children_of(setting, year, count)
    found = [move for child in children for move in moves(child, setting.as_of)]
    return World(setting, children, found, Built(children, setting))


def test_every_move_is_the_same_on_both_sides(world: World) -> None:
    expected, built = Counter(world.moves), Counter(world.built.moves)
    assert (expected - built, built - expected) == (Counter(), Counter())


def test_every_outcome_and_every_reason_comes_about(world: World) -> None:
    counted = [move for move in world.moves if not move.left_out]
    outcomes = {move.outcomes[1] for move in counted}
    assert outcomes == {"smooth", "delayed", "bounced", "lost", "forced_discharge", "undecided"}
    assert len({reason for move in world.moves for reason in move.left_out}) == 9
    assert {move.outcomes for move in counted} >= {("delayed", "smooth", "smooth"), ("delayed", "delayed", "smooth")}


def test_the_mart_counts_the_same_moves(world: World) -> None:
    expected = _counts(world.moves, world.children, world.setting)
    told = {key: figures for key, figures in world.built.counts.items() if figures[0] is not None and figures[0] > 0}
    silent = {key for key, status in world.built.statuses.items() if status == "not_supplied"}
    assert silent
    assert told == {key: figures for key, figures in expected.items() if (key[0], key[3]) not in silent}


def test_only_the_last_quarter_is_provisional(world: World) -> None:
    found = defaultdict(set)
    for (quarter, _), status in world.built.statuses.items():
        found[quarter].add(status)
    last = world.setting.label
    assert "final" not in found[last]
    assert all("provisional" not in statuses for quarter, statuses in found.items() if quarter != last)


def test_a_changed_move_is_a_difference(world: World) -> None:
    """Red is seen: one day more on a limit changes moves."""
    later = [move._replace(gap=move.gap + 1) if move.gap == 28 else move for move in world.moves]
    assert Counter(later) != Counter(world.built.moves)


def _counts(
    found: Sequence[Move], children: Sequence[Child], setting: Setting
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    area_of = {child.key: child.area for child in children}
    rows: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for move in found:
        period = next((p for p in setting.periods if move.end and p.start <= move.end <= p.end), None)
        area = area_of[move.person]
        if period is None or "moved" in move.left_out:
            continue
        for shown in (area, "qt1") if area in ("nottingham", "nottinghamshire") else (area,):
            for limit, outcome in zip(LIMITS, move.outcomes, strict=True):
                names = ("excluded",) if move.left_out else (outcome, "total")
                for name in names:
                    rows[period.label, move.from_tier, move.to_tier, shown, limit, name].append(move.person)
    figures = {}
    for key, people in rows.items():
        decided = len(rows.get((*key[:5], "total"), [])) - len(rows.get((*key[:5], "undecided"), []))
        is_share = key[5] not in ("total", "undecided", "excluded")
        share = round(100 * len(people) / decided, 8) if is_share and decided else None
        figures[key] = (len(people), len(set(people)), decided, share)
    return figures
