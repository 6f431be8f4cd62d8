{#
    The end of int_csds__team and int_mhsds__team, over the relations `team` (one row per team as last sent), `referral` (record_rank = 1 is
    the last sent) and, where the feed has one, `suspected` (a referral's suspected diagnoses as codes): which service each team is.
#}
{% macro service_of_teams(feed, has_suspected) %}
{%- set slot = ['partner_id', 'service_request_id', 'team_slot'] %}
{%- set request = slot[:2] %}
trait as (
    select
        {{ slot | join(',\n        ') }},
        'team_type' as match_on,
        team_type as code
    from team
    union all
    select
        {{ keys_of('team', slot) }},
        'referral_reason' as match_on,
        referral.referral_reason as code
    from team
    inner join referral
        on {{ same_keys('team', 'referral', request) }}
    where referral.record_rank = 1
    {%- if has_suspected %}
    union all
    select
        {{ keys_of('team', slot) }},
        'provisional_diagnosis' as match_on,
        suspected.code
    from team
    inner join suspected
        on {{ same_keys('team', 'suspected', request) }}
    {%- endif %}
),

fitting as (
    {{ match_service(feed, 'trait', slot) }}
)

select
    {{ surrogate_key(['team.partner_id', 'team.service_request_id', 'team.team_slot']) }} as team_key,
    team.partner_id,
    team.service_request_id,
    team.team_id,
    team.team_type,
    fitting.service,
    team.is_first,
    team.closure_date,
    team.rejection_date,
    team.period_end
from team
left join fitting
    on
        {{ same_keys('team', 'fitting', slot) }}
        and fitting.rule_rank = 1
{% endmacro %}
