-- The other side is one council, or the providers of one service: a kind of health is judged by the one that it needs.
{{ config(meta={'dagster': {'ref': {'name': 'int_agreement__disagreement'}}}) }}
select
    disagreement.kind,
    disagreement.area_id,
    disagreement.other_area_id as other_side
from {{ ref('int_agreement__disagreement') }} as disagreement
left join {{ ref('area') }} as area
    on disagreement.other_area_id = area.area_id and area.geographic_level = 'Local authority'
where area.area_id is null
union all
select
    kind.kind,
    null as area_id,
    need.service as other_side
from {{ ref('disagreement_kind') }} as kind
cross join {{ ref('need_service') }} as need
where
    kind.needed_sources like '%csds%'
    and kind.needed_sources <> 'sen2|csds_' || need.service
