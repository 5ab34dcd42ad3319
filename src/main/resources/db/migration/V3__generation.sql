-- A tenant's job from request to end. The row is its own queue: state, lease and next check in one place.
create table generation (
    id               uuid        primary key,
    tenant_id        uuid        not null,  -- no foreign keys: each would lock the tenant's row at every admission
    key_id           uuid        not null,
    state            text        not null check (state in
                        ('SUBMITTING', 'QUEUED', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELLED', 'IN_REVIEW')),
    promised         boolean     not null default false,  -- a caller has, or will have, a 202: the tenant may see it
    idempotency_key  text,
    request_hash     bytea       not null,                -- of the parsed request, to tell a replay from a conflict
    webhook_url      text,
    webhook_events   text[],
    model_name       text        not null,
    images           integer     not null check (images > 0),
    quoted_credits   bigint      not null check (quoted_credits > 0),
    captured_credits bigint      check (captured_credits between 0 and quoted_credits),  -- null while open
    charged_credits  bigint,                              -- what the vendor says it charged; null if it does not say
    upstream         text        not null,                -- the vendor's base URL; no other's tracker touches the row
    upstream_request bytea,                               -- exactly the bytes that every attempt sends; null once erased
    upstream_job_id  uuid,
    attempt          integer     not null default 1,      -- fences the sender: only the newest attempt may conclude
    attempt_open     boolean     not null default true,   -- sent or about to be; its answer is not recorded
    indefinite       boolean     not null default false,  -- some attempt may have reached the vendor
    due_at           timestamptz,                         -- next look; while somebody works on the row, its lease
    missing_since    timestamptz,                         -- the vendor has answered 404 for the job since then
    progress         integer,
    result_images    text[],
    error            text,
    expired          boolean     not null default false,
    created_at       timestamptz not null,
    completed_at     timestamptz,
    constraint generation_resolved check ((state in ('COMPLETED', 'FAILED', 'CANCELLED')) = (captured_credits is not null)),
    constraint generation_request_known check (upstream_request is not null or captured_credits is not null),
    constraint generation_job_known check (upstream_job_id is not null or state in ('SUBMITTING', 'FAILED', 'IN_REVIEW'))
) with (fillfactor = 80);

create unique index generation_idempotency on generation (tenant_id, idempotency_key) where idempotency_key is not null;
create unique index generation_upstream_job on generation (upstream, upstream_job_id) where upstream_job_id is not null;
create index generation_unsubmitted on generation (upstream, due_at) where state = 'SUBMITTING';
create index generation_tracked on generation (upstream, due_at) where state in ('QUEUED', 'PROCESSING');
create index generation_kept on generation (upstream, due_at) where state = 'COMPLETED' and due_at is not null;
create index generation_open on generation (tenant_id) where captured_credits is null;
create index generation_in_review on generation (id) where state = 'IN_REVIEW';
create index generation_erasable on generation (completed_at) where upstream_request is not null and completed_at is not null;
create index generation_listed on generation (tenant_id, created_at desc, id desc) where promised;

-- Jobs that the vendor runs for generations that had already ended: nobody pays for them, an operator hears of them.
create table orphan_job (
    upstream        text        not null,
    upstream_job_id uuid        not null,
    generation_id   uuid        not null,
    recorded_at     timestamptz not null default gateway_now(),
    primary key (upstream, upstream_job_id)
);

-- The status that the tenant sees.
create function generation_status(p_state text, p_upstream_job uuid) returns text
    language sql immutable
    return case p_state
        when 'SUBMITTING' then 'QUEUED'
        when 'IN_REVIEW'  then case when p_upstream_job is null then 'QUEUED' else 'PROCESSING' end
        else p_state
    end;

-- Whether a tenant has that many open generations. Looks at no more rows than the limit.
create function generations_open(p_tenant uuid, p_limit integer) returns boolean
    language sql volatile
    return case when p_limit is not null then
        (select count(*) >= p_limit
           from (select from generation
                  where tenant_id = p_tenant and captured_credits is null limit p_limit) as open)
    else false end;

-- Admits a generation in one transaction: replay and conflict first, then the limits, then the hold, then the row with
-- attempt 1 opened. Calling it again with the same id answers as the first call did, so a lost answer to COMMIT is simply
-- asked again. Locks are taken in the order request window, tenant's period, key's period; the window's serialises the
-- admissions of a tenant that has limits, which makes the count of open generations exact.
create function admit_generation(
        p_id uuid, p_tenant uuid, p_key uuid, p_idempotency_key text, p_request_hash bytea,
        p_webhook_url text, p_webhook_events text[], p_model_name text, p_images integer, p_credits bigint,
        p_upstream text, p_upstream_request bytea, p_lease interval, p_traceparent text default null,
        out verdict text, out generation_id uuid, out status text, out credits bigint,
        out available bigint, out resets_at timestamptz,
        out request_limit integer, out requests_left integer, out window_seconds_left integer)
    language plpgsql as $$
declare
    known   generation;
    limits  record;
    counted record;
    hold    record;
begin
    generation_id := p_id;
    credits := p_credits;
    select * into known from generation g where g.id = p_id;
    if found then
        verdict := 'ADMITTED';
        status := generation_status(known.state, known.upstream_job_id);
        available := (ledger_balance(p_tenant)).available;
        return;
    end if;
    if p_idempotency_key is not null then
        -- Callers with the same key decide one after the other.
        perform pg_advisory_xact_lock(hashtextextended(p_tenant::text || p_idempotency_key, 0));
        select * into known from generation g where g.tenant_id = p_tenant and g.idempotency_key = p_idempotency_key;
        if found and not known.promised and known.request_hash = p_request_hash then
            -- Still in flight. Its refusal would free the key under this row's lock: what is left afterwards counts.
            update generation g
               set promised = true
             where g.id = known.id and g.idempotency_key = p_idempotency_key
            returning * into known;
        end if;
        if known.id is not null then
            generation_id := known.id;
            credits := known.quoted_credits;
            verdict := case when known.request_hash = p_request_hash then 'REPLAYED' else 'CONFLICT' end;
            status := generation_status(known.state, known.upstream_job_id);
            available := (ledger_balance(p_tenant)).available;
            return;
        end if;
    end if;
    select * into limits from tenant_limits(p_tenant, p_key);
    if limits.requests_per_minute is not null or limits.concurrent_generations is not null then
        select * into counted from count_request(p_tenant, limits.requests_per_minute);
        request_limit := limits.requests_per_minute;
        requests_left := counted.requests_left;
        window_seconds_left := counted.window_seconds_left;
        verdict := case
            when not counted.accepted then 'RATE_LIMITED'
            when generations_open(p_tenant, limits.concurrent_generations) then 'CONCURRENCY_LIMITED'
        end;
    end if;
    if verdict is null then
        select * into hold from ledger_hold(p_id, p_tenant, p_key, p_credits, 'gateway', limits.key_budget_id);
        available := hold.available;
        resets_at := hold.resets_at;
        verdict := case when not hold.accepted then 'INSUFFICIENT' end;
    end if;
    if verdict is not null then
        -- Unless it was this very generation, admitted meanwhile by a call whose answer got lost, that took what is missing.
        if exists (select from generation g where g.id = p_id) then
            verdict := 'ADMITTED';
            status := 'QUEUED';
            available := (ledger_balance(p_tenant)).available;
        end if;
        return;
    end if;
    insert into generation (id, tenant_id, key_id, state, idempotency_key, request_hash, webhook_url, webhook_events,
                            model_name, images, quoted_credits, upstream, upstream_request, due_at, created_at, traceparent)
    values (p_id, p_tenant, p_key, 'SUBMITTING', p_idempotency_key, p_request_hash, p_webhook_url, p_webhook_events,
            p_model_name, p_images, p_credits, p_upstream, p_upstream_request, gateway_now() + p_lease, gateway_now(), p_traceparent);
    verdict := 'ADMITTED';
    status := 'QUEUED';
end $$;

-- What admission would say now, in the order in which it says it. Counts as a request; holds nothing.
create function quote_generation(p_tenant uuid, p_key uuid, p_credits bigint,
        out verdict text, out available bigint, out resets_at timestamptz,
        out request_limit integer, out requests_left integer, out window_seconds_left integer)
    language plpgsql as $$
declare
    limits  record;
    counted record;
    account record;
begin
    select * into limits from tenant_limits(p_tenant, p_key);
    if limits.requests_per_minute is not null then
        select * into counted from count_request(p_tenant, limits.requests_per_minute);
        request_limit := limits.requests_per_minute;
        requests_left := counted.requests_left;
        window_seconds_left := counted.window_seconds_left;
        if not counted.accepted then
            verdict := 'RATE_LIMITED';
            return;
        end if;
    end if;
    select * into account from ledger_available(p_tenant, limits.key_budget_id);
    available := account.available;
    resets_at := account.resets_at;
    verdict := case
        when generations_open(p_tenant, limits.concurrent_generations) then 'CONCURRENCY_LIMITED'
        when account.available < p_credits then 'INSUFFICIENT'
        else 'ADMITTED'
    end;
end $$;
