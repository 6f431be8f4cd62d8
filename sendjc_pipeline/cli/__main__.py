"""`python -m sendjc_pipeline.cli` is `sendjc`."""

from __future__ import annotations

from sendjc_pipeline.cli import main

main()
