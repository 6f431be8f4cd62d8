"""Small random worlds of children in doubt, and every figure that they could come to, by trying each way of settling the doubt.

Belongs here: an oracle in plain Python that shares nothing with the models. A world has children with homes, doubtful records and units (each with
its record), and doubtful pairs. Settling it undoes any set of doubtful records and joins any set of pairs; a child so made lives where any of those that
it is made of lived. What a record holds stays as it is.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Any

HOMES = ("here", "here", "here", "there", "unknown")  # mostly in the area that is measured


@dataclass(frozen=True)
class Unit:
    """Something that makes a child count: `record` 0 is certain, n the child's nth doubtful one. `council` is whose plan it is, if it is one."""

    child: int
    record: int
    over: bool
    days: int
    council: str


@dataclass(frozen=True)
class World:
    """Children by number: their homes, how many doubtful records each has, their units, and the doubtful pairs."""

    homes: tuple[str, ...]
    doubtful: tuple[int, ...]
    units: tuple[Unit, ...]
    pairs: tuple[tuple[int, int], ...]


def random_world(seed: int, most_pairs: int = 8) -> World:
    draw = random.Random(seed)
    count = draw.randint(1, 6)
    # Mostly one area, where the bounds of counts are exact; else homes differ.
    homes = tuple("here" if seed % 2 else draw.choice(HOMES) for _ in range(count))
    doubtful = tuple(int(draw.random() < 0.2) for _ in range(count))
    every = [(a, b) for a in range(count) for b in range(a + 1, count)]
    pairs = tuple(sorted(draw.sample(every, draw.randint(0, min(len(every), most_pairs)))))
    units = tuple(
        Unit(
            child,
            draw.randint(0, doubtful[child]),
            draw.random() < 0.4,
            draw.randint(1, 400),
            draw.choice(("here", "here", "there")),
        )
        for child in range(count)
        for _ in range(draw.choice((0, 1, 1, 2)))
    )
    return World(homes, doubtful, units, pairs)


def settled(world: World) -> Iterator[list[tuple[frozenset[str], list[Unit]]]]:
    """Every way to settle the doubt: the children that result, each with the homes it may have and its units."""
    records = [(child, n) for child, many in enumerate(world.doubtful) for n in range(1, many + 1)]
    for undone in _subsets(records):
        for joined in _subsets(world.pairs):
            root = list(range(len(world.homes)))
            for a, b in joined:
                old, new = root[a], root[b]
                root = [new if place == old else place for place in root]
            children: dict[object, tuple[set[str], list[Unit]]] = {}
            for child, home in enumerate(world.homes):
                children.setdefault(root[child], (set(), []))[0].add(home)
            for child, n in undone:
                children[child, n] = ({world.homes[child]}, [])
            for unit in world.units:
                apart = (unit.child, unit.record)
                children[apart if apart in undone else root[unit.child]][1].append(unit)
            yield [(frozenset(homes - {"unknown"} or {"unknown"}), units) for homes, units in children.values()]


def figures(world: World) -> dict[str, list[float]]:
    """metric -> every value that it could have in the area `here`; nothing where it could never be worked out."""
    counts: set[float] = set()
    shares: set[float] = set()
    means: set[float] = set()
    plans: set[float] = set()
    for children in settled(world):
        options: set[tuple[int, int, int, int]] = {(0, 0, 0, 0)}  # over, counted, days, waits
        for homes, units in children:
            if not units or "here" not in homes:
                continue
            mine = (int(any(u.over for u in units)), 1, sum(u.days for u in units), len(units))
            present = {tuple(x + y for x, y in zip(one, mine, strict=True)) for one in options}
            options = present if homes == {"here"} else options | present  # type: ignore[assignment]
        # Of one child's plans one stands, here the one with the most days, and it stays its council's.
        standing = [max(units, key=lambda unit: unit.days) for _, units in children if units]
        plans.add(sum(unit.council == "here" for unit in standing))
        counts |= {counted for _, counted, _, _ in options}
        shares |= {100 * over / counted for over, counted, _, _ in options if counted}
        means |= {days / 7 / waits for _, _, days, waits in options if waits}
    return {"count": sorted(counts), "pct": sorted(shares), "weeks": sorted(means), "plans": sorted(plans)}


def as_it_stands(world: World) -> tuple[int, int, int, int]:
    """(over, counted, days, waits) here with every doubtful link kept and no pair joined."""
    over = counted = days = waits = 0
    for child, home in enumerate(world.homes):
        units = [unit for unit in world.units if unit.child == child]
        if units and home == "here":
            over, counted = over + any(u.over for u in units), counted + 1
            days, waits = days + sum(u.days for u in units), waits + len(units)
    return over, counted, days, waits


def standing_plans(world: World) -> list[Unit]:
    """The plans that stand as it is: of each child the one with the most days."""
    children = {unit.child for unit in world.units}
    return [
        max((unit for unit in world.units if unit.child == child), key=lambda unit: unit.days) for child in children
    ]


def _subsets(items: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    return chain.from_iterable(combinations(items, size) for size in range(len(items) + 1))
