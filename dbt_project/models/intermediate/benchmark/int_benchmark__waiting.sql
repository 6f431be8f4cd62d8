-- The SitRep's children's services, England and the organisations in scope, one row per band: from the newest workbook
-- of the month, else from the committed seed.
with coded as (
    select
        waiting.period,
        waiting.org_type,
        case
            when waiting.org_type = 'National' then 'E92000001'
            else coalesce(waiting.sent_org_code, known.org_code) -- the early workbooks have names only
        end as org_code,
        waiting.service,
        waiting.band,
        waiting.waiting_count,
        waiting.value_status,
        waiting.submission_id,
        waiting.received_at
    from {{ ref('stg_chs_sitrep__waiting') }} as waiting
    left join {{ ref('provider_name') }} as known
        on
            waiting.org_type = known.org_type
            and waiting.org_name_key = known.org_name_key
    where waiting.age_group = 'CYP'
),

supplied as (
    select
        coded.period,
        coded.org_code,
        coded.service,
        coded.band,
        coded.waiting_count,
        coded.value_status,
        coded.submission_id,
        cast(null as varchar) as seed_source
    from coded
    left join {{ ref('provider_name') }} as organisation
        on
            coded.org_type = organisation.org_type
            and coded.org_code = organisation.org_code
            and organisation.is_current_name
    where coded.org_type = 'National' or organisation.is_in_scope
    qualify
        row_number() over (
            partition by coded.period, coded.org_code, coded.service, coded.band
            order by coded.received_at desc, coded.submission_id asc
        ) = 1
),

committed as (
    select
        period,
        area_code as org_code,
        service,
        band,
        numerator as waiting_count,
        'number' as value_status,
        cast(null as varchar) as submission_id,
        source as seed_source
    from {{ ref('published_figure') }}
    where measure = 'chs_waiting_count'
)

select * from supplied
union all
select committed.*
from committed
anti join supplied
    on
        committed.period = supplied.period
        and committed.org_code = supplied.org_code
