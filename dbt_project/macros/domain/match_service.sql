{#
    Which service each team of a referral is: the rules of seed service_rule, tried in their order against what is known of it. `traits` is a
    relation of (key, match_on, code), one row per thing known. Gives (key, service, rule_rank); rank 1 is the rule that holds.
#}
{% macro match_service(feed, traits, key) -%}
select
    {%- for column in key %}
    trait.{{ column }},
    {%- endfor %}
    rule.service,
    row_number() over (
        partition by {% for column in key %}trait.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
        order by rule.rule_order
    ) as rule_rank
from {{ traits }} as trait
inner join {{ ref('service_rule') }} as rule
    on trait.match_on = rule.match_on and trait.code = rule.code
left join {{ traits }} as also
    on
        {%- for column in key %}
        trait.{{ column }} = also.{{ column }} and
        {%- endfor %}
        rule.also_on = also.match_on
        and rule.also_code = also.code
where rule.feed = '{{ feed }}' and (coalesce(rule.also_on, '') = '' or also.code is not null)
{%- endmacro %}
