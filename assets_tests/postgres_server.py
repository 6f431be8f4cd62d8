"""A PostgreSQL server of the tests' own, from the binaries of the machine, in a folder that goes away with it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "never-to-be-seen-4711"


def binaries() -> Path | None:
    """The folder with initdb and pg_ctl: that of the path, or Debian's newest."""
    found = shutil.which("initdb")
    folders = (
        [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    )
    return next((folder for folder in folders if (folder / "initdb").is_file() and (folder / "pg_ctl").is_file()), None)


def unprivileged() -> int | None:
    """The user to run as where we are root, whom PostgreSQL refuses: postgres, else nobody."""
    if os.geteuid() != 0:
        return None
    known = {user.pw_name: user.pw_uid for user in pwd.getpwall()}
    return known.get("postgres", known.get("nobody", 65534))


@contextmanager
def server(tools: Path) -> Iterator[str]:
    """Start a server on a socket in a folder of its own, no port, password required; yield the address of its database."""
    # Not in pytest's folder: that is its owner's alone, and a socket's path may have 107 signs at most.
    folder, user = Path(tempfile.mkdtemp(prefix="sendjc-pg-")), unprivileged()
    if user is not None:
        os.chown(folder, user, -1)
    run = {
        "user": user,
        "cwd": folder,
        "check": True,
        "stdout": subprocess.DEVNULL,
        "env": {"LC_ALL": "C", "PATH": os.environ["PATH"]},
    }
    secret = folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    data = folder / "data"
    try:
        subprocess.run(
            [
                tools / "initdb",
                "-D",
                data,
                "-U",
                "sendjc",
                "-A",
                "scram-sha-256",
                "-E",
                "UTF8",
                f"--pwfile={secret}",
                "--no-sync",
            ],
            **run,
        )
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c shared_buffers=16MB -c max_connections=20"
        subprocess.run(
            [tools / "pg_ctl", "-D", data, "-w", "-t", "60", "-l", folder / "log", "-o", options, "start"], **run
        )
        try:
            yield f"postgresql://sendjc:{PASSWORD}@/postgres?host={folder}"
        finally:
            subprocess.run([tools / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **run)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
