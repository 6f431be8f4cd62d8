"""How the terminal speaks: tables and progress on a terminal, plain text elsewhere; one line and no traceback for an expected failure."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

from sendjc_pipeline.settings import SendjcError, Settings

console = Console(soft_wrap=True, highlight=False)
errors = Console(stderr=True, soft_wrap=True, highlight=False)


def show(title: str, headers: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[int] = ()) -> None:
    """Print a table; `right` names the columns to align right."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for index, header in enumerate(headers):
        table.add_column(header, justify="right" if index in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    if console.is_terminal:
        console.print(table)
    else:
        console.print(table, width=max(console.width, 160))


def stopwatch() -> Callable[[str], None]:
    """A listener that prints what it hears with the seconds since it was made."""
    start = time.monotonic()

    def heard(text: str) -> None:
        console.print(f"[dim]{time.monotonic() - start:6.1f} s[/dim]  {text}")

    return heard


@contextmanager
def only_run(settings: Settings) -> Iterator[None]:
    """Hold the home's run lock: two runs would write into one quarter's file by turns.

    Raises:
        SendjcError: another run holds it.
    """
    settings.make_zones()
    with (settings.home / ".run.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SendjcError(f"Another run is under way in {settings.home}; wait for it to end.") from None
        yield
