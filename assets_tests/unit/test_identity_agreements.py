"""Sharing agreements: the days that they cover, and a seed that somebody has got wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from sendjc_pipeline import feeds
from sendjc_pipeline.feeds.partners import kinds
from sendjc_pipeline.identity import agreements
from sendjc_pipeline.settings import SendjcError
from sendjc_pipeline.submissions.expected import SEED as EXPECTED

HEADER = "agreement_id,partner,feed,purpose,legal_basis,opt_out_applies,valid_from,valid_to,retention_class"
FIRST = "a1,derby,sen2,Plans,CFA 2014,false,2024-04-01,2025-03-31,ehc_record"
Plant = Callable[..., Path]


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plant]:
    """Put a seed of these rows in the place of the project's."""

    def write(*rows: str) -> Path:
        path = tmp_path / f"sharing_agreement_{len(list(tmp_path.iterdir()))}.csv"
        path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
        monkeypatch.setattr(agreements, "SEED", path)
        return path

    yield write


@pytest.mark.parametrize(
    ("day", "is_covered"),
    [("2024-03-31", False), ("2024-04-01", True), ("2025-03-31", True), ("2025-04-01", False)],
)
def test_both_days_are_covered_and_none_beside_them(plant: Plant, day: str, is_covered: bool) -> None:
    plant(FIRST)
    assert (agreements.in_force("derby", "sen2", date.fromisoformat(day)) is not None) == is_covered


def test_a_renewal_follows_on_and_an_open_end_holds(plant: Plant) -> None:
    plant(FIRST, FIRST.replace("a1", "a2").replace("2024-04-01,2025-03-31", "2025-04-01,"))
    names = [
        found.agreement_id if (found := agreements.in_force("derby", "sen2", day)) else None
        for day in (date(2025, 3, 31), date(2025, 4, 1), date(2099, 1, 1))
    ]
    assert names == ["a1", "a2", "a2"]


def test_another_partner_or_feed_is_not_covered(plant: Plant) -> None:
    plant(FIRST)
    assert agreements.in_force("newcastle", "sen2", date(2024, 6, 1)) is None
    assert agreements.in_force("derby", "cin", date(2024, 6, 1)) is None


def test_feeds_without_persons_need_none(plant: Plant) -> None:
    plant(FIRST)
    assert agreements.may_be_used("dfe", "dfe_ehc_plans", date(2024, 6, 1))
    assert not agreements.may_be_used("newcastle", "sen2", date(2024, 6, 1))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (FIRST.replace("sen2", "sen3"), "row 3: feed is not a feed that holds persons"),
        (FIRST.replace("sen2", "dfe_ehc_plans"), "row 3: feed is not a feed that holds persons"),
        (FIRST.replace("derby", "RHA"), "row 3: partner does not send that feed"),
        (FIRST.replace("derby", "durham"), "row 3: partner does not send that feed"),
        (FIRST.replace("2025-03-31", "2024-03-31"), "row 3: valid_to is before valid_from"),
        (FIRST.replace("2024-04-01", "1 April"), "row 3: valid_from"),
        (FIRST.replace("2024-04-01", ""), "row 3: valid_from"),
        (FIRST.replace("false", "perhaps"), "row 3: opt_out_applies"),
        (FIRST.replace("ehc_record", "for_ever"), "row 3: retention_class"),
        (FIRST.replace("CFA 2014", ""), "row 3: legal_basis"),
        (FIRST + ",more", "row 3"),
        (FIRST, "row 3: its agreement_id is that of another row"),
        (FIRST.replace("a1", "a2").replace("2024-04-01", "2025-03-31"), "row 3: it begins while a1 is in force"),
    ],
)
def test_a_wrong_row_is_named_with_its_rule(plant: Plant, row: str, said: str) -> None:
    path = plant(FIRST, row)
    with pytest.raises(SendjcError) as raised:
        agreements.in_force("derby", "sen2", date(2024, 6, 1))
    text = str(raised.value)
    assert text.startswith(path.name) and said in text and "\n" not in text


def test_a_missing_seed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreements, "SEED", tmp_path / "sharing_agreement.csv")
    with pytest.raises(SendjcError, match=r"sharing_agreement\.csv is missing"):
        agreements.in_force("derby", "sen2", date(2024, 6, 1))


def test_every_partner_has_one_for_every_feed_of_children_that_it_may_send() -> None:
    day = date(2025, 4, 20)
    for feed in (feeds.load(name) for name in feeds.names() if feeds.load(name).is_person_level):
        for partner, kind in kinds().items():
            found = agreements.in_force(partner, feed.name, day)
            assert (found is not None) == (kind in feed.partners), f"{partner} {feed.name}"
            # Confidential patient information is what health and care providers hold; councils' records are not.
            assert found is None or found.opt_out_applies == (kind == "provider")


def test_what_is_expected_has_an_agreement() -> None:
    for line in EXPECTED.read_text(encoding="utf-8").splitlines()[1:]:
        _, _, _, feed, partner, since, _ = line.split(",")
        assert agreements.may_be_used(partner, feed, date.fromisoformat(since) + timedelta(days=1))
