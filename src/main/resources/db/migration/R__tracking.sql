-- Tracking: when the vendor's list is read next.

-- The vendor says that a job has changed, or a caller wants to know soon: the next sweep comes no later than p_soon after the
-- last one. While one is under way, the next one comes soon after it.
create or replace function sweep_hint(p_upstream text, p_soon interval) returns void
    language sql as $$
    update upstream_sweep
       set hinted = true,
           due_at = case when sweeping then due_at else least(due_at, greatest(gateway_now(), ended_at + p_soon)) end
     where upstream = p_upstream;
$$;
