"""The only place that opens a DuckDB connection.

Belongs here: limits and lock-down that every connection shares. It imports nothing but settings, so rooms above the
warehouse may use it (an exception that the import contract names).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import duckdb

from sendjc_pipeline.settings import Settings

T = TypeVar("T")
R = TypeVar("R")

MEMORY_LIMIT = "1600MB"  # leaves room for Python, dbt and Arrow under the 2 GiB budget of a quarterly run
SPILL_LIMIT = "20GB"  # an uncapped spill once filled 60 GB of a disk (design notes, toolchain 2.2)


def connect(
    path: Path | None = None, *, read_only: bool = False, settings: Settings | None = None, for_us_alone: bool = False
) -> duckdb.DuckDBPyConnection:
    """Open a connection: to a file, or in memory when `path` is None.

    `settings` gives the spill folder; without it the connection may not spill at all. Extensions are never fetched: opening an xlsx would
    otherwise try the network.
    A new file `for_us_alone` is of a format that no older DuckDB reads: its texts take half the space, in less time.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": 2,
        "memory_limit": MEMORY_LIMIT,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "preserve_insertion_order": True,
    }
    if for_us_alone:
        config["storage_compatibility_version"] = "latest"
    if settings is None:
        config["temp_directory"] = ""
    else:
        config["temp_directory"] = str(_spill_folder(settings))
        config["max_temp_directory_size"] = SPILL_LIMIT
    return duckdb.connect(":memory:" if path is None else str(path), read_only=read_only, config=config)


def few_at_once(
    con: duckdb.DuckDBPyConnection, work: Callable[[duckdb.DuckDBPyConnection, T], R], items: Iterable[T]
) -> list[R]:
    """Do the work on each item, three at a time, each with a connection of its own to the same database; results in the items' order.

    A statement alone keeps one core of two busy while it reads, and neither while it ends (one to two thirds of both, as measured). Variables
    and temporary tables are each connection's own.
    """

    def alone(item: T) -> R:
        with con.cursor() as own:
            return work(own, item)

    with ThreadPoolExecutor(3) as pool:
        return [future.result() for future in [pool.submit(alone, item) for item in items]]


@contextmanager
def one_thread(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Run what is inside on one thread: rows come out as they went in, also through a join, and what the threads had kept is given back."""
    row = con.execute("select current_setting('threads')").fetchone()
    con.execute("set threads = 1")
    try:
        yield
    finally:
        con.execute(f"set threads = {int(row[0]) if row else 1}")


def _spill_folder(settings: Settings) -> Path:
    """Make this process's own spill folder; those of processes that have died are dropped, for a killed one left 24 GB behind once."""
    parent = settings.temp / "spill"
    parent.mkdir(parents=True, exist_ok=True)
    for folder in parent.iterdir():
        if folder.name.isdecimal() and not is_alive(int(folder.name)):
            shutil.rmtree(folder, ignore_errors=True)
    mine = parent / str(os.getpid())
    mine.mkdir(exist_ok=True)
    return mine


def is_alive(process: int) -> bool:
    """Whether a process of that number runs."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
