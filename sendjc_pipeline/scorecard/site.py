"""The scorecard of a release: every page rendered and written into the release's own folder, before it takes its final name.

Belongs here: which kinds of page there are, navigation, rendering, and the size limit. Does not belong here: when a release is written (release/publish.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sendjc_pipeline.scorecard import board
from sendjc_pipeline.scorecard.bundle import Bundle
from sendjc_pipeline.scorecard.kit.write import write_kit
from sendjc_pipeline.scorecard.page import Page
from sendjc_pipeline.scorecard.pages import (
    changed,
    cohort,
    dictionary,
    ehc,
    equity,
    metric,
    overview,
    pathway,
    plan,
    quality,
    voice,
)

FOLDER = "scorecard"
LIMIT_BYTES = 300_000  # issue "Pictures, words and BI": each page must open on a phone with a poor line
_KINDS = (overview, ehc, pathway, cohort, equity, voice, plan, quality, changed, metric, dictionary)
_MENU_LEAVES_OUT = ("metric-", "area-", "index.html")


def write_scorecard(release: Path, manifest: Mapping[str, Any] | None = None) -> list[str]:
    """Write `scorecard/*.html`, a board summary per area as PDF, dictionary.html and the starter kit into a release's folder; give the paths written.

    Args:
        release: a folder with the Parquet files and marts.duckdb.
        manifest: what the manifest will say, while it is not written yet.
    """
    written = []
    with Bundle(release, manifest) as bundle:
        (release / FOLDER).mkdir(exist_ok=True)
        for path, text in render(bundle):
            (release / path).write_text(text, encoding="utf-8")
            written.append(path)
        for area_id in bundle.areas:
            path = f"{FOLDER}/board-{area_id}.pdf"
            (release / path).write_bytes(board.summary(bundle, area_id))
            written.append(path)
        written += write_kit(release, bundle)
    return written


def render(bundle: Bundle) -> Iterator[tuple[str, str]]:
    """Each page as (path in the release, HTML); the dictionary lies at the release's root, the others in scorecard/."""
    pages = [page for kind in _KINDS for page in kind.pages(bundle)]
    template = _environment().get_template("page.html.j2")
    for page in pages:
        at_root = page.path == dictionary.PATH
        text = template.render(
            page=page, bundle=bundle, menu=_menu(bundle, pages), here="scorecard/" if at_root else "", style=_style()
        )
        yield (page.path if at_root else f"{FOLDER}/{page.path}"), text


def _menu(bundle: Bundle, pages: list[Page]) -> list[tuple[str, str]]:
    """Links of the navigation, the same on every page: overview, areas, then the other kinds."""
    found = [("index.html", "Overview")]
    found += [(f"area-{area_id}.html", name) for area_id, name in bundle.areas.items()]
    for page in pages:
        if not page.path.startswith(_MENU_LEAVES_OUT):
            found.append(
                (f"../{page.path}" if page.path == dictionary.PATH else page.path, page.title.removeprefix("Pathway: "))
            )
    return found


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("sendjc_pipeline.scorecard"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> Markup:
    return Markup(files("sendjc_pipeline.scorecard").joinpath("templates", "style.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
