"""The resource that tells every step where the installation lies."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from sendjc_pipeline import settings
from sendjc_pipeline.settings import Settings

POOL = "duckdb_warehouse"  # limited to one step at a time by dagster.yaml: DuckDB has one writer


class Home(dg.ConfigurableResource[Settings]):
    """Where the four zones lie; an empty path means SENDJC_HOME."""

    path: str = ""

    def settings(self) -> Settings:
        """The settings of this home, its zones made."""
        return settings.load(Path(self.path) if self.path else None).make_zones()
