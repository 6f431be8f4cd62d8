"""Every file of the corpus, through the check that partners run: refused or read rightly, within 10 s and 256 MiB, and told why."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from book_cases import CASES as BOOKS
from cases import Case, Read, Refused
from measure import forget_peak, peak
from text_cases import CASES as TEXTS
from tree_cases import CASES as TREES

from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions.intake import check

CORPUS: list[Case] = [*TEXTS, *TREES, *BOOKS]
SECONDS, MIB = 10, 256


def test_the_corpus_is_large_and_its_names_are_different() -> None:
    assert len(CORPUS) >= 100
    assert len({case.name for case in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.name)
def test_each_file_is_refused_or_read_rightly(case: Case, settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "sent"
    folder.mkdir()
    files = list(case.build(folder))
    held, began = forget_peak(), time.monotonic()
    receipt = check(case.feed, None, files, settings, period="2024-25-Q4")
    seconds, mib = time.monotonic() - began, peak() - held
    said = " ".join(receipt.file_messages)
    match case.expect:
        case Refused(rule):
            assert receipt.status == "rejected", "it was read"
            assert any(f"[{case.feed.upper()}.file.{name}]" in said for name in rule.split("|")), said
        case Read(received, quarantined, table, warnings):
            assert receipt.status == "accepted", said
            counts = receipt.tables[table]
            assert (counts.received, counts.quarantined) == (received, quarantined), (counts, said)
            for name in warnings:
                assert f"[{case.feed.upper()}.file.{name}]" in said, said
    assert seconds <= SECONDS, f"{seconds:.1f} s"
    assert mib <= MIB, f"{mib:.0f} MiB"
