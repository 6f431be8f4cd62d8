with event as (
    select * from {{ stays(ref('int_ehc__event')) }}
    union all
    select * from {{ stays(ref('int_pathway__event')) }}
)

select
    {{ surrogate_key([
        'event.source_feed', 'event.case_id', 'event.service', 'event.event_type', 'event.event_date', 'event.submission_id',
        'event.source_row'
    ]) }} as event_id,
    event.person_key,
    event.case_id,
    event.pathway,
    event.service,
    event.tier,
    event.event_type,
    event.event_date,
    event.provider_id,
    event.area_id,
    event.area_basis,
    event.source_feed,
    event.source_row,
    event.submission_id
from event
