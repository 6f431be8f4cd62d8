with cohort as (
    select
        parameter.quarter,
        parameter.quarter_end,
        spell.spell_id as case_id,
        spell.person_key,
        spell.pathway,
        spell.service,
        spell.tier,
        spell.provider_id,
        coalesce(person.residence_area_id, 'unknown') as area_id,
        spell.received_date,
        spell.is_incomplete,
        false as is_historical
    from {{ ref('int_pathway__spell') }} as spell
    inner join {{ ref('stg_submission__run_parameter') }} as parameter
        on
            spell.received_date >= {{ add_months('parameter.quarter_start', -9) }}
            and spell.received_date <= parameter.quarter_end
    left join {{ ref('dim_person') }} as person on spell.person_key = person.person_key
),

{{ flow_of_cases('int_pathway__event', flow='health') }}
