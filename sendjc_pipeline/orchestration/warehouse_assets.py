"""The dbt project as Dagster assets, built by dbt's own runner in this process, once per quarter (docs/decisions/0001).

Belongs here: telling Dagster what dbt did. A red test fails this step's check and so stops the run early; whether the quarter may go out is for
the gate alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from sendjc_pipeline.orchestration.home import POOL, Home
from sendjc_pipeline.orchestration.partitions import known_at, one_at_a_time, quarter_of, quarters
from sendjc_pipeline.orchestration.progress import say
from sendjc_pipeline.quality.judge import build_and_judge
from sendjc_pipeline.warehouse import project
from sendjc_pipeline.warehouse.gather import gather
from sendjc_pipeline.warehouse.results import NodeResult


class Translator(DagsterDbtTranslator):
    """Keys and groups from dbt's folders, never from a list of models."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """warehouse/<model>, reference/<seed>; a source keeps the key that its meta names."""
        if dbt_resource_props["resource_type"] == "source":
            return super().get_asset_key(dbt_resource_props)
        room = "reference" if dbt_resource_props["resource_type"] == "seed" else "warehouse"
        return dg.AssetKey([room, dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The folder: staging_sen2, marts_clocks, metrics."""
        if dbt_resource_props["resource_type"] == "seed":
            return "reference"
        return "_".join(dbt_resource_props["fqn"][1:-1]) or None


translator = Translator(
    DagsterDbtTranslatorSettings(enable_source_tests_as_checks=True, enable_duplicate_source_asset_keys=True)
)


def model_keys(names: Iterable[str]) -> list[dg.AssetKey]:
    """The assets of dbt models; raises KeyError for a name that no model bears, so no ghost asset can come of a slip."""
    by_name = {n["name"]: n for n in project.manifest()["nodes"].values() if n["resource_type"] in ("model", "seed")}
    return [translator.get_asset_key(by_name[name]) for name in names]


@dbt_assets(
    manifest=project.prepare(), name="warehouse", partitions_def=quarters, backfill_policy=one_at_a_time,
    dagster_dbt_translator=translator, pool=POOL,
)  # fmt: skip
def warehouse(context: dg.AssetExecutionContext, home: Home) -> Iterator[Any]:
    """Build the quarter's warehouse whole, whatever part of it was selected: a part of it would be judged on tables of another day."""
    settings = home.settings()
    results, _ = build_and_judge(settings, gather(settings, quarter_of(context), known_at(context)))
    say(f"warehouse: {_sentence(results)}")
    yield from _events(context, results)
    broken = sorted(r.unique_id.split(".")[-1] for r in results if _is_model(r) and r.status != "success")
    if broken:
        raise dg.Failure(
            f"dbt could not build {', '.join(broken)}; the gate will refuse the quarter.", allow_retries=False
        )


def _is_model(result: NodeResult) -> bool:
    return result.unique_id.startswith(("model.", "seed."))


def _events(context: dg.AssetExecutionContext, results: list[NodeResult]) -> Iterator[Any]:
    """One materialisation per table built, one check result per test judged; of the selected ones only, as Dagster requires."""
    manifest = project.manifest()
    keys, checks = context.selected_asset_keys, context.selected_asset_check_keys
    for result in results:
        if _is_model(result):
            key = translator.get_asset_key(manifest["nodes"][result.unique_id])
            if result.status == "success" and key in keys:
                yield dg.MaterializeResult(asset_key=key, metadata={"seconds": result.seconds})
            continue
        check = get_asset_check_key_for_test(manifest, translator, result.unique_id, None)
        if check is not None and check in checks:
            warn_only = manifest["nodes"][result.unique_id]["config"]["severity"].lower() == "warn"
            yield dg.AssetCheckResult(
                asset_key=check.asset_key, check_name=check.name, passed=result.status == "pass",
                severity=dg.AssetCheckSeverity.WARN if warn_only else dg.AssetCheckSeverity.ERROR,
                metadata={"failures": result.failures, "seconds": result.seconds},
            )  # fmt: skip


def _sentence(results: list[NodeResult]) -> str:
    tables = sum(_is_model(r) and r.status == "success" for r in results)
    tests = [r for r in results if not _is_model(r)]
    red = sum(r.status in ("fail", "error") for r in tests)
    return f"{tables} tables built, {len(tests)} tests, {red} red"
