-- What a request must know of its tenant and key before it costs anything.

-- Whether a caller may call, and what admission must know of it beyond its budget. Nulls mean: no such tenant, no limit, no
-- budget of the key's own, no default webhook.
create or replace function caller_terms(p_tenant uuid, p_key uuid,
        out key_valid boolean, out tenant_active boolean,
        out requests_per_minute integer, out waiting_generations integer, out key_budget_id uuid,
        out webhook_url text, out webhook_events text[])
    language plpgsql stable as $$  -- not sql, whose plans end with the call
#variable_conflict use_column
begin
    select k.id is not null and k.revoked_at is null and (k.expires_at is null or k.expires_at > gateway_now()), t.status = 'ACTIVE',
           t.requests_per_minute, t.waiting_generations, k.key_budget_id, t.webhook_url, t.webhook_events
      into key_valid, tenant_active, requests_per_minute, waiting_generations, key_budget_id, webhook_url, webhook_events
      from tenant t left join api_key k on k.id = p_key and k.tenant_id = t.id
     where t.id = p_tenant;
end $$;

-- What a caller may spend now, by its key's own budget and its tenant's. p_credits as in ledger_spendable.
create or replace function caller_spendable(p_tenant uuid, p_key uuid, p_credits bigint,
        out available bigint, out limited_by text, out window_name text, out window_id uuid, out period_start date,
        out resets_at timestamptz)
    language sql stable as $$
    select s.*
      from caller_terms(p_tenant, p_key) c
     cross join lateral ledger_spendable(p_tenant, c.key_budget_id, p_credits) s;
$$;

-- Counts a request, or answers accepted = false and leaves the count. Whatever it answers, it leaves the tenant's row
-- locked until the transaction ends. Without a limit it only counts and locks.
create or replace function count_request(p_tenant uuid, p_limit integer,
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
