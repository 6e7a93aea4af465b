-- SLA clocks: one definition of a row and of the period that it belongs to, read by the reports at any instant and by
-- analysts at the present one.
--
-- One row for each clock of each order, with the last word on its verdict (contracts 7). It belongs to the day of that
-- verdict, in the zone of its calendar; while it has none, to the day on which it started. So intervals side by side
-- count each clock once (sla 14). A miss that was recorded stays one when the order is canceled.
-- An order belongs to the group in which its agreement was on the day the clock started.

-- A share in percent, half up to 2 decimals, in whole numbers: a quotient is never rounded twice (sla 5).
create function analytics.percent(part bigint, whole bigint) returns numeric
language sql immutable parallel safe
return case when whole > 0 then 0.01 * div(20000::numeric * part + whole, 2 * whole) end;

do $migration$
declare
    present constant text := $$timestamptz '9999-12-31 23:59:58+00'$$;

    clocks constant text := $clocks$
        select o.stream_id as order_id, o.number, o.service_date, o.project, o.customer, o.stage,
            o.agreement, a.number as agreement_number, g.agreement_group,
            c.clock, c.policy, c.policy_version, c.level, c.priority, c.calendar, c.time_zone,
            c.state, c.verdict, c.verdict_at, c.started_at, c.stopped_at, c.at_risk_at, c.due_at,
            c.budget_seconds, c.budget_days, c.elapsed_seconds, c.measured_at,
            analytics.percent(c.elapsed_seconds, c.budget_seconds) as consumption_percent,
            (coalesce(c.verdict_at, c.started_at, c.attached_at) at time zone c.time_zone)::date as period_on,
            (
                select array_agg(r.code order by r.entry) from %5$s r
                where r.stream_id = o.stream_id and r.kind in ('close', 'cancel') and not r.removed
            ) as reasons
        from %1$s c
        join %2$s o on o.stream_id = c.stream_id
        left join %3$s a on a.stream_id = o.agreement
        left join lateral (
            select t.agreement_group from %4$s t
            where t.stream_id = o.agreement
                and t.effective_on <= (coalesce(c.started_at, c.attached_at) at time zone c.time_zone)::date
            order by t.effective_on desc, t.amendment desc limit 1
        ) g on true
    $clocks$;

    instant constant text := format('coalesce(instant, %s)', present);
    now_known constant text := format(clocks, read.known('sla_clock', present), read.known('service_order', present),
        read.known('agreement', present), read.known('agreement_term', present), read.known('order_reason', present));
    then_known constant text := format(clocks, read.known('sla_clock', instant), read.known('service_order', instant),
        read.known('agreement', instant), read.known('agreement_term', instant), read.known('order_reason', instant));
    occurred constant text := format(clocks, read.occurred('sla_clock', 'later.clock = here.clock', 'instant'),
        read.occurred('service_order', 'true', 'instant'),
        read.known('agreement', present), read.known('agreement_term', present),
        format('(select * from %s every where every.given_at <= instant)', read.known('order_reason', present)));
begin
    execute format('create view analytics.sla_clock as %s', now_known);
    execute format('create function read.sla_rows(instant timestamptz) returns setof analytics.sla_clock '
        'language sql stable parallel safe begin atomic %s; end', then_known);
    execute format('create function read.sla_rows_occurred(instant timestamptz) returns setof analytics.sla_clock '
        'language sql stable parallel safe begin atomic %s; end', occurred);
end $migration$;

create function analytics.sla_clock_as_of(instant timestamptz, sense analytics.sense default 'recorded')
returns setof analytics.sla_clock
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
    select * from read.sla_rows(instant) where sense is distinct from 'occurred' or instant is null
    union all
    select * from read.sla_rows_occurred(instant) where sense = 'occurred';
end;

create view analytics.sla_compliance as
select date_trunc('month', period_on)::date as month, policy, clock, priority, agreement_group, customer,
    count(*) filter (where verdict = 'met') as met,
    count(*) filter (where verdict = 'missed') as missed,
    count(*) filter (where verdict = 'running') as running,
    count(*) filter (where verdict = 'canceled') as canceled,
    analytics.percent(count(*) filter (where verdict = 'met'), count(*) filter (where verdict in ('met', 'missed')))
        as compliance_percent
from analytics.sla_clock
group by 1, 2, 3, 4, 5, 6;

comment on function analytics.percent(bigint, bigint) is
    'A part as a percentage of a whole, half up to 2 decimals; null when there is no whole. Arguments: part, whole.';
comment on function analytics.sla_clock_as_of(timestamptz, analytics.sense) is
    'sla_clock at an instant, every side at that instant; null: now. Recorded time, or occurred time as sense.';
comment on view analytics.sla_clock is 'One row for each SLA clock of each service order, with the last word on its verdict.';
comment on view analytics.sla_compliance is
    'SLA clocks counted by month of their verdict, policy, clock, priority, agreement group and customer; counts add up, '
    'percentages do not.';

do $comments$
declare
    about constant jsonb := jsonb_build_object(
        'order_id', 'Id of the service order',
        'number', 'Number of the service order, as people read it',
        'service_date', 'Day of the visit, local to the site',
        'project', 'Key of the project that the order is charged to',
        'customer', 'Key of the customer; null when none is named',
        'stage', 'Key of the stage in which the order stands; null before it entered one',
        'agreement', 'Id of the service agreement; null without one',
        'agreement_number', 'Number of the service agreement, as people read it; null without one',
        'agreement_group', 'Key of the group of the agreement on the day the clock started; null without an agreement',
        'clock', 'What is measured: response, resolution or another clock of the policy',
        'policy', 'Key of the SLA policy',
        'policy_version', 'Version of the SLA policy',
        'level', 'Whose policy it is: order, agreement, agreement_group or default',
        'priority', 'Priority by which the budget was chosen',
        'calendar', 'Key of the calendar; null when every second counts',
        'time_zone', 'Zone of the calendar, in which deadlines and periods are read',
        'state', 'attached (not started), running, paused, stopped or canceled',
        'verdict', 'running, met, missed or canceled; a miss stays one when the clock is canceled',
        'verdict_at', 'Instant at which the verdict became true; null while running',
        'started_at', 'Instant at which the clock started',
        'stopped_at', 'Instant at which the clock was stopped or canceled; null before',
        'at_risk_at', 'Instant at which the clock came to its first at-risk point; null before',
        'due_at', 'When the budget is used up if nothing pauses the clock, with offset, as told last; null while paused',
        'budget_seconds', 'Budget in seconds of open time; null when it is in working days',
        'budget_days', 'Budget in working days; null when it is open time',
        'elapsed_seconds', 'Open seconds that had elapsed at measured_at; a running clock goes on from there',
        'measured_at', 'Instant of what was told of the clock last',
        'consumption_percent', 'elapsed_seconds as a percentage of budget_seconds, half up to 2 decimals; may pass 100',
        'period_on', 'Local day to which the clock belongs: that of its verdict, while running that of its start',
        'reasons', 'Codes of the reasons given for closing or canceling, in order; null without one',
        'month', 'First day of the month to which the clocks belong',
        'met', 'Number of clocks that were met',
        'missed', 'Number of clocks that were missed',
        'running', 'Number of clocks without a verdict',
        'canceled', 'Number of clocks that were canceled without having been missed',
        'compliance_percent', 'met as a percentage of met and missed, half up to 2 decimals; null when both are 0'
    );
    found record;
begin
    for found in
        select attrelid::regclass as of_view, attname as name from pg_attribute
        where attrelid in ('analytics.sla_clock'::regclass, 'analytics.sla_compliance'::regclass) and attnum > 0
    loop
        execute format('comment on column %s.%I is %L', found.of_view, found.name, about ->> found.name);
    end loop;
end $comments$;
