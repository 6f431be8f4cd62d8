-- Only the numbers that a seed document gives (rules 2); none is made up for a direction.
select
    metric_id,
    area_id,
    target_value,
    target_due_date
from {{ ref('metric_target') }}
where
    (target_type = 'absolute') <> (target_value is not null)
    or (
        target_type = 'absolute'
        and not (
            area_id = 'nottinghamshire'
            and (
                (
                    metric_id in ('ehcp_20w_pct_inc', 'ehcp_20w_pct_exc')
                    and time_window = 'calendar_ytd'
                    and (
                        (target_value = 15 and target_due_date = date '2023-09-30')
                        or (target_value = 40 and target_due_date = date '2024-07-31')
                    )
                )
                or (
                    time_window = 'quarter'
                    and target_due_date = date '2024-07-31'
                    and (
                        (metric_id = 'annual_review_12m_pct' and target_value = 80)
                        or (metric_id = 'amended_plan_12w_pct' and target_value = 85)
                    )
                )
            )
        )
        and not (
            area_id = 'nottinghamshire'
            and (
                (
                    metric_id = 'ep_assessments_month'
                    and time_window = 'month_mean'
                    and target_value = 90
                    and target_due_date = date '2023-10-31'
                )
                or (
                    metric_id = 'structured_conversation_pct'
                    and time_window = 'quarter'
                    and (
                        (target_value = 50 and target_due_date = date '2023-12-31')
                        or (target_value = 95 and target_due_date = date '2024-07-31')
                    )
                )
            )
        )
        and not (
            area_id = 'qt1'
            and target_due_date = date '2025-01-31'
            and (
                (metric_id = 'mhst_school_coverage_pct' and target_value = 45)
                or (metric_id = 'mhst_cyp_coverage_count' and target_value = 72000)
            )
        )
        and not (
            area_id = 'nottinghamshire'
            and (
                (metric_id = 'ep_establishment_fte' and target_value = 9 and target_due_date = date '2025-09-30')
                or (
                    target_due_date = date '2023-07-31'
                    and (
                        (metric_id in ('service_organiser_added', 'nd_practitioner_added') and target_value = 1)
                        or (metric_id = 'nd_posts_added' and target_value = 4)
                        or (metric_id = 'ehcp_coordinator_added' and target_value = 6)
                    )
                )
            )
        )
    )
