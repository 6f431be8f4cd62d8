-- One long shape for all that partners send as counts. Nothing is added up here, and nothing is divided.
with survey as (
    select
        'survey_return' as source_feed,
        'positive' as measure,
        question as code,
        service as return_service,
        area as area_id,
        respondent_type as party,
        fieldwork_end as counted_on,
        false as is_snapshot,
        positive as numerator,
        valid as denominator,
        partner_id,
        submission_id,
        source_row
    from {{ ref('stg_survey_return__response') }}
),

-- A complaint that goes on to the next stage is the same complaint, so the stage is a part of the measure.
complaint as (
    select
        'complaints_return' as source_feed,
        'received_stage_' || stage as measure,
        theme as code,
        service as return_service,
        area as area_id,
        cast(null as varchar) as party,
        month as counted_on,
        false as is_snapshot,
        received as numerator,
        cast(null as bigint) as denominator,
        partner_id,
        submission_id,
        source_row
    from {{ ref('stg_complaints_return__complaint') }}
),

appeal as (
    {%- for measure, numerator, denominator in [
        ('mediation', 'mediations_held', 'cast(null as bigint)'), ('appeal', 'registered', 'appealable_decisions'),
        ('extended_appeal', 'extended', 'cast(null as bigint)')
    ] %}
    select
        'tribunal_return' as source_feed,
        '{{ measure }}' as measure,
        appeal_type as code,
        cast(null as varchar) as return_service,
        area as area_id,
        cast(null as varchar) as party,
        month as counted_on,
        false as is_snapshot,
        {{ numerator }} as numerator,
        {{ denominator }} as denominator,
        partner_id,
        submission_id,
        source_row
    from {{ ref('stg_tribunal_return__appeal') }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- Behind an amount stand the children for whom it was spent: where they are few, it tells of them.
spend as (
    select
        'spend_return' as source_feed,
        'amount' as measure,
        category as code,
        service as return_service,
        area as area_id,
        payer as party,
        period_to as counted_on,
        false as is_snapshot,
        amount_gbp as numerator,
        cyp_funded as denominator,
        partner_id,
        submission_id,
        source_row
    from {{ ref('stg_spend_return__spend') }}
),

-- Patients must not be added over months; items can be, and are at least as many.
prescribed as (
    {%- for measure, numerator, denominator in [
        ('items', 'prescribed.items', 'cast(null as bigint)'),
        ('cost', 'prescribed.net_ingredient_cost_gbp', 'prescribed.items')
    ] %}
    select
        'prescribing_return' as source_feed,
        '{{ measure }}' as measure,
        substring(prescribed.bnf_code, 1, 9) as code,
        cast(null as varchar) as return_service,
        -- Only a board that is an area of ours: one of which we hold a part is no area's figure (rules 0.8).
        area.area_id,
        cast(null as varchar) as party,
        prescribed.month as counted_on,
        false as is_snapshot,
        {{ numerator }} as numerator,
        {{ denominator }} as denominator,
        prescribed.partner_id,
        prescribed.submission_id,
        prescribed.source_row
    from {{ ref('stg_prescribing_return__prescribed') }} as prescribed
    inner join {{ ref('area') }} as area on prescribed.icb = area.area_code
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

post as (
    {%- for measure in ['added_fte', 'posts_recruited'] %}
    select
        'workforce_return' as source_feed,
        '{{ measure }}' as measure,
        role as code,
        service as return_service,
        area as area_id,
        cast(null as varchar) as party,
        as_of as counted_on,
        true as is_snapshot,
        {{ measure }} as numerator,
        cast(null as bigint) as denominator,
        partner_id,
        submission_id,
        source_row
    from {{ ref('stg_workforce_return__post') }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

training as (
    select
        'workforce_return' as source_feed,
        'places_completed' as measure,
        course as code,
        cast(null as varchar) as return_service,
        area as area_id,
        cast(null as varchar) as party,
        month as counted_on,
        false as is_snapshot,
        places_completed as numerator,
        cast(null as bigint) as denominator,
        partner_id,
        submission_id,
        source_row
    from {{ ref('stg_workforce_return__training') }}
),

team as (
    select
        'mhst_return' as source_feed,
        'teams_operational' as measure,
        'all' as code,
        cast(null as varchar) as return_service,
        area as area_id,
        cast(null as varchar) as party,
        as_of as counted_on,
        true as is_snapshot,
        teams_operational as numerator,
        cast(null as bigint) as denominator,
        partner_id,
        submission_id,
        source_row
    from {{ ref('stg_mhst_return__team') }}
),

coverage as (
    {%- for measure, denominator in [('schools_covered', 'schools'), ('pupils_covered', 'cast(null as bigint)')] %}
    select
        'mhst_return' as source_feed,
        '{{ measure }}' as measure,
        'all' as code,
        cast(null as varchar) as return_service,
        area as area_id,
        cast(null as varchar) as party,
        as_of as counted_on,
        true as is_snapshot,
        {{ measure }} as numerator,
        {{ denominator }} as denominator,
        partner_id,
        submission_id,
        source_row
    from {{ ref('stg_mhst_return__coverage') }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

activity as (
    select
        'service_activity_return' as source_feed,
        kind as measure,
        measure as code,
        service as return_service,
        area as area_id,
        locality as party,
        month as counted_on,
        kind = 'snapshot' as is_snapshot,
        numerator,
        denominator,
        partner_id,
        submission_id,
        source_row
    from {{ ref('stg_service_activity_return__activity') }}
),

told as (
    {%- for kind in [
        'survey', 'complaint', 'appeal', 'spend', 'prescribed', 'post', 'training', 'team', 'coverage', 'activity'
    ] %}
    select * from {{ kind }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    source_feed,
    measure,
    code,
    return_service,
    area_id,
    party,
    counted_on,
    {{ quarter_label('counted_on') }} as quarter,
    is_snapshot,
    cast(numerator as double precision) as numerator,
    cast(denominator as double precision) as denominator,
    partner_id,
    submission_id,
    source_row
from told
where numerator is not null
