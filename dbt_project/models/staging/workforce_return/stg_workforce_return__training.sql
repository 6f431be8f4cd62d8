select
    source.month,
    source.area,
    source.course,
    source.staff_group,
    source.staff_in_post,
    source.trained_in_post,
    source.places_offered,
    source.places_booked,
    source.places_completed,
    {{ sent_with('source') }}
from {{ source('raw', 'workforce_return_training') }} as source
