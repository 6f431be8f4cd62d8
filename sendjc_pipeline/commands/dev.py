"""`sendjc dev`: `dagster dev -w workspace.yaml` on a home, with the project's own instance settings."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from sendjc_pipeline.settings import Settings
from sendjc_pipeline.warehouse import project


def serve(settings: Settings, port: int) -> None:
    """Replace this process by Dagster's web server and daemon; Ctrl-C ends both."""
    settings.make_zones()
    instance = settings.home / "dagster"
    instance.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(project.ROOT / "dagster.yaml", instance / "dagster.yaml")
    project.prepare()
    environment = {
        **os.environ,
        "SENDJC_HOME": str(settings.home),
        "DAGSTER_HOME": str(instance),
        "DAGSTER_DISABLE_TELEMETRY": "1",
    }
    dagster = Path(sys.executable).with_name("dagster")
    arguments = ["dagster", "dev", "-w", str(project.ROOT / "workspace.yaml"), "-h", "127.0.0.1", "-p", str(port)]
    os.chdir(project.ROOT)
    os.execve(dagster, arguments, environment)  # noqa: S606  our own program, no shell
