"""The asset that publishes. It asks the gate itself, so launching it alone publishes nothing that the job would not."""

from datetime import UTC, datetime

import dagster as dg
from pydantic import Field

from sendjc_pipeline.orchestration.home import POOL, Home
from sendjc_pipeline.orchestration.partitions import one_at_a_time, quarter_of, quarters
from sendjc_pipeline.orchestration.progress import say
from sendjc_pipeline.orchestration.warehouse_assets import model_keys
from sendjc_pipeline.quality.gate import GateRefused
from sendjc_pipeline.release.publish import publish
from sendjc_pipeline.release.tables import published_tables
from sendjc_pipeline.scorecard import in_brief
from sendjc_pipeline.scorecard.site import write_scorecard
from sendjc_pipeline.warehouse import project

RELEASE = dg.AssetKey(["published", "release"])


class ReleaseConfig(dg.Config):
    """How to publish: which topics an operator holds back, why there is a revision, and whether rolled-back figures may come again."""

    withhold: list[str] = Field(default_factory=list)
    reason: str = ""
    force: bool = False


@dg.asset(
    key=RELEASE, deps=model_keys(t.name for t in published_tables(project.manifest(), ())), partitions_def=quarters,
    backfill_policy=one_at_a_time, group_name="release", kinds={"parquet", "duckdb"}, owners=["team:data-engineering"], pool=POOL,
    description="The published quarter: gated, small numbers hidden, written whole or not at all; published/current points at it.",
)  # fmt: skip
def release(context: dg.AssetExecutionContext, home: Home, config: ReleaseConfig) -> dg.MaterializeResult[None]:
    """Publish the quarter, or fail with every check that forbids it."""
    try:
        outcome = publish(
            home.settings(),
            quarter_of(context),
            datetime.now(UTC),
            config.withhold,
            reason=config.reason,
            force=config.force,
            pages=write_scorecard,
        )
    except GateRefused as refusal:
        raise dg.Failure(
            str(refusal), metadata={"red_checks": dg.MetadataValue.md("\n".join(f"- {o}" for o in refusal.objections))},
            allow_retries=False,
        ) from None  # fmt: skip
    published = outcome.release
    say(
        f"release: {published.release_id} {'published' if outcome.is_new else 'already stands with these very figures'}"
    )
    rows = published.manifest()["tables"]["metric_quarterly.parquet"]["rows"]
    return dg.MaterializeResult(metadata={
        "release_id": published.release_id, "is_new": outcome.is_new, "folder": dg.MetadataValue.path(str(published.folder)),
        "dagster/row_count": rows,
        "headline": dg.MetadataValue.md(in_brief.headline(published.folder)),
        "months": dg.MetadataValue.md(in_brief.series(published.folder)),
    })  # fmt: skip
