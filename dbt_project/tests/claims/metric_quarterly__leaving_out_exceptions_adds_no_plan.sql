-- Plans with an exception leave both numerator and denominator; none comes in.
select
    exc.area_id,
    exc.time_window
from {{ ref('metric_quarterly') }} as exc
inner join {{ ref('metric_quarterly') }} as inc
    on
        exc.area_id = inc.area_id
        and exc.time_window = inc.time_window
        and exc.breakdown_topic = inc.breakdown_topic
        and exc.breakdown = inc.breakdown
where
    exc.metric_id = 'ehcp_20w_pct_exc'
    and inc.metric_id = 'ehcp_20w_pct_inc'
    and (exc.denominator > inc.denominator or exc.numerator > inc.numerator)
