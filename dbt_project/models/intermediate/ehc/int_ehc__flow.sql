with cohort as (
    select
        parameter.quarter,
        parameter.quarter_end,
        ehc_case.case_id,
        ehc_case.person_key,
        'ehc' as pathway,
        'ehc' as service,
        'statutory' as tier,
        ehc_case.area_id as provider_id,
        ehc_case.area_id,
        ehc_case.received_date,
        ehc_case.is_incomplete,
        -- Begun or carried through elsewhere or in an older return: this authority did not take the steps.
        ehc_case.is_request_historical
        or ehc_case.is_assessment_historical
        or ehc_case.is_assessed_elsewhere
        or ehc_case.is_transferred_in as is_historical
    from {{ ref('int_ehc__case') }} as ehc_case
    inner join {{ ref('stg_submission__run_parameter') }} as parameter
        on
            ehc_case.received_date >= {{ add_months('parameter.quarter_start', -9) }}
            and ehc_case.received_date <= parameter.quarter_end
),

{{ flow_of_cases('int_ehc__event', flow='ehc') }}
