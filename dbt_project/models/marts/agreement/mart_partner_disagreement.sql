with parameter as (
    select
        quarter,
        quarter_end,
        known_at
    from {{ ref('stg_submission__run_parameter') }}
),

needed as (
    select
        kind.kind,
        member.area_id,
        supply.supply_status,
        supply.reason
    from {{ ref('disagreement_kind') }} as kind
    inner join {{ ref('int_reference__area_member') }} as member on kind.is_rolled_up or not member.is_rollup
    inner join {{ ref('int_agreement__supply') }} as supply
        on
            member.member_area_id = supply.area_id
            and {{ in_pipe_list('supply.source_id', 'kind.needed_sources') }}
),

judged as (
    select
        kind,
        area_id,
        max(case when supply_status = 'withheld' then 1 else 0 end) as withheld_count,
        max(case when supply_status = 'not_supplied' then 1 else 0 end) as missing_count,
        {{ join_text('reason', '; ') }} as reason
    from needed
    group by kind, area_id
),

counted as (
    select
        disagreement.kind,
        member.area_id,
        count(distinct disagreement.person_key) as child_count
    from {{ ref('int_agreement__disagreement') }} as disagreement
    inner join {{ ref('int_reference__area_member') }} as member on disagreement.area_id = member.member_area_id
    group by disagreement.kind, member.area_id
),

stated as (
    select
        judged.*,
        {{ value_status('judged', 'parameter') }} as value_status,
        parameter.quarter
    from judged
    cross join parameter
)

select
    stated.quarter,
    kind.kind,
    kind.kind_name,
    kind.words,
    area.area_id,
    area.area_code,
    area.area_name,
    area.geographic_level,
    kind.area_basis,
    kind.needed_sources,
    cast(
        case when stated.value_status in ('final', 'provisional') then coalesce(counted.child_count, 0) end
        as double precision
    ) as child_count,
    stated.value_status,
    'none' as suppression,
    stated.reason as dq_reason
from stated
inner join {{ ref('disagreement_kind') }} as kind on stated.kind = kind.kind
inner join {{ ref('area') }} as area on stated.area_id = area.area_id
left join counted on stated.kind = counted.kind and stated.area_id = counted.area_id
