-- A child with a plan, a request and two referrals is one child.
select
    person_key,
    count(*) as row_count
from {{ ref('mart_send_cohort') }}
group by person_key
having count(*) > 1
