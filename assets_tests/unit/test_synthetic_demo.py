"""seeds/demo is what the generator makes today, and small enough to be part of the project."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from synthetic_reading import bytes_of

from sendjc_pipeline.synthetic.calibration import AREAS
from sendjc_pipeline.synthetic.generate import generate

DEMO = Path(__file__).resolve().parents[2] / "seeds" / "demo"
SEED, SCALE, QUARTER = 20250331, 0.22, "2024-25-Q4"
COMMAND = "sendjc synth --out seeds/demo --seed 20250331 --scale 0.22 --feeds sen2,csds,demographics,chs_sitrep"
DEMO_FEEDS = ("sen2", "csds", "demographics", "chs_sitrep")


def test_regenerating_the_demo_gives_the_same_bytes(tmp_path: Path) -> None:
    summary = generate(tmp_path, SEED, SCALE, AREAS, [QUARTER], feeds=DEMO_FEEDS, reduced=True)
    # The directory of the demo's postcodes is made when the demo is (commands/reference.py): it would not fit beside the files.
    made = {name: content for name, content in bytes_of(tmp_path).items() if not name.startswith("reference/")}
    committed = {name: content for name, content in bytes_of(DEMO).items() if "/" in name}
    assert sorted(made) == sorted(committed)
    assert [name for name in made if made[name] != committed[name]] == []
    manifest = pl.read_csv(DEMO / "manifest.csv")
    assert manifest.select("feed", "partner", "period", "file", "rows").rows() == [
        (*key, rows) for key, rows in sorted(summary.rows.items())
    ]


def test_the_demo_is_small_and_says_how_it_was_made() -> None:
    assert sum(len(content) for content in bytes_of(DEMO).values()) < 4.2e6
    commands = [line for line in (DEMO / "README.md").read_text(encoding="utf-8").splitlines() if COMMAND in line]
    assert len(commands) == 1 and commands[0].endswith(" --reduced")
