-- After a restore: what the restored books cannot know.

-- Begins the recovery of what was lost since then, once. What waits may have been sent in the lost time: from now on it counts
-- as an attempt without a certain answer, which nobody may cancel, and which is sent again under its own key, for which the
-- vendor has one job; older than the vendor's memory of keys, it is an operator's to decide. Answers whether one is under way.
create or replace function recovery_begin(p_upstream text, p_since timestamptz) returns boolean
    language plpgsql as $$
declare
    marked integer;
begin
    insert into recovery (upstream, since, due_at, repeated_jobs)
    values (p_upstream, p_since, gateway_now(), 0)
    on conflict do nothing;
    if found then
        update generation g
           set state = 'SENDING', in_doubt = true, acknowledged = true, attempt_open = false, due_at = g.created_at
         where g.upstream = p_upstream and g.state in ('WAITING', 'SENDING');
        get diagnostics marked = row_count;
        update recovery set repeated_jobs = marked where upstream = p_upstream and since = p_since;
    end if;
    return exists (select from recovery where upstream = p_upstream and finished_at is null);
end $$;

-- Ends a recovery. What came after the newest of the vendor's jobs of which nobody can tell whose they are was not sent, nor
-- anything else if there is none: it waits for its turn as before. The vendor's clock may differ.
--   p_newest_untold   when the vendor made that job; null if there is none
create or replace function recovery_end(p_upstream text, p_since timestamptz, p_listed integer, p_free integer,
        p_newest_untold timestamptz) returns void
    language plpgsql as $$
declare
    team uuid;
begin
    for team in
        with waiting as (
            update generation g
               set state = 'WAITING', in_doubt = false, due_at = gateway_now()
             where g.upstream = p_upstream and g.state = 'SENDING' and g.in_doubt and g.attempt = 0
               and g.created_at > coalesce(p_newest_untold + interval '1 minute', '-infinity')
            returning g.tenant_id)
        select distinct tenant_id from waiting
    loop
        perform queue_join(p_upstream, team);
    end loop;
    update recovery
       set listed_jobs = p_listed, free_jobs = p_free, finished_at = gateway_now()
     where upstream = p_upstream and since = p_since;
    insert into vendor_list_check as known (upstream, read_until, due_at)
    select r.upstream, r.started_at, gateway_now() from recovery r where r.upstream = p_upstream and r.since = p_since
    -- What a recovery that began too late left out is found by the check that always runs.
    on conflict (upstream) do update
       set read_until = greatest(known.read_until, excluded.read_until) where known.read_until >= p_since;
end $$;
