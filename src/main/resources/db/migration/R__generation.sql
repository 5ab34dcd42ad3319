-- Generations: what tenants see of them, how they are admitted and accepted.
--
-- Functions that take arrays keep one plan (force_generic_plan). A plan for just these values looks cheaper than one that
-- could be kept wherever an array has few elements, so PostgreSQL would plan their statements anew at every call, which
-- takes it longer than to run them. Each has one good plan, along the primary key, whatever the values.

-- The status that the tenant sees.
create or replace function generation_status(p_state text, p_upstream_job uuid) returns text
    language sql immutable
    return case p_state
        when 'SUBMITTING' then 'QUEUED'
        when 'IN_REVIEW'  then case when p_upstream_job is null then 'QUEUED' else 'PROCESSING' end
        else p_state
    end;

-- Whether a tenant has that many open generations. Looks at no more rows than the limit.
create or replace function generations_open(p_tenant uuid, p_limit integer) returns boolean
    language sql volatile
    return case when p_limit is not null then
        (select count(*) >= p_limit
           from (select from generation
                  where tenant_id = p_tenant and captured_credits is null limit p_limit) as open)
    else false end;

-- Admits a generation in one transaction: replay and conflict first, then key and tenant, whatever the caller remembers of
-- them, then the limits, then the hold, then the row with attempt 1 opened. Calling it again with the same id answers as the
-- first call did, so a lost answer to COMMIT is simply asked again. Locks are taken in the order idempotency key and id,
-- request window, tenant's period, key's period; the window's serialises the admissions of a tenant that has limits, which
-- makes the count of open generations exact.
create or replace function admit_generation(
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
    -- An earlier run of this very call, whose answer got lost, may still be at work: what it decides holds.
    perform pg_advisory_xact_lock(hashtextextended(p_id::text, 1));
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
            verdict := case
                when known.id = p_id then 'ADMITTED'  -- asked again while the first call was still committing
                when known.request_hash = p_request_hash then 'REPLAYED'
                else 'CONFLICT'
            end;
            status := generation_status(known.state, known.upstream_job_id);
            available := (ledger_balance(p_tenant)).available;
            return;
        end if;
    end if;
    select * into limits from caller_terms(p_tenant, p_key);
    if not coalesce(limits.key_valid, false) then
        verdict := 'KEY_INVALID';
        return;
    elsif not limits.tenant_active then
        verdict := 'TENANT_SUSPENDED';
        return;
    end if;
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

-- Admits each of them as admit_generation does, and answers each under its ordinal. Every member is decided by itself, those
-- of one tenant in their order; but an exception undoes all of them. Locks are taken in one order in every batch on every
-- replica: idempotency keys and ids, then generations that are known already, then tenants' windows and periods.
-- Who is alone pays for nothing that only company needs: no sorting, no joining of arrays.
create or replace function admit_generations(
        p_ids uuid[], p_tenants uuid[], p_keys uuid[], p_idempotency_keys text[], p_request_hashes bytea[],
        p_webhook_urls text[], p_webhook_events text[], p_model_names text[], p_images integer[], p_credits bigint[],
        p_upstream text, p_upstream_requests bytea[], p_lease interval, p_traceparents text[])
    returns table (ordinal bigint, verdict text, generation_id uuid, status text, credits bigint,
                   available bigint, resets_at timestamptz,
                   request_limit integer, requests_left integer, window_seconds_left integer)
    language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
    turns bigint[] := '{1}';
    n     bigint;
begin
    if cardinality(p_ids) > 1 then
        -- In company nobody waits long for another's lock; alone, each has the connection's patience.
        perform set_config('lock_timeout', '1s', true);
        perform pg_advisory_xact_lock(lock.id)
           from (select hashtextextended(m.tenant_id::text || m.idempotency_key, 0) as id
                   from unnest(p_tenants, p_idempotency_keys) as m (tenant_id, idempotency_key)
                  where m.idempotency_key is not null
                  union
                 select hashtextextended(m.id::text, 1) from unnest(p_ids) as m (id)
                  order by id) as lock;
        turns := array(
            select m.ordinal
              from unnest(p_ids, p_tenants, p_idempotency_keys) with ordinality as m (id, tenant_id, idempotency_key, ordinal)
             order by case when m.idempotency_key is not null then
                          (select g.id from generation g
                            where g.tenant_id = m.tenant_id and g.idempotency_key = m.idempotency_key)
                      end nulls last, m.tenant_id, m.ordinal);
    elsif p_idempotency_keys[1] is not null then
        perform pg_advisory_xact_lock(least(lock.key, lock.id)), pg_advisory_xact_lock(greatest(lock.key, lock.id))
           from (select hashtextextended(p_tenants[1]::text || p_idempotency_keys[1], 0) as key,
                        hashtextextended(p_ids[1]::text, 1) as id) as lock;
    end if;
    foreach n in array turns loop
        ordinal := n;
        select a.* into verdict, generation_id, status, credits, available, resets_at,
                        request_limit, requests_left, window_seconds_left
          from admit_generation(
                   p_ids[n], p_tenants[n], p_keys[n], p_idempotency_keys[n], p_request_hashes[n],
                   p_webhook_urls[n], string_to_array(p_webhook_events[n], ','), p_model_names[n], p_images[n],
                   p_credits[n], p_upstream, p_upstream_requests[n], p_lease, p_traceparents[n]) a;
        return next;
    end loop;
end $$;

-- What admission would say now, in the order in which it says it. Counts as a request; holds nothing.
create or replace function quote_generation(p_tenant uuid, p_key uuid, p_credits bigint,
        out verdict text, out available bigint, out resets_at timestamptz,
        out request_limit integer, out requests_left integer, out window_seconds_left integer)
    language plpgsql as $$
declare
    limits  record;
    counted record;
    account record;
begin
    select * into limits from caller_terms(p_tenant, p_key);
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

-- Records the vendor's jobs, in the order of the ids. Whatever attempt it was: an acceptance is the truth, and the vendor has
-- one job per idempotency key. What ended meanwhile, or has its job, stays as it is, and is not among the rows.
create or replace function accept_generations(p_ids uuid[], p_jobs uuid[], p_delay interval)
    returns table (id uuid, upstream_job_id uuid)
    language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
    ids  uuid[] := p_ids;
    jobs uuid[] := p_jobs;
begin
    if cardinality(p_ids) > 1 then
        select array_agg(a.id order by a.id), array_agg(a.job order by a.id) into ids, jobs
          from unnest(p_ids, p_jobs) as a (id, job);
    end if;
    for n in 1 .. cardinality(ids) loop
        return query
            update generation g
               set state = 'QUEUED', upstream_job_id = jobs[n], promised = true, attempt_open = false,
                   due_at = gateway_now() + p_delay
             where g.id = ids[n] and g.upstream_job_id is null and g.state in ('SUBMITTING', 'IN_REVIEW')
            returning g.id, g.upstream_job_id;
    end loop;
end $$;

-- Tenants' own generations, by their ids.
create or replace function generations_of(p_tenants uuid[], p_ids uuid[]) returns setof generation
    language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
    return query
        select g.*
          from unnest(p_tenants, p_ids) as asked (tenant_id, id)
          join generation g on g.tenant_id = asked.tenant_id and g.id = asked.id;
end $$;
