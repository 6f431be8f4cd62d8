"""An area is rows of configuration (docs/adding.md): nothing that is run names one, but the generator of synthetic areas."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sendjc_pipeline.feeds.codes import read_seed
from sendjc_pipeline.feeds.partners import kinds

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "sendjc_pipeline"


def area_ids() -> set[str]:
    """Areas, and the boards that plan health services for them."""
    with (ROOT / "seeds" / "reference" / "area.csv").open(encoding="utf-8") as seed:
        areas = list(csv.DictReader(seed))
    return {area["area_id"] for area in areas} | {area["icb_code"] for area in areas}


def texts(path: Path) -> Iterator[str]:
    """The string constants of a module that are not docstrings, which may well give an example."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def named(text: str) -> set[str]:
    """The areas that a text names."""
    return set(re.findall(r"\w+", text)) & area_ids()


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(PACKAGE.rglob("*.py")) if "synthetic" not in path.relative_to(PACKAGE).parts],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_no_module_outside_the_generator_names_an_area(path: Path) -> None:
    found = {area for text in texts(path) for area in named(text)}
    assert not found, f"{path.relative_to(ROOT)} names {sorted(found)}; read seeds/reference/area.csv or the release"


def test_no_model_and_no_macro_names_an_area() -> None:
    project = ROOT / "dbt_project"
    for path in [*(project / "models").rglob("*.sql"), *(project / "macros").rglob("*.sql")]:
        code = re.sub(r"\{#.*?#\}|--[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not named(code), f"{path.relative_to(ROOT)} names {sorted(named(code))}; join a seed"


def test_every_area_has_its_sender_its_board_and_its_code() -> None:
    with (ROOT / "seeds" / "reference" / "area.csv").open(encoding="utf-8") as seed:
        areas = list(csv.DictReader(seed))
    codes = read_seed()
    returns = set(codes.loc[codes["list_id"] == "return_area", "code"])
    for area in areas:
        assert kinds().get(area["icb_code"]) == "board", f"{area['icb_code']} is no board in feeds/partners.yaml"
        if area["geographic_level"] == "Local authority":
            assert kinds().get(area["area_id"]) == "council", f"{area['area_id']} is no council in feeds/partners.yaml"
            assert area["area_id"] in returns, f"{area['area_id']} is not in the list return_area of code_list.csv"
