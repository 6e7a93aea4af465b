-- The event store of one service. Written by store.append alone: the application login may only read and execute.
create schema store;

create table store.stored_events (
    notification_id bigint primary key,  -- the position: drawn from the tip inside the lock, so without a hole
    originator_id uuid not null,
    originator_version bigint not null,
    topic text not null,                 -- the wire name
    state bytea not null,                -- the fact's JSON, as it is published
    meta jsonb not null,                 -- occurred_at, correlation_id, causation_id, actor, traceparent
    recorded_at timestamptz not null,    -- never decreasing along positions
    constraint stored_events_version unique (originator_id, originator_version)
);

create table store.answered (
    caller text not null,
    key text not null,
    fingerprint text not null,
    stream_id uuid not null,
    version bigint not null,
    position bigint not null,
    status int not null,
    body bytea,                          -- null: forgotten after seven days
    answered_at timestamptz not null,
    constraint answered_pkey primary key (caller, key)
);
create index answered_bodies on store.answered (answered_at) where body is not null;

create table store.counter (name text primary key, value bigint not null);

create table store.relay (
    only_row boolean primary key default true check (only_row),
    epoch bigint not null default 0,
    position bigint not null default 0,
    previous jsonb not null default '{}'  -- partition -> last position sent there
);
insert into store.relay default values;

create table store.heard (
    consumer text not null,
    source text not null,
    partition int not null,              -- -1: the service's own log, which has no partitions
    position bigint not null default 0,
    kafka_offset bigint not null default 0,
    constraint heard_pkey primary key (consumer, source, partition)
) with (fillfactor = 50);

create table store.parked (
    consumer text not null,
    source text not null,
    partition int not null,
    kafka_offset bigint not null,
    stream_id text not null,             -- what the headers or the key name; '' when neither is readable
    sequence bigint,
    position bigint,
    topic text not null,                 -- the wire name, '' when unreadable
    key bytea,
    headers jsonb not null,              -- [[name, base64 of the value], ...]
    value bytea,
    reason text not null,
    parked_at timestamptz not null default clock_timestamp(),
    primary key (consumer, source, partition, kafka_offset)
);
create index parked_streams on store.parked (consumer, source, stream_id);

-- States of long streams, so that loading does not fold them from the beginning; whatever is here may be lost.
create table store.snapshot (
    stream_id uuid primary key,
    fold text not null,                  -- names what made the state; to another fold it says nothing
    version bigint not null,
    began_at timestamptz not null,       -- when the stream's first fact happened
    state bytea not null
);

create sequence store.order_number;

-- One append: all of it or nothing, whatever the writers. A conflict names its constraint:
-- answered_pkey (the key was used), counter_pkey (the counter moved),
-- stored_events_version (the version is taken), stored_events_hole (a version before it is missing).
create function store.append(
    ids uuid[], versions bigint[], topics text[], states bytea[], metas text[],
    answers jsonb default null, bodies bytea[] default null, counters jsonb default null,
    out first_position bigint, out recorded timestamptz
)
language plpgsql security definer
set search_path = store, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan  -- a plan made while the table was empty must not stay
as $$
declare
    touched int;
begin
    perform pg_advisory_xact_lock(4711);
    select notification_id + 1, greatest(recorded_at, clock_timestamp()) into first_position, recorded
        from stored_events order by notification_id desc limit 1;
    if not found then
        first_position := 1;
        recorded := clock_timestamp();
    end if;
    if answers is not null then
        insert into answered
            select caller, key, fingerprint, stream_id, version, first_position + last_fact, status, bodies[body], recorded
            from jsonb_to_recordset(answers) as a(caller text, key text, fingerprint text, stream_id uuid,
                                                  version bigint, last_fact int, status int, body int);
    end if;
    if counters is not null then
        insert into counter select name, 0 from jsonb_to_recordset(counters) as c(name text) on conflict do nothing;
        update counter k set value = c.next
            from jsonb_to_recordset(counters) as c(name text, expected bigint, next bigint)
            where k.name = c.name and k.value = c.expected;
        get diagnostics touched = row_count;
        if touched < jsonb_array_length(counters) then
            raise unique_violation using message = 'the counter has moved', constraint = 'counter_pkey';
        end if;
    end if;
    insert into stored_events
        select first_position + ord - 1, id, version, topic, state, meta::jsonb, recorded
        from unnest(ids, versions, topics, states, metas) with ordinality as f(id, version, topic, state, meta, ord);
    if exists (
        select from unnest(ids, versions) as f(id, version)
        where version > 1 and not exists (
            select from stored_events e where e.originator_id = f.id and e.originator_version = f.version - 1)
    ) then
        raise unique_violation using message = 'a version is missing before this one', constraint = 'stored_events_hole';
    end if;
end $$;

create function store.keep_snapshot(stream uuid, made_by text, at_version bigint, began timestamptz, kept bytea) returns void
language sql security definer set search_path = store, pg_temp
as 'insert into snapshot values (stream, made_by, at_version, began, kept)
    on conflict (stream_id) do update
        set fold = excluded.fold, version = excluded.version, began_at = excluded.began_at, state = excluded.state
        where snapshot.fold <> excluded.fold or snapshot.version < excluded.version';

-- Forgets bodies of answers older than seven days, so many at most, and answers how many it forgot; key, hash, stream
-- and version stay. What another session is forgetting is left to it.
create function store.forget_answers(at_most int) returns bigint
language sql security definer set search_path = store, pg_temp set enable_seqscan = off
as 'with old as (
        select caller, key from answered where body is not null and answered_at < clock_timestamp() - interval ''7 days''
        order by answered_at limit at_most for update skip locked
    ), forgotten as (
        update answered a set body = null from old where a.caller = old.caller and a.key = old.key returning 1
    ) select count(*) from forgotten';

-- The relay's checkpoint: who leads raises the epoch; an older epoch moves nothing.
create function store.lead_relay(out epoch bigint, out "position" bigint, out previous jsonb)
language sql security definer set search_path = store, pg_temp
as 'update relay set epoch = epoch + 1 returning epoch, position, previous';

create function store.move_relay(leader bigint, sent bigint, chain jsonb) returns boolean
language sql security definer set search_path = store, pg_temp
as 'with moved as (
        update relay set position = sent, previous = chain where epoch = leader returning 1
    ) select exists (select from moved)';

revoke all on all functions in schema store from public;
