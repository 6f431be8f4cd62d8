"""One writer per home: builds and releases wait for nobody and refuse while another is at work."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from sendjc_pipeline.settings import SendjcError, Settings


class Busy(SendjcError):
    """Another process is writing in this home."""


@contextmanager
def only_one(settings: Settings, what: str) -> Iterator[None]:
    """Hold the home's lock for `what` (run, write, review or opt-out). The system lets it go when the process ends, however it ends.

    Raises:
        Busy: another process holds it; two runs would write into one quarter's file by turns.
    """
    settings.make_zones()
    with (settings.home / f".{what}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"Another {what} is under way in {settings.home}; wait for it to end.") from None
        yield
