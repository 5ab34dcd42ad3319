-- What the operators' side keeps beside the books: counters of requests, the record of what operators did, and what has
-- been declared.

-- The requests that count towards a tenant's limit per minute. A minute begins with its first request.
create table request_window (
    tenant_id  uuid        primary key,
    started_at timestamptz not null,
    requests   integer     not null
) with (fillfactor = 50);

-- Counts a request, or answers accepted = false and leaves the count. Whatever it answers, it leaves the tenant's row
-- locked until the transaction ends. Without a limit it only counts and locks.
create function count_request(p_tenant uuid, p_limit integer,
        out accepted boolean, out requests_left integer, out window_seconds_left integer)
    language plpgsql as $$
declare
    moment timestamptz := gateway_now();
    w      request_window;
begin
    insert into request_window as known (tenant_id, started_at, requests)
    values (p_tenant, moment, 1)
    on conflict (tenant_id) do update
       set started_at = case when known.started_at <= moment - interval '1 minute' then moment else known.started_at end,
           requests = case when known.started_at <= moment - interval '1 minute' then 1 else known.requests + 1 end
     where known.started_at <= moment - interval '1 minute' or known.requests < coalesce(p_limit, 2147483647)
    returning * into w;
    accepted := found;
    if not found then
        select * into strict w from request_window r where r.tenant_id = p_tenant;
    end if;
    requests_left := greatest(0, p_limit - w.requests);
    window_seconds_left := greatest(1, ceil(extract(epoch from w.started_at + interval '1 minute' - moment)));
end $$;

-- Who changed what, once and for ever; written in the transaction of the change. Never holds a key or its digest.
create table audit_entry (
    seq            bigint      generated always as identity primary key,
    transaction_id xid8        not null default pg_current_xact_id(),  -- readers page below the oldest running one
    at             timestamptz not null default gateway_now(),
    actor          text        not null,
    action         text        not null,
    tenant         text,
    subject        text,       -- the key or generation, if it was about one
    before         jsonb,
    after          jsonb,
    reason         text,
    request_id     text        not null
);

create index audit_entry_of_tenant on audit_entry (tenant, seq);

create function audit_entry_is_append_only() returns trigger
    language plpgsql as $$
begin
    raise exception 'audit_entry is append-only: % refused', tg_op;
end $$;

create trigger audit_entry_append_only
    before update or delete or truncate on audit_entry
    for each statement execute function audit_entry_is_append_only();

-- Operators' calls that may be repeated: the same key and request get the same answer.
create table operator_call (
    tenant_id       uuid        not null,
    idempotency_key text        not null,
    request         jsonb       not null,
    answer          json        not null,  -- as it was sent, to the letter
    called_at       timestamptz not null default gateway_now(),
    primary key (tenant_id, idempotency_key)
);

-- The newest declaration of tenants that any replica has taken over. Its one row is also the lock of taking one over.
create table declaration (
    id       boolean primary key default true check (id),
    revision bigint  not null
);

insert into declaration (revision) values (-1);
