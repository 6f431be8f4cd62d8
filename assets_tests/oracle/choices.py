"""Where a random child's choices come from: a seeded numpy generator in bulk, or Hypothesis for one child that can be shrunk.

Both answer one question, a whole number below a limit, with 0 as the plainest answer; all else is built on it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeVar

import numpy as np
from hypothesis import strategies as st

T = TypeVar("T")
_BLOCK = 1 << 16


class Choices(ABC):
    """What children are made with."""

    @abstractmethod
    def below(self, limit: int) -> int:
        """A whole number from 0 to limit - 1."""

    def chance(self, per_cent: int) -> bool:
        """True in so many of a hundred cases."""
        return self.below(100) >= 100 - per_cent

    def pick(self, options: Sequence[T]) -> T:
        """One of the options; the first is the plainest."""
        return options[self.below(len(options))]

    def between(self, first: date, last: date) -> date:
        """A day from first to last, both possible."""
        return first + timedelta(days=self.below((last - first).days + 1))


class Seeded(Choices):
    """Choices by a seed: the same seed, the same children."""

    def __init__(self, *seed: int) -> None:
        self._generator = np.random.default_rng(seed)
        self._block: list[float] = []

    def below(self, limit: int) -> int:
        if not self._block:
            self._block = self._generator.random(_BLOCK).tolist()
        return int(self._block.pop() * limit)


class Drawn(Choices):
    """Choices by Hypothesis, which can make them smaller."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def below(self, limit: int) -> int:
        return self._draw(st.integers(0, limit - 1))
