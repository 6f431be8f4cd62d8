"""Checks as records: what is required of a quarter, and what was found.

Belongs here: reading from dbt's manifest which checks are declared, and turning dbt's and the intake's results into one shape. Does not belong
here: deciding whether a quarter may go out (gate.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sendjc_pipeline.settings import SendjcError
from sendjc_pipeline.warehouse import project
from sendjc_pipeline.warehouse.deliveries import Delivery
from sendjc_pipeline.warehouse.results import NodeResult

ERROR, WARN = "error", "warn"
INTAKE = "intake"


@dataclass(frozen=True)
class Check:
    """A declared check: the gate requires every one of severity `error`."""

    check_id: str
    table_name: str
    topic: str
    severity: str


@dataclass(frozen=True)
class CheckResult:
    """A check with what it found: `failures` counts rows, never shows them."""

    check: Check
    passed: bool
    failures: int


def declared_by_dbt(manifest: Mapping[str, Any]) -> dict[str, Check]:
    """Every model, seed and data test of the project as a check, by dbt's unique id.

    A model counts as a check of its own (`built`): one that never got built has no red test, only absent ones.
    """
    nodes: Mapping[str, Any] = manifest["nodes"]
    checks = {}
    for unique_id, node in sorted(nodes.items()):
        if node["resource_type"] in ("model", "seed"):
            if node["config"]["materialized"] == "ephemeral":
                continue
            checks[unique_id] = Check(f"{node['name']}.built", node["name"], _topic(node), ERROR)
        elif node["resource_type"] == "test" and project.SELF_TEST not in node["tags"]:
            judged = _judged_node(node, nodes)
            table = judged["name"] if judged else ""
            topic = _topic(judged) if judged else "all"
            checks[unique_id] = Check(node["name"], table, topic, str(node["config"]["severity"]).lower())
    return checks


def _judged_node(test: Mapping[str, Any], nodes: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The model that a test judges: the one it is attached to, or for a test over several, the one its meta names."""
    named = (test["config"].get("meta") or {}).get("dagster", {}).get("ref", {}).get("name")
    if named:
        judged: Mapping[str, Any] = next(node for node in nodes.values() if node["name"] == named)
        return judged
    attached = test.get("attached_node") or next(iter(test["depends_on"]["nodes"]), None)
    return nodes.get(attached) if attached else None


def _topic(node: Mapping[str, Any]) -> str:
    return str((node["config"].get("meta") or {}).get("topic", "all"))


def may_be_withheld(manifest: Mapping[str, Any]) -> set[str]:
    """The topics that a metric can belong to: only their figures can be published as withheld."""
    named = (
        str((node["config"].get("meta") or {}).get("topic", "all"))
        for node in manifest["nodes"].values()
        if "metrics" in node["fqn"]
    )
    return set(named) - {"all", "quality", "benchmark"}


def require_topics(manifest: Mapping[str, Any], topics: Collection[str]) -> None:
    """Refuse to withhold what no metric belongs to: the gate would be asked for less and nothing would be held back.

    Raises:
        SendjcError: one of `topics` is not a topic of metrics.
    """
    known = may_be_withheld(manifest)
    if unknown := sorted(set(topics) - known):
        raise SendjcError(f"No topic is named {', '.join(unknown)}; the topics are {', '.join(sorted(known))}.")


def passed_over(manifest: Mapping[str, Any], topics: Collection[str]) -> set[str]:
    """The tables whose checks a release without `topics` need not pass: those that nothing but the topics' own tables reads.

    A red dim_person is not passed over with the cohort, because the waits read it too. The tables that put all topics together
    may read a withheld one: its figures are taken out of them.
    """
    if not topics:
        return set()
    nodes, children = manifest["nodes"], manifest["child_map"]

    def reads_only_here(unique_id: str, seen: set[str]) -> bool:
        for child in children.get(unique_id, []):
            if child in seen or not child.startswith("model."):
                continue
            seen.add(child)
            if _topic(nodes[child]) not in (*topics, "all") or not reads_only_here(child, seen):
                return False
        return True

    mine = (u for u, node in nodes.items() if node["resource_type"] == "model" and _topic(node) in topics)
    return {str(nodes[unique_id]["name"]) for unique_id in mine if reads_only_here(unique_id, set())}


def found_by_dbt(declared: Mapping[str, Check], results: Iterable[NodeResult]) -> list[CheckResult]:
    """Turn dbt's results into check results; what dbt skipped is left out, so that the gate finds it missing."""
    found = []
    for result in results:
        check = declared.get(result.unique_id)
        if check is None or result.status == "skipped":
            continue
        passed = result.status in ("success", "pass") or (result.status == "warn" and check.severity == WARN)
        found.append(CheckResult(check, passed, result.failures))
    return found


def accounting_check(feed: str) -> Check:
    """Require that received = accepted + quarantined, for every table of every submission of a feed. Ours to keep, so it closes the gate."""
    return Check(f"{feed}.received_is_accepted_plus_quarantined", feed, INTAKE, ERROR)


def refused_check(feed: str) -> Check:
    """No submission of a feed was refused whole. The partner's to mend, so it warns and withholds that area's figures instead."""
    return Check(f"{feed}.no_submission_refused", feed, INTAKE, WARN)


def found_by_intake(feed: str, deliveries: Iterable[Delivery]) -> list[CheckResult]:
    """Judge what the intake did with the submissions of one feed."""
    mine = [d.receipt for d in deliveries if d.submission.feed == feed]
    unbalanced = sum(
        counts.received != counts.accepted + counts.quarantined
        for receipt in mine
        for counts in receipt.tables.values()
    )
    refused = sum(receipt.status != "accepted" for receipt in mine)
    return [
        CheckResult(accounting_check(feed), unbalanced == 0, unbalanced),
        CheckResult(refused_check(feed), refused == 0, refused),
    ]
