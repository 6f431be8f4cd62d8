"""Every feed that a metric may need, of every partner and area, gone wrong in every way: what rests on it is held back and says by whom; nothing else is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from unit.gating_world import (
    COUNCILS,
    FREEZE,
    LATE,
    MISSING,
    OF_COUNCILS,
    REFUSED,
    SENT,
    UNUSABLE,
    Fault,
    World,
    referrals,
    rolled_up,
    seed,
    senders,
)

NEVER = {row["metric_id"] for row in seed("metric_definition") if row["measure"] == "never published"}
AREAS_OF = {row["metric_id"]: row["areas"] for row in seed("metric_definition")}
# No figure of these can go out whatever is sent: no contract of a feed, or a list of our own that nobody sends.
SENT_BY_NOBODY = {
    "alternative_provision", "disability_estimate", "pipeline", "preparing_for_adulthood", "school_census_five_years_before", "send_flag",
    "service_catalogue",
}  # fmt: skip


@pytest.fixture(scope="module")
def shared() -> World:
    return World()


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    yield shared
    shared.mend()


def resting_on(feed: str, partner: str) -> set[tuple[str, str, str]]:
    """(metric, service, area) of the figures that need the feed of the partner, by the seeds alone."""
    told = {(area, service) for area, who, _, service in referrals() if who == partner}
    tells_of = {row["service"] for row in seed("service_rule") if row["feed"] == feed}
    expected = {
        (row["area_id"], row["service"])
        for row in seed("expected_submission")
        if (row["feed"], row["partner"]) == (feed, partner)
    }
    has_told = {area for area, who, by, _ in referrals() if (who, by) == (partner, feed)}

    def is_needed(need: dict[str, str], area: str) -> bool:
        if need["feed"] == "any":
            return need["required_service"] in tells_of and (area, need["required_service"]) in told
        if need["feed"] != feed:
            return False
        if need["required_service"] == "once sent" and feed == "mhsds":
            return area in has_told
        return area == partner if feed in OF_COUNCILS else (area, need["required_service"]) in expected

    return {
        (need["metric_id"], need["service"], reporting)
        for need in seed("metric_requirement")
        for area in COUNCILS
        if need["metric_id"] not in NEVER and is_needed(need, area)
        for reporting in rolled_up([area])
        if AREAS_OF[need["metric_id"]] == "all" or reporting in AREAS_OF[need["metric_id"]].split("|")
    }


SENDERS = [(feed, partner) for feed, partner in senders() if resting_on(feed, partner)]


def test_no_feed_and_no_figure_is_left_out_of_this_trial(world: World) -> None:
    needed = {row["feed"] for row in seed("metric_requirement")} - {"any", "population"} - SENT_BY_NOBODY
    assert needed | {row["feed"] for row in seed("service_rule")} == {feed for feed, _ in SENDERS}
    tried = {line for feed, partner in SENDERS for line in resting_on(feed, partner)}
    given = {key[:3] for key, (status, _) in world.verdicts().items() if status in ("final", "provisional")}
    stated = {
        row["metric_id"] for row in seed("metric_requirement") if row["feed"] in ("service_catalogue", "pipeline")
    }
    assert {metric for metric, *_ in given - tried} <= stated
    for feed in needed - {"prescribing_return", "mhst_return", "workforce_return"}:
        lines = {line for other, partner in SENDERS if other == feed for line in resting_on(feed, partner)}
        assert {area for *_, area in lines} == {*COUNCILS, "qt1"}, feed


def holds_back(world: World, feed: str, partner: str, fault: Fault) -> None:
    """Everything that rests on the feed of the partner says so, and all else is as it was."""
    world.spoil(feed, partner, fault)
    found = world.verdicts()
    assert found.keys() == world.whole.keys()
    hit = resting_on(feed, partner)
    for key, (status, reason) in found.items():
        was, reason_before = world.whole[key]
        if key[:3] not in hit:
            assert (status, reason) == (was, reason_before), key
            continue
        assert status == fault.status, (key, reason)
        assert f"{feed} from {partner}" in str(reason), (key, reason)
        if was in ("withheld", "not_supplied"):  # what was missing before is still said
            assert all(said in str(reason) for said in str(reason_before).split("; ")), (key, reason)


@pytest.mark.parametrize(("feed", "partner"), SENDERS)
def test_a_refused_file_holds_back_what_rests_on_it_and_nothing_else(world: World, feed: str, partner: str) -> None:
    holds_back(world, feed, partner, REFUSED)


@pytest.mark.parametrize(("feed", "partner"), SENDERS)
def test_a_missing_file_is_missed_where_it_is_needed_and_nowhere_else(world: World, feed: str, partner: str) -> None:
    holds_back(world, feed, partner, MISSING)


@pytest.mark.parametrize(("feed", "partner"), SENDERS)
def test_a_file_that_comes_after_the_freeze_is_missed_until_it_fills_the_gap(
    world: World, feed: str, partner: str
) -> None:
    holds_back(world, feed, partner, LATE)
    world.known_at(FREEZE + SENT)
    assert world.verdicts() == world.whole


@pytest.mark.parametrize("fault", UNUSABLE, ids=lambda fault: fault.name)
@pytest.mark.parametrize(("feed", "partner"), list(dict(SENDERS).items()))
def test_a_file_of_which_nothing_may_be_used_is_as_good_as_refused(
    world: World, feed: str, partner: str, fault: Fault
) -> None:
    holds_back(world, feed, partner, fault)


def test_an_area_without_an_estimate_of_its_people_has_no_rates() -> None:
    world = World()
    world.without_population("nottingham")
    rates = {row["metric_id"] for row in seed("metric_requirement") if row["feed"] == "population"}
    for key, (status, reason) in world.verdicts().items():
        if key[0] in rates and key[2] in ("nottingham", "qt1"):
            assert status == "not_supplied" and "population of nottingham" in str(reason), key
        else:
            assert (status, reason) == world.whole[key], key
