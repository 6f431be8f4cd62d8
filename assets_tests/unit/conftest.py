"""Unit tests see no switch of the product, neither of the shell that started them nor of the integration tests on the same worker."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def no_switches(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key that integration tests set for their session made two rotation tests red, whenever both ran in one worker."""
    for name in [name for name in os.environ if name.startswith("SENDJC_")]:
        monkeypatch.delenv(name)
