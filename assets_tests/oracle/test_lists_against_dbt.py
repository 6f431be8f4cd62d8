"""The oracle's waiting lists, queues and accounting, and dbt's, of the same 20,000 random children: every row on both sides, no difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import pytest

from . import lists
from .compare_lists import Built, clocks_of
from .records import Setting, setting_of


class World(NamedTuple):
    """The clocks of a quarter, and what dbt made of them."""

    setting: Setting
    meet_by: date | None
    waits: list[lists.Wait]
    built: Built


# The first quarter holds 29 February and has no day set for the standard; the second has one (seed queue_target).
@pytest.fixture(scope="module", params=[(2023, 20_000, None), (2024, 5_000, date(2026, 3, 31))], ids=["leap", "target"])
def world(request: pytest.FixtureRequest) -> World:
    year, children, meet_by = request.param
    setting = setting_of(year, 4)
    waits = clocks_of(setting, year, children)
    return World(setting, meet_by, waits, Built(waits, setting))


Said = Mapping[Any, tuple[Any, ...]]


def _differences(expected: Said, built: Said) -> dict[Any, tuple[Any, Any]]:
    """What only one side says, numbers told to eight places."""
    return {
        key: (expected.get(key), built.get(key))
        for key in expected.keys() | built.keys()
        if key not in expected or key not in built or _told(expected[key]) != _told(built[key])
    }


def _told(figures: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(None if figure is None else round(figure, 8) for figure in figures)


def test_every_row_of_the_waiting_list_is_the_same_on_both_sides(world: World) -> None:
    expected = lists.waiting_list(world.waits, world.setting)
    assert len(expected) > 10_000
    assert _differences(expected, world.built.waiting_list) == {}


def test_every_queue_is_the_same_on_both_sides(world: World) -> None:
    expected = lists.queues(lists.waiting_list(world.waits, world.setting), world.setting, world.meet_by)
    assert any(queue.needed is not None for queue in expected.values()) == (world.meet_by is not None)
    assert _differences(expected, world.built.queues) == {}


def test_every_clock_is_accounted_for_by_the_same_reason(world: World) -> None:
    expected = Counter((wait.clock, wait.area, lists.reason(wait)) for wait in world.waits)
    assert {reason for _, _, reason in expected} >= {"counted", *lists.ALWAYS, *lists.WHILE_OPEN, "not_resident"}
    assert world.built.accounting == expected


def test_a_changed_clock_is_a_difference(world: World) -> None:
    """Red is seen: one counted wait more on the oracle's side changes its rows and no others."""
    open_one = next(wait for wait in world.waits if wait.area == "newcastle" and lists.waits_at(wait, world.setting.as_of)
                    and lists.reason(wait) == "counted")  # fmt: skip
    changed = lists.waiting_list([*world.waits, open_one._replace(person="another")], world.setting)
    found = _differences(changed, world.built.waiting_list)
    assert found
    assert {(cell.clock, cell.area) for cell in found} == {(open_one.clock, "newcastle")}
