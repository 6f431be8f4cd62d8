"""Errors that nobody foresaw, told without their own text: it may quote a cell, and whoever records a run records it too.

Belongs here: turning any exception into a SendjcError that names its kind and the line of ours that raised it. Does not belong here: errors
that are expected (SendjcError), which pass as they are.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from sendjc_pipeline.settings import SendjcError

P = ParamSpec("P")
R = TypeVar("R")
_OURS = Path(__file__).parent


def place_of(error: BaseException) -> str:
    """The last line of this package on the way to an error, as 'identity/records.py line 88'."""
    frames = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    ours = [f"{path.relative_to(_OURS)} line {line}" for path, line in frames if path.is_relative_to(_OURS)]
    return ours[-1] if ours else "an unknown line"


def sealed(what: str, remedy: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let no text of an unforeseen error out of a function: in its place comes a SendjcError, without it as cause or context."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return function(*args, **kwargs)
            except SendjcError:
                raise
            except Exception as error:
                told = f"{type(error).__name__}{_reason(error)} at {place_of(error)}"
            # Raised outside the handler (and so in no context manager): else the error would come along as context.
            raise SendjcError(
                f"{what} failed ({told}); the error's own text is withheld because it may quote a record. {remedy}"
            )

        return call

    return decorate


def _reason(error: Exception) -> str:
    """What the system says, without the name of the file that an OSError's own text has."""
    return f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
