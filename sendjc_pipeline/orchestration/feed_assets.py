"""One asset per feed, made by one factory: what partners sent for the quarter, read, ruled on and stored.

Belongs here: wrapping the intake. Does not belong here: rules, readers, or the choice of submissions.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from sendjc_pipeline import feeds
from sendjc_pipeline.orchestration.home import POOL, Home
from sendjc_pipeline.orchestration.partitions import known_at, one_at_a_time, quarter_of, quarters
from sendjc_pipeline.orchestration.progress import say
from sendjc_pipeline.quality.checks import CheckResult, accounting_check, found_by_intake, refused_check
from sendjc_pipeline.warehouse.deliveries import Delivery
from sendjc_pipeline.warehouse.gather import gather


def feed_key(feed: str) -> dg.AssetKey:
    """The asset of a feed."""
    return dg.AssetKey(["feeds", feed])


def feed_asset(name: str) -> dg.AssetsDefinition:
    """Make the asset and checks of one feed from its declaration."""
    feed = feeds.load(name)
    specs = [
        dg.AssetCheckSpec(_check_name(accounting_check(name).check_id), asset=feed_key(name), blocking=True,
                          description="Every row received is accepted or quarantined, in every table."),
        dg.AssetCheckSpec(_check_name(refused_check(name).check_id), asset=feed_key(name), blocking=False,
                          description="No file was refused whole; where one was, that area's figures are withheld."),
    ]  # fmt: skip

    @dg.asset(
        key=feed_key(name), check_specs=specs, partitions_def=quarters, backfill_policy=one_at_a_time, group_name="partner_feeds",
        description=feed.description, kinds={"duckdb", "parquet"}, owners=["team:data-engineering"], pool=POOL,
    )  # fmt: skip
    def accepted(context: dg.AssetExecutionContext, home: Home) -> Iterator[Any]:
        inputs = gather(home.settings(), quarter_of(context), known_at(context), only=[name])
        yield dg.MaterializeResult(metadata=_metadata(inputs.deliveries))
        for result in found_by_intake(name, inputs.deliveries):
            yield _check_result(name, result)
        say(f"feeds/{name}: {_sentence(inputs.deliveries)}")

    return accepted


def _check_name(check_id: str) -> str:
    return check_id.split(".", 1)[1]


def _check_result(feed: str, result: CheckResult) -> dg.AssetCheckResult:
    severity = dg.AssetCheckSeverity.ERROR if result.check.severity == "error" else dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(
        asset_key=feed_key(feed), check_name=_check_name(result.check.check_id), passed=result.passed, severity=severity,
        metadata={"failures": result.failures},
    )  # fmt: skip


def _totals(deliveries: Any) -> tuple[int, int, int]:
    counts = [c for d in deliveries for c in d.receipt.tables.values()]
    return sum(c.received for c in counts), sum(c.accepted for c in counts), sum(c.quarantined for c in counts)


def _metadata(deliveries: list[Delivery] | Any) -> dict[str, Any]:
    received, accepted, quarantined = _totals(deliveries)
    rows = "\n".join(
        f"| {d.submission.partner} | {d.submission.period} | {d.submission.submission_id} | {d.receipt.status} | {_report(d)} |"
        for d in deliveries
    )
    return {
        "dagster/row_count": accepted,
        "received": received,
        "quarantined": quarantined,
        "submissions": dg.MetadataValue.md(
            f"| partner | period | submission | status | partner report |\n|---|---|---|---|---|\n{rows}"
        ),
    }


def _report(delivery: Delivery) -> str:
    """The command that writes the report: it may name a child, so no copy of it lies where Dagster could show it."""
    sent = delivery.submission
    return f"`sendjc report --partner {sent.partner} --feed {sent.feed} --period {sent.period}`"


def _sentence(deliveries: Any) -> str:
    received, accepted, quarantined = _totals(deliveries)
    if not deliveries:
        return "nothing sent"
    refused = [f"{d.submission.partner} {d.submission.period}" for d in deliveries if d.receipt.status != "accepted"]
    tail = f"; refused: {', '.join(refused)}" if refused else ""
    return f"{len(deliveries)} submissions, {received:,} rows received, {accepted:,} accepted, {quarantined:,} quarantined{tail}"
