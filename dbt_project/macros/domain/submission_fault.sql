{#
    Why figures must not rest on a submission, in words that name the feed, the partner and the period; null where they may. `submission` is a relation
    with the columns of stg_submission__submission, `threshold` the row max_quarantined_share of quality_threshold.
#}
{% macro submission_fault(submission, threshold, period) -%}
{%- set what = submission ~ ".feed || ' from ' || " ~ submission ~ ".partner_id || ' for ' || " ~ period -%}
case
    when {{ submission }}.status = 'rejected'
        then {{ what }} || ' was refused' || coalesce(': submission ' || {{ submission }}.submission_id, '')
    when not {{ submission }}.is_selected then {{ what }} || ' came when no sharing agreement was in force'
    when {{ submission }}.worst_quarantined_pct > {{ threshold }}.value
        then
            {{ quarantined_rows(submission) }}
            || ', more than ' || cast({{ threshold }}.value as varchar) || ' % of ' || {{ submission }}.worst_table
    when {{ submission }}.empty_table is not null then {{ what }} || ' has no accepted row of ' || {{ submission }}.empty_table
end
{%- endmacro %}
