-- A caller who is alone pays for nothing that only company needs: no sorting, no joining of arrays. That was a tenth of the
-- time of a lone admission. What is decided, and in which order locks are taken, stays as it was.

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
