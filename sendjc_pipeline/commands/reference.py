"""`sendjc reference`: reference data that a home holds, because a seed cannot."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sendjc_pipeline.commands.console import console, errors
from sendjc_pipeline.identity import postcode_directory
from sendjc_pipeline.identity.places_rules import PlacesRefused
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.synthetic import postcode_places
from sendjc_pipeline.warehouse.lock import only_one


def load_postcodes(
    settings: Settings, file: Path, deprivation: Path | None, source: str, edition: str, *, may_shrink: bool = False
) -> None:
    """Load a postcode directory and say what it is; rows at fault are listed and nothing is loaded.

    Raises:
        SendjcError: a file is not what it should be, or another process is at work in the home.
    """
    with only_one(settings, "run"):
        try:
            loaded = postcode_directory.load(settings, file, deprivation, source, edition, may_shrink=may_shrink)
        except PlacesRefused as refused:
            for fault in refused.faults:
                errors.print(
                    f"{fault.file} row {fault.row}: {fault.rule}: {fault.message}; {fault.remedy}.", markup=False
                )
            raise
    console.print(f"{loaded.rows:,} postcodes of {loaded.source}, edition {loaded.edition}, sha256 {loaded.sha256}")
    console.print("It counts from the next run of each quarter on.")


def load_synthetic(settings: Settings) -> None:
    """Load the directory of every synthetic postcode, unless a directory from elsewhere is there: a home may be both."""
    present = postcode_directory.loaded(settings)
    if present is not None and present.source != postcode_places.SOURCE:
        return
    settings.make_zones()
    with tempfile.TemporaryDirectory(dir=settings.temp) as scratch:
        path = postcode_places.write(postcode_places.every_postcode(), Path(scratch))
        postcode_directory.load(settings, path, None, postcode_places.SOURCE, postcode_places.EDITION)
