"""How the terminal speaks: tables and progress on a terminal, plain text elsewhere; one line and no traceback for an expected failure."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence

from rich.box import ASCII, ROUNDED
from rich.console import Console
from rich.table import Table

NOT_CHECKED = 3  # of `sendjc check`: apart from 1, which is every expected failure of the others, and from click's 2
PLAIN_WIDTH = 200  # in a pipe or a log there is no window to fit, so a table keeps one line a row

console = Console(soft_wrap=True, highlight=False, width=None if sys.stdout.isatty() else PLAIN_WIDTH)
errors = Console(stderr=True, soft_wrap=True, highlight=False, width=None if sys.stderr.isatty() else PLAIN_WIDTH)


def show(title: str, headers: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[int] = ()) -> None:
    """Print a table; `right` names the columns to align right."""
    table = Table(title=title, title_justify="left", header_style="bold", box=ROUNDED if console.is_terminal else ASCII)
    for index, header in enumerate(headers):
        table.add_column(header, justify="right" if index in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console.print(table)


Listener = Callable[[str], None]


def print_json(told: object) -> None:
    """Print JSON and nothing else on standard output."""
    console.print_json(json.dumps(told, default=str))


def stopwatch(to: Console = console) -> Listener:
    """A listener that prints what it hears with the seconds since it was made; `to` is where, standard output or standard error."""
    start = time.monotonic()

    def heard(text: str) -> None:
        to.print(f"[dim]{time.monotonic() - start:6.1f} s[/dim]  {text}")

    return heard
