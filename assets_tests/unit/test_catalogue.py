"""The catalogue of measures is whole: what the domain rules name is defined, and where they give a direction or a number there is a target."""

from __future__ import annotations

import csv
import re

import pytest

from sendjc_pipeline.warehouse.project import ROOT, SEEDS

RULES = ROOT.parent / "shared" / "domain" / "rules.md"
# Where a row of the rules names several measures by a part of their name.
SHORT = {
    "ehcp_20w_pct (`_inc`,`_exc`)": ("ehcp_20w_pct_inc", "ehcp_20w_pct_exc"),
    "complaints_count (all; review timescales)": ("complaints_count", "complaints_review_timescale_count"),
    "ehcp_out_of_area_count, _cin_, _pfa_, _suspended_": (
        "ehcp_out_of_area_count", "ehcp_cin_count", "ehcp_pfa_count", "ehcp_suspended_count",
    ),
    "ehcp_ethnicity/sex/age mix": ("ehcp_ethnicity_share_pct", "ehcp_sex_share_pct", "ehcp_age_share_pct"),
    "autism_pupil_count, _pct": ("autism_pupil_count", "autism_pupil_pct"),
}  # fmt: skip
DOCUMENTS = {"S0", "S1", "S2", "S3", "S4"}


def _seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def catalogue() -> list[tuple[str, str, str]]:
    """(section, measure, what the rules say of its target) of every measure that the rules name."""
    if not RULES.is_file():
        pytest.skip("needs the domain rules in ../shared/domain, which are not part of the project")
    text = RULES.read_text(encoding="utf-8")
    text = text[text.index("\n## 1. ") : text.index("\n## 2. ")]
    named = []
    for part in text.split("\n### ")[1:]:
        for line in part.splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if line.startswith("| ") and cells[0] != "id":
                ids = SHORT.get(cells[0]) or re.findall(r"[a-z0-9]+(?:_[a-z0-9]+)+", cells[0])
                named += [(part[:3], metric_id, cells[-2]) for metric_id in ids]
        companions = re.search(r"^Statutory companions.*", part, re.MULTILINE)
        named += [
            (part[:3], metric_id, "") for metric_id in re.findall(r"`(\w+)`", companions[0] if companions else "")
        ]
    return named


def test_every_measure_of_the_rules_is_defined_with_document_and_quote(catalogue: list[tuple[str, str, str]]) -> None:
    assert len({metric_id for _, metric_id, _ in catalogue}) > 100
    defined = {row["metric_id"]: row for row in _seed("metric_definition")}
    assert sorted({metric_id for _, metric_id, _ in catalogue} - defined.keys()) == []
    assert {row["seed_document"] for row in defined.values()} == DOCUMENTS
    assert [row["metric_id"] for row in defined.values() if not row["quote"]] == []


def test_every_measure_is_published_and_needs_something(catalogue: list[tuple[str, str, str]]) -> None:
    ids = {metric_id for _, metric_id, _ in catalogue}
    assert ids <= {row["metric_id"] for row in _seed("metric_series")}
    assert ids <= {row["metric_id"] for row in _seed("metric_requirement")}


def test_what_the_rules_want_to_rise_or_fall_has_a_target(catalogue: list[tuple[str, str, str]]) -> None:
    targets = {row["metric_id"] for row in _seed("metric_target")}
    wanted = {metric_id for _, metric_id, target in catalogue if "directional" in target or re.search(r"\d @", target)}
    assert sorted(wanted - targets) == []
