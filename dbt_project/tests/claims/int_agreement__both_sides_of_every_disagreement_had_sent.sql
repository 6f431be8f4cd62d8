-- No row without a file of either side: what nobody sent contradicts nothing.
{{ config(meta={'dagster': {'ref': {'name': 'int_agreement__disagreement'}}}) }}
select
    disagreement.kind,
    disagreement.area_id
from {{ ref('int_agreement__disagreement') }} as disagreement
left join {{ ref('int_agreement__supply') }} as supply
    on
        disagreement.other_area_id = supply.area_id
        and supply.supply_status = 'supplied'
        and supply.source_id = case disagreement.kind
            when 'la_says_plan_school_says_none' then 'school_census'
            when 'health_knows_no_referral' then 'csds_slt'
            when 'no_health_record_in_use' then 'csds_slt'
            else 'sen2'
        end
where supply.area_id is null
