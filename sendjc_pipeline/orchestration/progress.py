"""Progress of a long run, said to whoever listens: the terminal does, Dagster has its own log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[str], None]
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def say(text: str) -> None:
    """Tell the listener, if there is one."""
    listener = _listener.get()
    if listener is not None:
        listener(text)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Hear what is said inside the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
