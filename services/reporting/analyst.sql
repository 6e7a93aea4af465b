-- The login of people who explore: it reads the schema analytics and nothing else, and can neither write nor hold up.
-- Roles belong to the whole server, so that another database may have made it, even in this moment.
do $$
begin
    create role analyst login noinherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls connection limit 5;
exception when duplicate_object or unique_violation then
    raise notice 'the login analyst is there';
end $$;

-- Defaults, which a session may change; what must hold is a matter of privileges below.
do $$
declare
    setting text;
begin
    foreach setting in array array['statement_timeout = ''60s''', 'idle_in_transaction_session_timeout = ''60s''',
        'default_transaction_read_only = on', 'timezone = ''UTC''', 'search_path = analytics, pg_catalog']
    loop
        execute format('alter role analyst in database %I set %s', current_database(), setting);
    end loop;
    if current_setting('is_superuser') = 'on' then  -- this one a session may not change, and only a superuser may set
        execute format('alter role analyst in database %I set temp_file_limit = ''1GB''', current_database());
    end if;
end $$;

do $$
declare
    login text;
    routine regprocedure;
begin
    -- no temporary tables, no advisory locks, no large objects: all three are open to everybody otherwise
    execute format('revoke all on database %I from public', current_database());
    for routine in
        select oid::regprocedure from pg_proc
        where pronamespace = 'pg_catalog'::regnamespace and proname ~ '^(pg_(try_)?advisory_|lo_|lowrite$)'
    loop
        execute format('revoke execute on function %s from public', routine);
        -- the logins of services that may connect here go on as before
        for login in
            select rolname from pg_database, aclexplode(datacl) a join pg_roles r on r.oid = a.grantee
            where datname = current_database() and a.privilege_type = 'CONNECT' and rolname <> 'analyst'
        loop
            execute format('grant execute on function %s to %I', routine, login);
        end loop;
    end loop;
    execute format('grant connect on database %I to analyst', current_database());
end $$;

revoke all on schema public from public;
revoke all on all tables in schema public from public;
grant usage on schema analytics to analyst;
grant select on all tables in schema analytics to analyst;
grant execute on all functions in schema analytics to analyst;
