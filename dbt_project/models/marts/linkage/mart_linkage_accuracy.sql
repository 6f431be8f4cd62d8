with measured as (
    select
        *,
        round(cast({{ pct('right_pair_count', 'found_pair_count') }} as double precision), 4) as precision_pct,
        round(cast({{ pct('right_pair_count', 'true_pair_count') }} as double precision), 4) as recall_pct,
        round(cast({{ pct('match_count', 'child_count') }} as double precision), 4) as match_rate_pct,
        round(cast({{ pct('true_match_count', 'child_count') }} as double precision), 4) as true_match_rate_pct
    from {{ ref('linkage_accuracy') }}
),

best as (
    select
        breakdown_topic,
        max(precision_pct) as precision_pct,
        max(recall_pct) as recall_pct,
        min(true_match_rate_pct - match_rate_pct) as match_shortfall_points
    from measured
    group by breakdown_topic
)

select
    'synthetic_truth' as basis,
    measured.breakdown_topic,
    measured.breakdown,
    measured.record_count,
    measured.child_count,
    measured.match_rate_pct,
    measured.true_match_rate_pct,
    measured.true_pair_count,
    measured.found_pair_count,
    measured.right_pair_count,
    measured.precision_pct,
    measured.recall_pct,
    round(best.precision_pct - measured.precision_pct, 4) as precision_gap_points,
    round(best.recall_pct - measured.recall_pct, 4) as recall_gap_points,
    round(measured.true_match_rate_pct - measured.match_rate_pct - best.match_shortfall_points, 4)
        as match_rate_gap_points,
    measured.model_version,
    measured.rules_version,
    measured.sample_seed,
    measured.sample_settings
from measured
inner join best on measured.breakdown_topic = best.breakdown_topic
