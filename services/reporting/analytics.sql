-- The margin of order lines: one definition, read by the report at any instant and by analysts at the present one.
--
-- One row for each order line that is not canceled, in the one bucket where all of it stands (MAR-01, MAR-03):
--   expected  the line is Created; its figures are those expected of it
--   posted    the line is Posted; its figures are those of its live transaction, after adjustments (MAR-05)
--   invoiced  the line is Posted, its live sales are not zero, and the documents issued for it, credit notes
--             subtracted, add up to exactly these sales (MAR-06)
-- So a line that sells nothing stays posted; a line adjusted from 225 to 150 is posted until the credit note over 75 is
-- heard; one whose invoice was given back, in full or in part, is posted again. The cost stands where the line stands:
-- no document moves it. invoiced_sales tells what the documents add up to, whatever the bucket.
--
-- Every table is read as it was known at one instant; the present is the last instant before known_to is open.

create schema analytics;

-- Half up, away from zero, in whole numbers: a quotient is never rounded twice (MAR-02).
create function analytics.margin_percent(cost numeric, sales numeric) returns numeric
language sql immutable parallel safe
return case when sales <> 0 then
    0.01 * sign(sales - cost) * sign(sales) * div(20000 * abs(sales - cost) + abs(sales), 2 * abs(sales)) end;

-- A versioned table as it was known at an instant; the present is the last instant before known_to is open.
create function read.known(relation text, instant text) returns text
language sql immutable
return format('(select * from read.%1$I where known_from <= %2$s and known_to > %2$s)', relation, instant);

-- The twin of a table as it is known now to have been at an instant; `same` says which rows of a stream are the same.
create function read.occurred(relation text, same text, instant text) returns text
language sql immutable
return format(
    '(select * from read.%1$I here where here.known_to > %4$s and here.occurred_from <= %3$s and not exists ('
    'select from read.%1$I later where later.stream_id = here.stream_id and %2$s and later.known_to > %4$s '
    'and later.occurred_from > here.occurred_from and later.occurred_from <= %3$s))',
    relation || '_then', same, instant, $$timestamptz '9999-12-31 23:59:58+00'$$);

do $migration$
declare
    present constant text := $$timestamptz '9999-12-31 23:59:58+00'$$;

    -- Every order with its progress (LIF-01): any line Created, else any Posted, else Canceled; no line, in process.
    orders constant text := $orders$
        select o.stream_id as order_id, o.number, o.service_date,
            (
                select case
                    when bool_or(every.state = 'created') then 'in_process'
                    when bool_or(every.state = 'posted') then 'posted'
                    when bool_or(every.state = 'canceled') or o.canceled then 'canceled'
                    else 'in_process' end
                from %2$s every
                where every.stream_id = o.stream_id
            ) as progress,
            o.agreement, o.project, o.customer, o.currency, o.priority, o.stage
        from %1$s o
    $orders$;

    lines constant text := $lines$
        select o.order_id, o.number, o.service_date, o.progress, o.agreement, o.project, o.customer,
            l.line, l.type, l.category, l.worker, l.item, null::uuid as object, null::text as task,
            m.quantity, m.unit_cost, m.cost, m.unit_price, m.sales, o.currency,
            m.sales - m.cost as margin, analytics.margin_percent(m.cost, m.sales) as margin_percent,
            l.chargeable,
            case
                when l.state = 'created' then 'expected'
                when m.sales <> 0 and m.sales = i.amount then 'invoiced'
                else 'posted' end as state,
            l.transaction, l.posted_on, string_to_array(i.documents, E'\n') as invoice, i.issued_on as invoiced_on,
            i.amount as invoiced_sales,
            l.expected_quantity as planned_quantity, l.expected_cost as planned_cost,
            l.expected_sales as planned_sales
        from (%1$s) o
        join %2$s l on l.stream_id = o.order_id
        cross join lateral (
            select
                case l.state when 'posted' then l.posted_quantity else l.expected_quantity end as quantity,
                case l.state when 'posted' then l.posted_unit_cost else l.expected_unit_cost end as unit_cost,
                case l.state when 'posted' then l.posted_cost else l.expected_cost end as cost,
                case l.state when 'posted' then l.posted_unit_price else l.expected_unit_price end as unit_price,
                case l.state when 'posted' then l.posted_sales else l.expected_sales end as sales
        ) m
        left join %3$s i
            on l.state = 'posted' and i.stream_id = l.stream_id and i.line = l.line and i.currency = o.currency
        where l.state <> 'canceled'
    $lines$;

    instant constant text := format('coalesce(instant, %s)', present);
    -- what a line of the margin is made of: orders, their lines, what was invoiced of these
    now_known constant text[] := array[read.known('service_order', present), read.known('order_line', present),
        read.known('invoiced_line', present)];
    then_known constant text[] := array[read.known('service_order', instant), read.known('order_line', instant),
        read.known('invoiced_line', instant)];
    occurred constant text[] := array[read.occurred('service_order', 'true', 'instant'),
        read.occurred('order_line', 'later.line = here.line', 'instant'),
        read.occurred('invoiced_line', 'later.line = here.line', 'instant')];
    made_of text[];
begin
    execute format('create view analytics.service_order as %s', format(orders, now_known[1], now_known[2]));
    execute format('create view analytics.service_order_margin as %s',
        format(lines, format(orders, now_known[1], now_known[2]), now_known[2], now_known[3]));
    -- for the report: plain bodies, so that the planner sees through them to the conditions around them
    foreach made_of slice 1 in array array[then_known || 'margin_rows'::text, occurred || 'margin_rows_occurred'::text]
    loop
        execute format(
            'create function read.%I(instant timestamptz) returns setof analytics.service_order_margin '
            'language sql stable parallel safe begin atomic %s; end', made_of[4],
            format(lines, format(orders, made_of[1], made_of[2]), made_of[2], made_of[3]));
    end loop;
end $migration$;

-- As it was known at an instant, or as it is known now to have been then (sla 18).
create type analytics.sense as enum ('recorded', 'occurred');

create function analytics.service_order_margin_as_of(instant timestamptz, sense analytics.sense default 'recorded')
returns setof analytics.service_order_margin
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
    select * from read.margin_rows(instant) where sense is distinct from 'occurred' or instant is null
    union all
    select * from read.margin_rows_occurred(instant) where sense = 'occurred';
end;

create view analytics.service_order_margin_totals as
select order_id, number, service_date, progress, agreement, project, customer, currency,
    count(*) filter (where state = 'expected') as expected_lines,
    coalesce(sum(cost) filter (where state = 'expected'), 0) as expected_cost,
    coalesce(sum(sales) filter (where state = 'expected'), 0) as expected_sales,
    coalesce(sum(margin) filter (where state = 'expected'), 0) as expected_margin,
    count(*) filter (where state = 'posted') as posted_lines,
    coalesce(sum(cost) filter (where state = 'posted'), 0) as posted_cost,
    coalesce(sum(sales) filter (where state = 'posted'), 0) as posted_sales,
    coalesce(sum(margin) filter (where state = 'posted'), 0) as posted_margin,
    count(*) filter (where state = 'invoiced') as invoiced_lines,
    coalesce(sum(cost) filter (where state = 'invoiced'), 0) as invoiced_cost,
    coalesce(sum(sales) filter (where state = 'invoiced'), 0) as invoiced_sales,
    coalesce(sum(margin) filter (where state = 'invoiced'), 0) as invoiced_margin,
    count(*) as lines, sum(cost) as cost, sum(sales) as sales, sum(margin) as margin,
    analytics.margin_percent(sum(cost), sum(sales)) as margin_percent
from analytics.service_order_margin
group by order_id, number, service_date, progress, agreement, project, customer, currency;

comment on schema analytics is
    'For analysts: service orders and their margins as they stand now, and margins as they were known at an instant. '
    'People and customers are named by key only.';
comment on function analytics.margin_percent(numeric, numeric) is
    'Margin as a percentage of sales, half up to 2 decimals; null when nothing is sold. Arguments: cost, sales.';
comment on type analytics.sense is
    'recorded: as it was known at an instant; occurred: as it is known now to have been then, whenever it was reported.';
comment on function analytics.service_order_margin_as_of(timestamptz, analytics.sense) is
    'service_order_margin at an instant, every side at that instant; null: now. Recorded time, or occurred time as sense.';
comment on view analytics.service_order is 'Every service order as it stands now.';
comment on view analytics.service_order_margin is
    'One row for each line of a service order that is not canceled, in the one state where all of it stands.';
comment on view analytics.service_order_margin_totals is
    'One row for each service order that has a line which is not canceled: its lines added up, by state and in all.';

-- Every column says what it is; the same column says the same in every view.
do $comments$
declare
    about constant jsonb := jsonb_build_object(
        'order_id', 'Id of the service order',
        'number', 'Number of the service order, as people read it',
        'service_date', 'Day of the visit, local to the site',
        'priority', 'Priority of the order; null when none was set, which counts as normal',
        'stage', 'Key of the stage in which the order stands; null before it entered one',
        'progress', 'Progress of the whole order: in_process while a line is Created, else posted while one is Posted, else canceled',
        'agreement', 'Id of the service agreement; null without one',
        'project', 'Key of the project that the order is charged to',
        'customer', 'Key of the customer; null when none is named',
        'line', 'Number of the line within the order; never used again',
        'type', 'Type of the transaction: hour, expense, item or fee',
        'category', 'Key of the category; null when the line has none',
        'worker', 'Key of the worker; null when the line has none',
        'item', 'Key of the item; null when the line has none',
        'object', 'Service object; always null in this version',
        'task', 'Service task; always null in this version',
        'quantity', 'Quantity: of the live transaction once posted, before that as expected',
        'unit_cost', 'Cost price of a unit: of the live transaction once posted, before that as expected',
        'cost', 'Cost, rounded once for each line: of the live transaction once posted, before that as expected',
        'unit_price', 'Sales price of a unit: of the live transaction once posted, before that as expected',
        'sales', 'Sales, rounded once for each line; zero when not chargeable; of the live transaction once posted',
        'currency', 'Currency of every amount in the row, ISO 4217',
        'margin', 'Sales less cost',
        'margin_percent', 'Margin as a percentage of sales, half up to 2 decimals; null when sales are zero',
        'chargeable', 'Whether the customer is to pay for the line',
        'state', 'expected, posted or invoiced (posted, and the documents add up to exactly its sales, which are not zero)',
        'transaction', 'Id of the live project transaction; null until posted',
        'posted_on', 'Day (UTC) on which the live transaction was posted; null until posted',
        'invoice', 'Numbers of the invoices and credit notes for the line, as they were told; null without one',
        'invoiced_on', 'Date of the last document for the line; null without one',
        'invoiced_sales', 'What invoices, less credit notes, add up to for the line; null without a document',
        'planned_quantity', 'Quantity that was expected when the line was last revised; null if it was never expected',
        'planned_cost', 'Cost that was expected when the line was last revised; null if it was never expected',
        'planned_sales', 'Sales that were expected when the line was last revised; null if they were never expected'
    );
    totals constant jsonb := jsonb_build_object(
        'lines', 'Number of lines', 'cost', 'Sum of cost', 'sales', 'Sum of sales', 'margin', 'Sales less cost');
    found record;
    says text;
begin
    for found in
        select attrelid::regclass as of_view, attname as name from pg_attribute
        where attrelid in ('analytics.service_order'::regclass, 'analytics.service_order_margin'::regclass,
                           'analytics.service_order_margin_totals'::regclass) and attnum > 0
    loop
        says := about ->> found.name;
        if found.of_view = 'analytics.service_order_margin_totals'::regclass then
            says := coalesce(
                totals ->> regexp_replace(found.name, '^(expected|posted|invoiced)_', '')
                    || coalesce(' of its lines that are ' || substring(found.name from '^(expected|posted|invoiced)_'),
                                ' of all its lines that are not canceled'),
                says);
        end if;
        execute format('comment on column %s.%I is %L', found.of_view, found.name, says);
    end loop;
end $comments$;
