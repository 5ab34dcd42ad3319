-- A plan for just these values looks cheaper than one that could be kept wherever an array has few elements, so PostgreSQL
-- would plan these statements anew at every call, which takes it longer than to run them. Each has one good plan, along the
-- primary key, whatever the values: it is to be kept.
alter function admit_generations(uuid[], uuid[], uuid[], text[], bytea[], text[], text[], text[], integer[], bigint[],
                                 text, bytea[], interval, text[])
    set plan_cache_mode = force_generic_plan;

-- Records the vendor's jobs, in the order of the ids. Whatever attempt it was: an acceptance is the truth, and the vendor has
-- one job per idempotency key. What ended meanwhile, or has its job, stays as it is, and is not among the rows.
create function accept_generations(p_ids uuid[], p_jobs uuid[], p_delay interval)
    returns table (id uuid, upstream_job_id uuid)
    language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
    accepted record;
begin
    for accepted in select a.* from unnest(p_ids, p_jobs) as a (id, job) order by a.id loop
        return query
            update generation g
               set state = 'QUEUED', upstream_job_id = accepted.job, promised = true, attempt_open = false,
                   due_at = gateway_now() + p_delay
             where g.id = accepted.id and g.upstream_job_id is null and g.state in ('SUBMITTING', 'IN_REVIEW')
            returning g.id, g.upstream_job_id;
    end loop;
end $$;

-- Tenants' own generations, by their ids.
create function generations_of(p_tenants uuid[], p_ids uuid[]) returns setof generation
    language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
    return query
        select g.*
          from unnest(p_tenants, p_ids) as asked (tenant_id, id)
          join generation g on g.tenant_id = asked.tenant_id and g.id = asked.id;
end $$;
