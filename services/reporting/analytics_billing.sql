-- Subscription billing: one definition of every row that is reported, read by the reports at any instant and by analysts
-- at the present one. Fees and accrual lines change and have twins; what is written once says when it happened.
--
-- Subscription revenue has two bases that are never mixed (MAR-09): `invoiced`, the net of documents on their date, and
-- `earned`, what was recognised on its date, plus the net of lines that are not earned over time. A credit line that takes
-- back a line which is earned over time is none of these: what was earned of it is reversed by its schedule.

-- A table as one side of a statement: at present, as it was known at an instant, or as it is known to have been then.
create function read.side(relation text, mode text) returns text
language sql immutable
return case
    when mode = 'present' then read.known(relation, $$timestamptz '9999-12-31 23:59:58+00'$$)
    when mode = 'recorded' then read.known(relation, $$coalesce(instant, timestamptz '9999-12-31 23:59:58+00')$$)
    when relation = 'subscription' then read.occurred(relation, 'true', 'instant')
    when relation = 'subscription_fee' then read.occurred(relation, 'later.share = here.share', 'instant')
    when relation = 'accrual_line' then read.occurred(relation, 'later.line = here.line', 'instant')
    else format('(select * from %s every where every.occurred_at <= instant)',
                read.known(relation, $$timestamptz '9999-12-31 23:59:58+00'$$)) end;

-- The statement with a table for every name in braces.
create function read.statement(body text, mode text) returns text
language plpgsql immutable as $function$
declare
    relation text;
begin
    foreach relation in array array['subscription', 'subscription_fee', 'accrual_schedule', 'accrual_line', 'deferral',
        'billing_document', 'billing_line', 'ledger_entry']
    loop
        body := replace(body, '{' || relation || '}', read.side(relation, mode));
    end loop;
    return replace(body, '{margin}', case mode
        when 'present' then 'analytics.service_order_margin'
        when 'recorded' then 'read.margin_rows(instant)'
        else 'read.margin_rows_occurred(instant)' end);
end $function$;

-- As it was known at an instant, or as it is known now to have been then (sla 18): a view, what the report asks (plain
-- bodies, so that the planner sees through them), and what analysts ask.
create function read.define(name text, body text) returns void
language plpgsql as $function$
begin
    execute format('create view analytics.%I as %s', name, read.statement(body, 'present'));
    execute format('create function read.%I(instant timestamptz) returns setof analytics.%I '
        'language sql stable parallel safe begin atomic %s; end',
        name || '_rows', name, read.statement(body, 'recorded'));
    execute format('create function read.%I(instant timestamptz) returns setof analytics.%I '
        'language sql stable parallel safe begin atomic %s; end',
        name || '_rows_occurred', name, read.statement(body, 'occurred'));
    execute format('create function analytics.%1$I(instant timestamptz, sense analytics.sense default $$recorded$$) '
        'returns setof analytics.%2$I language sql stable security definer set search_path = pg_catalog, pg_temp '
        'begin atomic select * from read.%3$I(instant) where sense is distinct from $$occurred$$ or instant is null '
        'union all select * from read.%4$I(instant) where sense = $$occurred$$; end',
        name || '_as_of', name, name || '_rows', name || '_rows_occurred');
    execute format('comment on function analytics.%I(timestamptz, analytics.sense) is %L', name || '_as_of',
        name || ' at an instant, every side at that instant; null: now. Recorded time, or occurred time as sense.');
end $function$;

do $migration$
declare
    -- One share of a fee with what its schedule has still to earn, in the accounting currency (SRP-01, SRP-02).
    fees constant text := $body$
        select f.stream_id as fee, f.share, f.subscription, f.subscription_number, f.subscription_group,
            s.active as subscription_active, s.currency as subscription_currency,
            s.base_price as subscription_base_price, s.price_index as subscription_index, f.run, f.created_at, f.kind, f.first_day, f.last_day, f.days,
            f.period_code, f.cycle, f.price_source, f.base_price, f.price_index, f.percentage, f.amount, f.currency,
            f.project, f.contract, f.customer, f.category, f.agreement, f.line_property, f.chargeable, f.project_date,
            f.adjusts, f.state as status,
            case when f.state in ('selected_for_credit', 'on_credit_proposal') then 'invoiced' else f.state end
                as inquiry_status,
            f.invoice, f.invoiced_on, f.invoiced_net, f.credit_note, f.credited_on,
            h.currency as accounting_currency, h.amount as to_accrue, a.accrued, a.remaining, a.last_accrual_on,
            case when h.stream_id is null then 'none' when a.open_lines > 0 then 'open' else 'done' end as accrual_state
        from {subscription_fee} f
        left join {subscription} s on s.stream_id = f.subscription
        left join {accrual_schedule} h on h.stream_id = f.schedule
        left join lateral (
            select coalesce(sum(l.amount) filter (where l.state = 'posted'), 0) as accrued,
                coalesce(sum(l.amount) filter (where l.state = 'open'), 0) as remaining,
                max(l.accrued_on) as last_accrual_on, count(*) filter (where l.state = 'open') as open_lines
            from {accrual_line} l
            where l.stream_id = h.stream_id
        ) a on h.stream_id is not null
        where f.state <> 'deleted'
    $body$;

    -- What schedules are made of, less what was deleted once all was posted (SRP-03, ACC-09).
    lines constant text := $body$
        select l.stream_id as schedule, l.line, h.fee, h.share, h.kind, h.subscription, h.subscription_number,
            h.subscription_group, h.project, h.category, h.agreement, h.customer, h.invoice, h.invoiced_on,
            h.accrual_code, h.basis, l.first_day, l.last_day, l.amount, h.currency,
            case when l.state = 'open' and l.reversed_on is not null then 'reversed' else l.state end as state,
            l.accrued_on, l.reversed_on, l.dropped_on, l.voucher, l.times_posted
        from {accrual_line} l
        join {accrual_schedule} h on h.stream_id = l.stream_id
        where not l.deleted
    $body$;

    -- Every movement of what is still to be earned, and the same by month: closing is what is open (SRP-04).
    movements constant text := $body$
        select m.stream_id as schedule, m.movement, h.fee, h.subscription, h.subscription_number, h.subscription_group,
            h.project, h.category, h.agreement, h.customer, m.kind as movement_kind, m.posted_on, m.amount, h.currency
        from {deferral} m
        join {accrual_schedule} h on h.stream_id = m.stream_id
    $body$;

    months constant text := $body$
        with moved as (
            select h.subscription_group, h.currency, date_trunc('month', m.posted_on)::date as month,
                sum(m.amount) filter (where m.kind = 'billed') as billed,
                -sum(m.amount) filter (where m.kind in ('recognised', 'reversed')) as recognised,
                -sum(m.amount) filter (where m.kind = 'credited') as credited,
                sum(m.amount) as moved
            from {deferral} m
            join {accrual_schedule} h on h.stream_id = m.stream_id
            group by 1, 2, 3
        ),
        every as (
            select g.subscription_group, g.currency, generate_series(g.first, e.last, interval '1 month')::date as month
            from (select subscription_group, currency, min(month) as first from moved group by 1, 2) g
            join (select currency, max(month) as last from moved group by 1) e on e.currency = g.currency
        )
        select e.month, e.subscription_group, e.currency,
            sum(coalesce(m.moved, 0)) over so_far - coalesce(m.moved, 0) as opening,
            coalesce(m.billed, 0) as billed, coalesce(m.recognised, 0) as recognised,
            coalesce(m.credited, 0) as credited, sum(coalesce(m.moved, 0)) over so_far as closing
        from every e
        left join moved m
            on m.subscription_group = e.subscription_group and m.currency = e.currency and m.month = e.month
        window so_far as (partition by e.subscription_group, e.currency order by e.month)
    $body$;

    documents constant text := $body$
        select d.stream_id as document, d.number, d.kind as document_kind, d.issuer, d.issued_on, d.customer, d.contract,
            d.net, d.tax, d.total, d.currency, d.rate, d.accounting_net, d.accounting_currency
        from {billing_document} d
    $body$;

    entries constant text := $body$
        select e.stream_id as voucher, e.entry, e.posted_on, e.source, e.belongs_to, e.posting_type, e.account,
            greatest(e.amount, 0) as debit, greatest(-e.amount, 0) as credit, e.amount, e.currency, e.project,
            e.category, e.customer, e.subscription
        from {ledger_entry} e
    $body$;

    balances constant text := $body$
        with moved as (
            select e.account, e.currency, date_trunc('month', e.posted_on)::date as month,
                sum(greatest(e.amount, 0)) as debit, sum(greatest(-e.amount, 0)) as credit, sum(e.amount) as moved
            from {ledger_entry} e
            group by 1, 2, 3
        ),
        every as (
            select a.account, a.currency, generate_series(a.first, e.last, interval '1 month')::date as month
            from (select account, currency, min(month) as first from moved group by 1, 2) a
            join (select currency, max(month) as last from moved group by 1) e on e.currency = a.currency
        )
        select e.month, e.account, e.currency,
            sum(coalesce(m.moved, 0)) over so_far - coalesce(m.moved, 0) as opening,
            coalesce(m.debit, 0) as debit, coalesce(m.credit, 0) as credit,
            sum(coalesce(m.moved, 0)) over so_far as closing
        from every e
        left join moved m on m.account = e.account and m.currency = e.currency and m.month = e.month
        window so_far as (partition by e.account, e.currency order by e.month)
    $body$;

    -- What counts for the margin of agreements and projects: posted order lines under both bases, and the revenue of
    -- subscriptions under its own (MAR-09).
    margins constant text := $body$
        select b.basis, m.agreement, m.project, m.posted_on as counted_on, m.currency,
            0::numeric as subscription_revenue, m.sales as order_sales, m.cost as order_cost
        from {margin} m
        cross join (values ('earned'), ('invoiced')) b(basis)
        where m.state <> 'expected'
        union all
        select 'invoiced', l.agreement, l.project, l.issued_on, l.accounting_currency, l.accounting_net, 0, 0
        from {billing_line} l
        union all
        select 'earned', l.agreement, l.project, l.issued_on, l.accounting_currency, l.accounting_net, 0, 0
        from {billing_line} l
        left join {billing_line} r on r.stream_id = l.reversed_document and r.line = l.reversed_line
        where l.schedule is null and r.schedule is null
        union all
        select 'earned', h.agreement, h.project, m.posted_on, h.currency, -m.amount, 0, 0
        from {deferral} m
        join {accrual_schedule} h on h.stream_id = m.stream_id
        where m.kind in ('recognised', 'reversed')
    $body$;
begin
    perform read.define('subscription_fee', fees);
    perform read.define('accrual_line', lines);
    perform read.define('deferred_revenue', movements);
    perform read.define('deferred_revenue_month', months);
    perform read.define('billing_document', documents);
    perform read.define('ledger_entry', entries);
    perform read.define('trial_balance', balances);
    perform read.define('margin_entry', margins);
end $migration$;

create view analytics.agreement_margin as
select basis, agreement, currency, sum(subscription_revenue) as subscription_revenue, sum(order_sales) as order_sales,
    sum(order_cost) as order_cost, sum(subscription_revenue + order_sales - order_cost) as margin,
    analytics.margin_percent(sum(order_cost), sum(subscription_revenue + order_sales)) as margin_percent
from analytics.margin_entry
where agreement is not null
group by basis, agreement, currency;

create view analytics.project_margin as
select basis, project, currency, sum(subscription_revenue) as subscription_revenue, sum(order_sales) as order_sales,
    sum(order_cost) as order_cost, sum(subscription_revenue + order_sales - order_cost) as margin,
    analytics.margin_percent(sum(order_cost), sum(subscription_revenue + order_sales)) as margin_percent
from analytics.margin_entry
group by basis, project, currency;

-- these only wrote the statements above
drop function read.define(text, text);
drop function read.statement(text, text);
drop function read.side(text, text);
drop function read.known(text, text);
drop function read.occurred(text, text, text);
