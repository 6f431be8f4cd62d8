"""How this room fails: with a message that cannot quote a record or the key.

DuckDB's messages quote the value that would not convert, and sometimes the statement, so they never leave the room.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import duckdb

from sendjc_pipeline.settings import SendjcError

P = ParamSpec("P")
R = TypeVar("R")


class IdentityFailed(SendjcError):
    """Identity could not be resolved; nothing of the quarter was replaced."""


_READ_AGAIN = "Check that the accepted files are whole: remove restricted/accepted/ and run again."


def guarded(step: str, remedy: str = _READ_AGAIN) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Turn a function's database errors into IdentityFailed, which names the step, the kind of error and the remedy only."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return function(*args, **kwargs)
            except duckdb.Error as error:
                kind = type(error).__name__
            # Raised outside the handler: "from None" would hide the database's error but carry it along.
            raise IdentityFailed(
                f"Identity failed while {step} ({kind}); the database's own message is withheld because it may quote a"
                f" record. {remedy}"
            )

        return call

    return decorate
