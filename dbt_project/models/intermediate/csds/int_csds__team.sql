-- A team whose type was corrected asks for the new service and no longer for the old one.
with ranked as (
    select
        *,
        coalesce(team_id, team_type) as team_slot,
        {{ latest_record(['partner_id', 'service_request_id', 'coalesce(team_id, team_type)']) }} as record_rank
    from {{ ref('stg_csds__service_type') }}
),

team as (
    select
        *,
        false as is_first
    from ranked
    where record_rank = 1
),

referral as (
    select
        *,
        {{ latest_record(['partner_id', 'service_request_id']) }} as record_rank
    from {{ ref('stg_csds__referral') }}
),

suspected as (
    select distinct
        partner_id,
        service_request_id,
        {{ diagnosis_code('diagnosis_scheme', 'diagnosis_code') }} as code
    from {{ ref('stg_csds__provisional_diagnosis') }}
),

{{ service_of_teams('csds', has_suspected=true) }}
