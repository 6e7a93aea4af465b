-- What the analysts' views of subscription billing, and every column of them, are.
comment on view analytics.subscription_fee is
    'One row for each share of each subscription fee that was not deleted, and how far it is.';
comment on view analytics.accrual_line is 'One row for each slice of an invoiced share that is earned over time.';
comment on view analytics.deferred_revenue is
    'Every movement of revenue that was invoiced and is still to be earned; the amounts of a schedule sum to its open lines.';
comment on view analytics.deferred_revenue_month is
    'Deferred revenue by month, group and currency: closing = opening + billed - recognised - credited = open accrual lines.';
comment on view analytics.billing_document is 'One row for each invoice and each credit note of subscription fees.';
comment on view analytics.ledger_entry is 'One row for each entry of each voucher of subscription billing.';
comment on view analytics.trial_balance is
    'Balance of each account by month and currency; over all accounts of a month debits and credits are equal.';
comment on view analytics.margin_entry is
    'What counts for the margin of agreements and projects, under each of two bases: choose one, never add both.';
comment on view analytics.agreement_margin is
    'Margin of each agreement, under each of two bases: choose one, never add both.';
comment on view analytics.project_margin is 'Margin of each project, under each of two bases: choose one, never add both.';

do $comments$
declare
    about constant jsonb := jsonb_build_object(
        'fee', 'Id of the fee',
        'share', 'Number of the share of the fee that one funding source pays',
        'subscription', 'Id of the subscription',
        'subscription_number', 'Number of the subscription, as people read it',
        'subscription_group', 'Key of the group of the subscription when the fee was created',
        'subscription_active', 'Whether the subscription receives fees',
        'subscription_currency', 'Currency of the subscription, as it was told last',
        'subscription_base_price', 'Price of a full period of the subscription, as it was told last',
        'subscription_index', 'Index of the subscription in percent, as it was told last',
        'run', 'Id of the run that created the fee; null for an adjustment by hand',
        'created_at', 'Instant at which the fee was created',
        'kind', 'regular, non_regular, reduction_days or price_change',
        'first_day', 'First day that is billed or earned',
        'last_day', 'Last day that is billed or earned, included',
        'days', 'Number of days that are billed, or that a reduction takes off',
        'period_code', 'Period code by which the fee was cut'
    ) || jsonb_build_object(
        'cycle', 'How often these days were billed, this time included',
        'price_source', 'base_price or indexed_base_price',
        'base_price', 'Price of a full period when the fee was created',
        'price_index', 'Index in percent when the fee was created',
        'percentage', 'Percentage on top of the price',
        'project', 'Key of the project',
        'contract', 'Key of the project contract; null without one',
        'customer', 'Key of the customer who pays; null when none is named',
        'category', 'Key of the category',
        'agreement', 'Id of the service agreement; null without one',
        'line_property', 'Key of the line property; null without one',
        'chargeable', 'Whether the customer is to pay for the fee',
        'project_date', 'Date by which the fee is selected for invoicing',
        'adjusts', 'Id of the fee that is adjusted; null for a fee of its own',
        'status', 'chargeable, non_chargeable, on_proposal, invoiced, selected_for_credit, on_credit_proposal or credited',
        'inquiry_status', 'status, where everything invoiced and not credited counts as invoiced',
        'invoice', 'Number of the invoice; null until invoiced',
        'invoiced_on', 'Date of the invoice; null until invoiced',
        'invoiced_net', 'What was invoiced without tax; null until invoiced',
        'credit_note', 'Number of the credit note; null until credited',
        'credited_on', 'Date of the credit note; null until credited'
    ) || jsonb_build_object(
        'accounting_currency', 'Accounting currency of the amounts that are in it; null where there is none',
        'to_accrue', 'What is earned over time, in the accounting currency; null without a schedule',
        'accrued', 'What was earned of it; null without a schedule',
        'remaining', 'What is open of it; null without a schedule',
        'last_accrual_on', 'Latest day on which something was earned; null before',
        'accrual_state', 'none (no schedule), open (lines are open) or done',
        'schedule', 'Id of the schedule by which an invoiced share is earned',
        'line', 'Number of the line within its schedule',
        'accrual_code', 'Period code by which the schedule was cut',
        'basis', 'Of schedules: equal or by_days. Of margins: earned or invoiced, the basis of subscription revenue',
        'state', 'open, posted, reversed (open again) or dropped',
        'accrued_on', 'Day on which the line was posted; null while it is not',
        'reversed_on', 'Day on which the line was reversed; null unless it is open again, or was dropped after that',
        'dropped_on', 'Date of the credit note by which the line was dropped; null otherwise',
        'voucher', 'Id of the voucher of the last posting or reversal; of entries, the voucher they belong to',
        'times_posted', 'How often the line was posted',
        'movement', 'Number of the movement within its schedule',
        'movement_kind', 'billed, recognised, reversed or credited',
        'posted_on', 'Day that counts for the ledger',
        'amount', 'Amount in the currency of the row; of movements what is added to deferred revenue; of entries debit '
            'above zero, credit below'
    ) || jsonb_build_object(
        'currency', 'Currency of the amounts of the row, ISO 4217',
        'month', 'First day of the month',
        'opening', 'Balance before the month',
        'billed', 'Invoiced to be earned over time',
        'recognised', 'Earned, less what was reversed',
        'credited', 'Taken off by credit notes before it was earned',
        'closing', 'Balance at the end of the month',
        'document', 'Id of the document',
        'number', 'Number of the document, gapless by issuer and year',
        'document_kind', 'invoice or credit_note',
        'issuer', 'Key of the company that issued the document',
        'issued_on', 'Date of the document',
        'net', 'Total without tax, below zero where it is given back',
        'tax', 'Tax of the document',
        'total', 'Total with tax',
        'rate', 'Units of the accounting currency for one of the currency',
        'accounting_net', 'Sum of its lines without tax, in the accounting currency',
        'entry', 'Number of the entry within its voucher',
        'source', 'invoice, credit_note, accrual or accrual_reversal',
        'belongs_to', 'Id of the document or schedule that the voucher was posted for',
        'posting_type', 'What the account stands for: customer, invoiced_revenue, accrued_revenue_subscription, '
            'wip_subscription or tax',
        'account', 'Ledger account',
        'debit', 'Debit',
        'credit', 'Credit'
    ) || jsonb_build_object(
        'counted_on', 'Day on which the entry counts: of the live posting, the document or the accrual',
        'subscription_revenue', 'Revenue of subscriptions under the basis',
        'order_sales', 'Sales of posted order lines',
        'order_cost', 'Cost of posted order lines',
        'margin', 'Subscription revenue and order sales less order cost',
        'margin_percent', 'Margin as a percentage of revenue and sales, half up to 2 decimals; null when these are zero'
    );
    found record;
begin
    for found in
        select attrelid::regclass as of_view, attname as name from pg_attribute
        where attrelid in (
            'analytics.subscription_fee'::regclass, 'analytics.accrual_line'::regclass,
            'analytics.deferred_revenue'::regclass, 'analytics.deferred_revenue_month'::regclass,
            'analytics.billing_document'::regclass, 'analytics.ledger_entry'::regclass,
            'analytics.trial_balance'::regclass, 'analytics.margin_entry'::regclass,
            'analytics.agreement_margin'::regclass, 'analytics.project_margin'::regclass) and attnum > 0
    loop
        execute format('comment on column %s.%I is %L', found.of_view, found.name, about ->> found.name);
    end loop;
end $comments$;
