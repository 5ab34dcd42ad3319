-- Many admissions in one transaction, for callers who wait at the same moment.

-- What admission must know of a caller beyond its budget. Nulls mean: no limit, no budget of the key's own.
create function caller_terms(p_tenant uuid, p_key uuid,
        out key_valid boolean, out tenant_active boolean,
        out requests_per_minute integer, out concurrent_generations integer, out key_budget_id uuid)
    language sql stable as $$
    select k.revoked_at is null and (k.expires_at is null or k.expires_at > gateway_now()), t.status = 'ACTIVE',
           t.requests_per_minute, t.concurrent_generations, k.key_budget_id
      from tenant t left join api_key k on k.id = p_key and k.tenant_id = t.id
     where t.id = p_tenant;
$$;

-- As before, but it looks at key and tenant itself, whatever its caller remembers of them, and a call that is repeated under
-- an idempotency key while its first run still commits is no replay.
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
create function admit_generations(
        p_ids uuid[], p_tenants uuid[], p_keys uuid[], p_idempotency_keys text[], p_request_hashes bytea[],
        p_webhook_urls text[], p_webhook_events text[], p_model_names text[], p_images integer[], p_credits bigint[],
        p_upstream text, p_upstream_requests bytea[], p_lease interval, p_traceparents text[])
    returns table (ordinal bigint, verdict text, generation_id uuid, status text, credits bigint,
                   available bigint, resets_at timestamptz,
                   request_limit integer, requests_left integer, window_seconds_left integer)
    language plpgsql as $$
declare
    member record;
begin
    if cardinality(p_ids) > 1 then
        -- In company nobody waits long for another's lock; alone, each has the connection's patience.
        perform set_config('lock_timeout', '1s', true);
    end if;
    perform pg_advisory_xact_lock(lock.id)
       from (select hashtextextended(m.tenant_id::text || m.idempotency_key, 0) as id
               from unnest(p_tenants, p_idempotency_keys) as m (tenant_id, idempotency_key)
              where m.idempotency_key is not null
              union
             select hashtextextended(m.id::text, 1) from unnest(p_ids) as m (id)
              order by id) as lock;
    for member in
        select m.*
          from unnest(p_ids, p_tenants, p_keys, p_idempotency_keys, p_request_hashes, p_webhook_urls, p_webhook_events,
                      p_model_names, p_images, p_credits, p_upstream_requests, p_traceparents)
               with ordinality as m (id, tenant_id, key_id, idempotency_key, request_hash, webhook_url, webhook_events,
                      model_name, images, credits, upstream_request, traceparent, ordinal)
         order by case when m.idempotency_key is not null then
                      (select g.id from generation g
                        where g.tenant_id = m.tenant_id and g.idempotency_key = m.idempotency_key)
                  end nulls last, m.tenant_id, m.ordinal
    loop
        ordinal := member.ordinal;
        select a.* into verdict, generation_id, status, credits, available, resets_at,
                        request_limit, requests_left, window_seconds_left
          from admit_generation(
                   member.id, member.tenant_id, member.key_id, member.idempotency_key, member.request_hash,
                   member.webhook_url, string_to_array(member.webhook_events, ','), member.model_name, member.images,
                   member.credits, p_upstream, member.upstream_request, p_lease, member.traceparent) a;
        return next;
    end loop;
end $$;
