-- From the end of a stay in one tier to the first stay in another, judged by the five conditions of domain rules 7.3.
with episode as (
    select
        episode.*,
        rule.gap_days as limit_days,
        rule.short_gap_days,
        rule.long_gap_days,
        rule.window_days,
        rule.handover_working_days,
        parameter.as_of,
        coalesce(episode.closed_date <= parameter.as_of, false) as is_ended,
        least(episode.closed_date, parameter.as_of) as until_date
    from {{ ref('int_pathway__episode') }} as episode
    cross join {{ ref('stg_submission__run_parameter') }} as parameter
    inner join {{ ref('transition_rule') }} as rule
        on
            episode.pathway = rule.pathway
            and parameter.as_of >= rule.valid_from
            and coalesce(parameter.as_of <= rule.valid_to, true)
),

-- Whoever opened while the child was in the sending tier or soon after, and was not over long before that ended.
move as (
    select
        sending.episode_id as sending_id,
        receiving.episode_id as receiving_id,
        row_number() over (
            partition by sending.episode_id
            order by receiving.received_date, receiving.tier_order, receiving.provider_id
        ) as move_rank
    from episode as sending
    inner join episode as receiving
        on
            sending.person_key = receiving.person_key
            and sending.pathway = receiving.pathway
            and sending.tier <> receiving.tier
            and sending.received_date < receiving.received_date
            and receiving.received_date <= {{ add_days('sending.until_date', 'sending.window_days') }}
            and coalesce(
                receiving.closed_date >= {{ add_days('sending.until_date', '-1 * sending.window_days') }}, true
            )
),

-- The child came back, or was referred anew: any other stay that begins within the window, but for a step further up
-- and a step down that the receiving service itself asked for.
returned as (
    select
        move.sending_id,
        min(other.received_date) as returned_date
    from move
    inner join episode as sending on move.sending_id = sending.episode_id
    inner join episode as receiving on move.receiving_id = receiving.episode_id
    inner join episode as other
        on
            receiving.person_key = other.person_key
            and receiving.pathway = other.pathway
            and receiving.received_date < other.received_date
            and other.received_date <= {{ add_days('receiving.received_date', 'receiving.window_days') }}
    where
        move.move_rank = 1
        and not (receiving.tier_order > sending.tier_order and other.tier_order > receiving.tier_order)
        and not (
            other.tier_order < receiving.tier_order and coalesce(receiving.onward_date <= other.received_date, false)
        )
    group by move.sending_id
),

-- An onward referral was taken up within the same tier: a change of provider, no change of tier.
moved_within as (
    select distinct sending.episode_id as sending_id
    from episode as sending
    inner join episode as other
        on
            sending.person_key = other.person_key
            and sending.pathway = other.pathway
            and sending.tier = other.tier
            and sending.provider_id <> other.provider_id
            and sending.received_date < other.received_date
            and other.received_date <= {{ add_days('sending.until_date', 'sending.window_days') }}
    where sending.onward_date is not null
),

-- Where a pathway has two tiers, an onward referral is meant for the other one; else nothing says which is meant.
other_tier as (
    select
        tier.tier,
        service.pathway,
        case when count(distinct service.tier) = 1 then max(service.tier) end as intended_tier
    from {{ ref('tier') }} as tier
    inner join {{ ref('service') }} as service on tier.tier <> service.tier
    group by tier.tier, service.pathway
),

paired as (
    select
        sending.episode_id as transition_id,
        receiving.episode_id as receiving_episode_id,
        sending.person_key,
        sending.pathway,
        sending.tier as from_tier,
        coalesce(receiving.tier, other_tier.intended_tier, 'not_told') as to_tier,
        sending.provider_id as from_provider_id,
        receiving.provider_id as to_provider_id,
        sending.received_date as sending_received_date,
        case when sending.is_ended then sending.closed_date end as sending_end_date,
        sending.onward_date,
        receiving.received_date as receiving_received_date,
        receiving.first_attended_date as receiving_first_attended_date,
        returned.returned_date,
        sending.until_date,
        sending.limit_days,
        sending.short_gap_days,
        sending.long_gap_days,
        -- Overlap is no gap (rules 7.3).
        case
            when receiving.first_attended_date is not null and not sending.is_ended then 0
            when receiving.first_attended_date is not null
                then greatest(
                    0,
                    {{ days_between(
                        'greatest(sending.closed_date, sending.last_attended_date)', 'receiving.first_attended_date'
                    ) }}
                )
        end as gap_days,
        not receiving.is_rejected as is_accepted,
        case when receiving.episode_id is not null then returned.returned_date is null end as is_not_returned,
        case
            when sending.onward_date is not null and sending.is_ended
                then
                    sending.onward_date
                    <= {{ add_working_days('sending.closed_date', 'sending.handover_working_days') }}
        end as is_handover_in_time,
        -- Where no feed tells the day of acceptance, it is the day on which the referral came.
        case
            when sending.is_ended
                then sending.closed_date >= coalesce(receiving.accepted_date, receiving.received_date)
        end as is_end_after_acceptance,
        sending.window_days,
        {{ add_days('sending.until_date', 'sending.window_days') }} > sending.as_of as is_window_open,
        coalesce(
            {{ add_days('receiving.received_date', 'receiving.window_days') }} > sending.as_of, false
        ) as is_return_window_open,
        not sending.is_ended as is_sending_open,
        sending.is_rejected as is_sending_rejected,
        sending.is_closure_inferred as is_end_inferred,
        sending.is_impossible or coalesce(receiving.is_impossible, false) as is_impossible,
        sending.is_incomplete or coalesce(receiving.is_incomplete, false) as is_incomplete,
        receiving.episode_id is null and moved_within.sending_id is not null as is_within_tier
    from episode as sending
    left join move on sending.episode_id = move.sending_id and move.move_rank = 1
    left join episode as receiving on move.receiving_id = receiving.episode_id
    left join returned on sending.episode_id = returned.sending_id
    left join moved_within on sending.episode_id = moved_within.sending_id
    left join other_tier on sending.tier = other_tier.tier and sending.pathway = other_tier.pathway
    where receiving.episode_id is not null or sending.onward_date is not null
),

judged as (
    select
        paired.*,
        coalesce(person.residence_area_id, 'unknown') as area_id,
        coalesce(not paired.is_accepted or not paired.is_not_returned, false) as is_bounced,
        coalesce(paired.gap_days > paired.window_days, true) as is_lost,
        coalesce(person.is_deceased, false) as is_deceased,
        coalesce(person.is_aged_out, false) as is_aged_out,
        area.area_id is null as is_moved
    from paired
    left join {{ ref('dim_person') }} as person on paired.person_key = person.person_key
    left join {{ ref('area') }} as area on person.residence_area_id = area.area_id
)

select
    transition_id,
    receiving_episode_id,
    person_key,
    area_id,
    pathway,
    from_tier,
    to_tier,
    from_provider_id,
    to_provider_id,
    sending_received_date,
    sending_end_date,
    onward_date,
    receiving_received_date,
    receiving_first_attended_date,
    returned_date,
    gap_days,
    is_accepted,
    gap_days <= limit_days as is_gap_kept,
    is_not_returned,
    is_handover_in_time,
    is_end_after_acceptance,
    {%- for name, limit in [
        ('short_outcome', 'short_gap_days'), ('outcome', 'limit_days'), ('long_outcome', 'long_gap_days')
    ] %}
    case
        when is_bounced then 'bounced'
        when is_lost and is_window_open and gap_days is null then 'undecided'
        when is_lost then 'lost'
        when not is_end_after_acceptance then 'forced_discharge'
        when gap_days > {{ limit }} or not coalesce(is_handover_in_time, true) then 'delayed'
        else 'smooth'
    end as {{ name }},
    {%- endfor %}
    is_window_open or is_return_window_open as is_provisional,
    is_sending_open,
    is_sending_rejected,
    is_end_inferred,
    is_impossible,
    is_incomplete,
    is_within_tier,
    is_deceased,
    is_aged_out,
    is_moved,
    -- The filter comes last; each row that falls out says by its flags why.
    not is_sending_open
    {%- for flag in [
        'sending_rejected', 'end_inferred', 'impossible', 'incomplete', 'within_tier', 'deceased', 'aged_out', 'moved'
    ] %}
    and not is_{{ flag }}
    {%- endfor %} as is_counted
from judged
