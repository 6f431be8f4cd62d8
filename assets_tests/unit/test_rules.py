"""Every rule of every feed: its example is clean, its fault brings it, the nearest sound value does not."""

from __future__ import annotations

import pytest
import rule_harness

from sendjc_pipeline import feeds
from sendjc_pipeline.feeds.examples import examples, has_example
from sendjc_pipeline.synthetic import fault_book

WITH_EXAMPLE = [name for name in feeds.names() if has_example(name)]


def test_every_feed_has_an_example() -> None:
    assert [name for name in feeds.names() if not has_example(name)] == []


def test_every_declared_rule_has_a_fault_and_every_fault_a_rule() -> None:
    rules = {r.code for name in feeds.names() for t in feeds.load(name).tables.values() for r in t.rules}
    faults = {code for name in feeds.names() for code in fault_book.declared(name)}
    assert sorted(rules - faults) == []
    assert sorted(faults - rules) == []


def test_at_least_250_rules_are_declared() -> None:
    assert sum(len(t.rules) for name in feeds.names() for t in feeds.load(name).tables.values()) >= 250


@pytest.mark.parametrize("name", WITH_EXAMPLE)
def test_the_examples_are_clean(name: str) -> None:
    feed = feeds.load(name)
    assert {e.spec: rule_harness.messages_of_example(feed, e) for e in examples(name)} == {
        e.spec: [] for e in examples(name)
    }


@pytest.mark.parametrize("name", WITH_EXAMPLE)
def test_the_examples_fill_every_column(name: str) -> None:
    """A column that would contradict another one is named under `unfilled:` of the example."""
    feed = feeds.load(name)
    assert [f for spec in {e.spec for e in examples(name)} for f in rule_harness.unfilled(feed, spec)] == []


@pytest.mark.parametrize("name", WITH_EXAMPLE)
def test_every_rule_is_broken_by_its_fault_and_by_nothing_nearer(name: str) -> None:
    findings = rule_harness.try_rules(feeds.load(name))
    assert findings.tried
    assert not findings.failed, "\n" + "\n".join(f"{code}: {why}" for code, why in sorted(findings.failed.items()))
