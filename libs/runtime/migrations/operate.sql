-- What an operator changes: parked records are released or discarded, and the relay is set back.
alter table store.heard add column turn bigint not null default 0;
comment on column store.heard.turn is
    'moves when parked records are taken away: a reader that does not know that yet can move no mark';

-- A topic made anew counts offsets from 0 again: a fact is known by its position, other bytes by offset and content.
alter table store.parked drop constraint parked_pkey;
alter table store.parked add column id bigint generated always as identity primary key;
create unique index parked_fact on store.parked (consumer, source, partition, position) where position is not null;
create unique index parked_bytes
    on store.parked (consumer, source, partition, kafka_offset, md5(coalesce(value, ''))) where position is null;

create table store.discarded (
    like store.parked,
    discarded_at timestamptz not null default clock_timestamp(),
    discarded_by text not null check (discarded_by <> ''),
    discard_reason text not null check (discard_reason <> ''),
    primary key (id)
);

-- Takes records away that have taken effect in the same transaction, and tells the readers.
create function store.release_parked(chosen bigint[]) returns void
language sql security definer set search_path = store, pg_temp
as 'with gone as (
        delete from parked where id = any(chosen) returning consumer, source, partition
    )
    update heard h set turn = turn + 1 from (select distinct * from gone) g
    where (h.consumer, h.source, h.partition) = (g.consumer, g.source, g.partition)';

-- Takes records away that never take effect; who did it and why stays, with the bytes.
create function store.discard_parked(chosen bigint[], who text, why text) returns void
language sql security definer set search_path = store, pg_temp
as 'insert into discarded select p.*, clock_timestamp(), who, why from parked p where id = any(chosen);
    select release_parked(chosen)';

-- Sets the relay back, so that what follows `sent` goes out again; `chain` are the last positions before that, by
-- partition. The leader is deposed and begins again from here. False when so much was not sent yet.
create function store.replay_relay(sent bigint, chain jsonb) returns boolean
language sql security definer set search_path = store, pg_temp
as 'with moved as (
        update relay set epoch = epoch + 1, position = sent, previous = previous || chain
        where position > sent returning 1
    ) select exists (select from moved)';

revoke all on all functions in schema store from public;
