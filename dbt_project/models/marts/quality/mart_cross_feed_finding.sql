select
    parameter.quarter,
    finding.rule,
    finding.feed,
    finding.table_name,
    finding.partner_id,
    finding.submission_id,
    count(*) as row_count
from {{ ref('stg_submission__cross_feed_finding') }} as finding
cross join {{ ref('stg_submission__run_parameter') }} as parameter
group by
    parameter.quarter,
    finding.rule,
    finding.feed,
    finding.table_name,
    finding.partner_id,
    finding.submission_id
