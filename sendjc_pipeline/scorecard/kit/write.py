"""Write the starter kit into a release's folder.

Belongs here: which files the kit has and where they lie.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from sendjc_pipeline.scorecard.bundle import Bundle
from sendjc_pipeline.scorecard.kit import model, power_bi
from sendjc_pipeline.scorecard.kit.workbook import write_workbook

FOLDER = "starter"


def write_kit(release: Path, bundle: Bundle) -> list[str]:
    """Write `starter/` into the release's folder; give the paths written."""
    own = files("sendjc_pipeline.scorecard.kit")
    texts = {"README.md": own.joinpath("README.txt").read_text(encoding="utf-8")}
    for snippet in sorted(own.joinpath("snippets").iterdir(), key=lambda path: path.name):
        texts[snippet.name.removesuffix(".txt")] = snippet.read_text(encoding="utf-8")
    tables = model.sheets(release)
    for path, text in power_bi.files(tables, model.relations(tables), bundle.release_id):
        texts[f"power_bi/{path}"] = text
    written = []
    for path, text in texts.items():
        target = release / FOLDER / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        written.append(f"{FOLDER}/{path}")
    write_workbook(bundle, release / FOLDER / "sendjc.xlsx")
    return [*written, f"{FOLDER}/sendjc.xlsx"]
