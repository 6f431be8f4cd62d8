"""The asset between the partners' identifiers and the warehouse: who is who, and pseudonymous copies of the rows."""

import dagster as dg

from sendjc_pipeline import feeds
from sendjc_pipeline.disclosure.left_out import left_out_in_words
from sendjc_pipeline.identity.keys_in_force import keys_in_force
from sendjc_pipeline.identity.pseudonymise import resolve_and_pseudonymise
from sendjc_pipeline.orchestration.feed_assets import feed_key
from sendjc_pipeline.orchestration.home import POOL, Home
from sendjc_pipeline.orchestration.partitions import known_at, one_at_a_time, quarter_of, quarters
from sendjc_pipeline.orchestration.progress import say
from sendjc_pipeline.warehouse.gather import gather, gather_history

PSEUDONYMISED = dg.AssetKey(["identity", "pseudonymised"])


def person_level_feeds() -> list[str]:
    """The feeds that hold persons, by name."""
    return [name for name in feeds.names() if feeds.load(name).is_person_level]


@dg.asset(
    key=PSEUDONYMISED, deps=[feed_key(name) for name in person_level_feeds()], partitions_def=quarters,
    backfill_policy=one_at_a_time, group_name="identity", kinds={"duckdb", "parquet"}, owners=["team:data-engineering"], pool=POOL,
    description="One keyed pseudonym per child, with the method of every link, and the accepted rows without any direct identifier.",
)  # fmt: skip
def pseudonymised(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult[None]:
    """Link the quarter's records and write their pseudonymous copies into the restricted zone."""
    settings = home.settings()
    quarter = quarter_of(context)
    keys = keys_in_force(settings)
    inputs = gather(settings, quarter, known_at(context), only=person_level_feeds())
    deliveries = [(d.submission, d.receipt) for d in inputs.deliveries if d.receipt.status == "accepted"]
    history = gather_history(settings, known_at(context), person_level_feeds())
    result = resolve_and_pseudonymise(settings, quarter, deliveries, keys, history, known_at(context))
    if warning := left_out_in_words(result):
        say(f"identity: {warning}")
        context.log.warning(warning)  # `say` is heard at a terminal only
    if result.values_blanked:
        say(
            f"identity: {result.values_blanked:,} values are no code of their column and were blanked (mart_blanked_value)"
        )
    if result.stand_in_dates:
        say(
            f"identity: {result.stand_in_dates:,} birth dates of a partner's feed stand for 'not known', by their number, and were not used"
        )
    say(f"identity: {result.persons:,} children, {result.doubtful:,} pairs for review")
    links = {f"links/{method}": count for method, count in sorted(result.links_by_method.items())}
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": result.persons,
            "pairs_in_doubt": result.doubtful,
            "rows_without_agreement": result.rows_without,
            "values_blanked": result.values_blanked,
            "stand_in_dates": result.stand_in_dates,
            **links,
        }
    )
