"""Randomness, named: one stream per purpose, so that a change to one part of the world leaves the others as they were.

Belongs here: streams, draws made from plain uniforms (whose bits no numpy release has changed), quotas. Does not belong
here: anything about children.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

NEVER = 1_000_000  # a day number beyond any calendar: "has not happened in this world"


class Draws:
    """A stream of draws that depends on the seed and on its name, and on nothing drawn elsewhere."""

    def __init__(self, seed: int, *name: str) -> None:
        self._seed = seed
        self._name = name
        words = [zlib.crc32(part.encode()) for part in name]
        self._generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))

    def child(self, *name: str) -> Draws:
        """Open a stream of its own under this one's name."""
        return Draws(self._seed, *self._name, *name)

    def uniform(self, size: int) -> Floats:
        """Draw `size` numbers in [0, 1)."""
        return self._generator.random(size)

    def whole(self, low: int | Ints, high: int | Ints, size: int) -> Ints:
        """Draw `size` whole numbers from low to high, both included; the limits may differ from item to item."""
        span = np.asarray(high, dtype=np.int64) - np.asarray(low, dtype=np.int64) + 1
        return np.asarray(low, dtype=np.int64) + np.floor(self.uniform(size) * span).astype(np.int64)

    def chance(self, probability: float | Floats, size: int) -> Bools:
        """Draw `size` answers, true with the given probability."""
        return self.uniform(size) < probability

    def index(self, weights: Sequence[float] | Floats, size: int) -> Ints:
        """Draw `size` positions in `weights`, each in proportion to its weight."""
        edges = np.cumsum(np.asarray(weights, dtype=np.float64))
        chosen: Ints = np.searchsorted(edges, self.uniform(size) * edges[-1], side="right").astype(np.int64)
        return chosen

    def order(self, size: int) -> Ints:
        """Put the numbers 0 to size - 1 in a random order."""
        return np.argsort(self.uniform(size), kind="stable")

    def sample(self, pool: Ints, size: int) -> Ints:
        """Draw up to `size` different members of `pool`."""
        return pool[self.order(len(pool))[:size]]


def quota(total: int, weights: Sequence[float] | Floats) -> Ints:
    """Share `total` out in proportion to the weights, by largest remainder, so that a small world keeps the shares."""
    parts = np.asarray(weights, dtype=np.float64)
    if total <= 0 or parts.sum() <= 0:
        return np.zeros(len(parts), dtype=np.int64)
    exact = total * parts / parts.sum()
    whole: Ints = np.floor(exact).astype(np.int64)
    missing = total - int(whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:missing]] += 1
    return whole


def labels(counts: Ints, draws: Draws) -> Ints:
    """List the positions of `counts`, each as often as its count says, in a random order."""
    flat: Ints = np.repeat(np.arange(len(counts)), counts)
    return flat[draws.order(len(flat))]


def noise(seed: int, salt: str, *keys: Ints) -> Floats:
    """Fix a number in [0, 1) by the keys alone: facts about a record that must not change from one extract to the next.

    A splitmix64 finaliser over the keys; not for secrets.
    """
    start = (seed * 0x9E3779B97F4A7C15 + zlib.crc32(salt.encode())) & 0xFFFFFFFFFFFFFFFF
    state = np.full(len(keys[0]), start, dtype=np.uint64)
    for key in keys:
        state = state ^ (key.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15) + (state << np.uint64(6)))
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state = state ^ (state >> np.uint64(31))
    return (state >> np.uint64(11)).astype(np.float64) / float(1 << 53)
