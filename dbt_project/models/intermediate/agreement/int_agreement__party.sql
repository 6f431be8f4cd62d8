-- The other side is the providers of a missing referral, or another council; of two that claim one child each has its
-- own row already. Of a child without a health record in use nobody is listed: it may have opted out, and a list would
-- say to the council that health does not know it.
select
    kind,
    area_id,
    person_key,
    area_id as partner_id
from {{ ref('int_agreement__disagreement') }}
where kind <> 'no_health_record_in_use'
union
select
    kind,
    area_id,
    person_key,
    other_area_id as partner_id
from {{ ref('int_agreement__disagreement') }}
where kind not in ('health_knows_no_referral', 'no_health_record_in_use', 'two_las_claim_one_child')
union
select
    disagreement.kind,
    disagreement.area_id,
    disagreement.person_key,
    status.partner_id
from {{ ref('int_agreement__disagreement') }} as disagreement
inner join {{ ref('mart_submission_status') }} as status on disagreement.other_area_id = status.area_id
inner join {{ ref('need_service') }} as need on status.service = need.service
where disagreement.kind = 'health_knows_no_referral' and status.feed = 'csds'
