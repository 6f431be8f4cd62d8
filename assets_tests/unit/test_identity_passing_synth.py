"""Not one value of a sound quarter, as `sendjc synth` writes it for every area, is kept from the warehouse."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from sendjc_pipeline import feeds
from sendjc_pipeline.commands.synth import land_written
from sendjc_pipeline.identity.blanked import BLANKED
from sendjc_pipeline.identity.pseudonymise import resolve_and_pseudonymise
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.synthetic.calibration import AREAS
from sendjc_pipeline.synthetic.generate import generate
from sendjc_pipeline.warehouse.gather import gather

from identity_samples import KEY, Q4  # isort: skip


def test_no_value_of_a_sound_quarter_is_blanked(settings: Settings, tmp_path: Path) -> None:
    person_level = [name for name in feeds.names() if feeds.load(name).is_person_level]
    written = generate(tmp_path / "out", 5, 0.03, AREAS, [Q4], feeds=person_level)
    land_written(settings, written, datetime(2025, 4, 20, 9, tzinfo=UTC))
    inputs = gather(settings, Q4, date(2025, 6, 1), only=person_level)
    deliveries = [(d.submission, d.receipt) for d in inputs.deliveries if d.receipt.status == "accepted"]
    assert {submission.feed for submission, _ in deliveries} == set(person_level)
    result = resolve_and_pseudonymise(settings, Q4, deliveries, KEY)
    counts = settings.restricted / "identity" / Q4.label / BLANKED
    assert duckdb.execute(f"select feed, table_name, column_name, blanked from '{counts}'").fetchall() == []
    assert result.values_blanked == 0
