-- The ledger's functions. They alone write budgets, their windows' periods and the journal, and they alone say what is left.

-- The credits that are left of what a period allows; null if it refuses nothing. One that has no row yet is untouched: null is
-- nothing held or captured.
create or replace function credits_left(p_allowed bigint, p_held bigint, p_captured bigint) returns bigint
    language sql immutable
    return case when p_allowed is not null
        then greatest(0, p_allowed - coalesce(p_held, 0) - coalesce(p_captured, 0)) end;

-- What a completed generation costs its tenant: what the vendor charged, at most the quote. Null, if it did not say, is the
-- quote.
create or replace function credits_due(p_quoted bigint, p_charged bigint) returns bigint
    language sql immutable
    return least(p_quoted, coalesce(p_charged, p_quoted));

-- What a window's books may stand at. Null if it refuses nothing.
create or replace function ledger_ceiling(p_allowed bigint, p_used bigint) returns bigint
    language sql immutable
    return case when p_allowed is not null then greatest(p_allowed, p_used) end;

-- 1 if so much is beyond a limit, else 0; a limit that is null has nothing beyond it.
create or replace function ledger_beyond(p_limit bigint, p_used bigint) returns integer
    language sql immutable
    return case when p_used > p_limit then 1 else 0 end;

-- Kinds of periods, the longest last.
create or replace function ledger_length(p_kind text) returns integer
    language sql immutable
    return array_position(array['DAY', 'WEEK', 'MONTH', 'QUARTER', 'TOTAL'], p_kind);

-- What a window is called where it is told from others: by its kind, and its first day if that is not the usual one.
create or replace function ledger_window_name(p_kind text, p_first_day integer) returns text
    language sql immutable
    return lower(p_kind) || case
        when p_first_day = 1 then ''
        when p_kind = 'WEEK' then '-' || (array['tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'])[p_first_day - 1]
        else '-' || p_first_day::text  -- of an integer it were not immutable, and the function were not inlined
    end;

-- The local date on which the period that contains p_at began. TOTAL is one period without an end.
create or replace function ledger_period_start(p_kind text, p_first_day integer, p_zone text, p_at timestamptz) returns date
    language sql stable
    return case p_kind
        when 'DAY'     then (p_at at time zone p_zone)::date
        when 'WEEK'    then date_trunc('week', (p_at at time zone p_zone) - make_interval(days => p_first_day - 1))::date + p_first_day - 1
        when 'MONTH'   then date_trunc('month', (p_at at time zone p_zone) - make_interval(days => p_first_day - 1))::date + p_first_day - 1
        when 'QUARTER' then date_trunc('quarter', p_at at time zone p_zone)::date
        when 'TOTAL'   then date '1970-01-01'
    end;

-- The instant at which the next period begins: local midnight in the budget's zone. Null for TOTAL. It is found from the moment
-- before: where clocks go back over midnight, PostgreSQL would take the second midnight, though the date changes at the first.
create or replace function ledger_period_end(p_kind text, p_zone text, p_start date) returns timestamptz
    language sql stable
    return (case p_kind
        when 'DAY'     then p_start + interval '1 day'
        when 'WEEK'    then p_start + interval '1 week'
        when 'MONTH'   then p_start + interval '1 month'
        when 'QUARTER' then p_start + interval '3 months'
    end - interval '1 microsecond') at time zone p_zone + interval '1 microsecond';

-- Every window that is in force, in its current period: what all readers read, and all decisions are taken from. A period
-- without a row reads as untouched. One moment serves all rows.
--   available  null if the window refuses nothing
--   opened     whether the period has a row
create or replace view window_balance as
select w.tenant_id, w.key_budget_id, w.id as window_id, ledger_window_name(w.period_kind, w.first_day) as window_name,
       w.period_kind, w.first_day, w.credit_limit, w.shadow_limit, b.time_zone,
       c.period_start, ledger_period_end(w.period_kind, b.time_zone, c.period_start) as resets_at,
       coalesce(p.granted, 0) as granted,
       case when p.window_id is not null then p.ceiling else w.credit_limit end as ceiling,
       coalesce(p.held, 0) as held,
       coalesce(p.captured, 0) as captured,
       credits_left(case when p.window_id is not null then p.allowed else w.credit_limit end, p.held, p.captured) as available,
       coalesce(p.refused, 0) as refused,
       coalesce(p.shadow_refused, 0) as shadow_refused,
       p.empty_since,
       p.window_id is not null as opened,
       n.as_of
  from (select gateway_now() as as_of) n
 cross join budget_window w
  join budget b on b.tenant_id = w.tenant_id
 cross join lateral (
       select ledger_period_start(w.period_kind, w.first_day, b.time_zone, n.as_of) as period_start offset 0) c
  left join window_period p on p.window_id = w.id and p.period_start = c.period_start
 where w.in_force;

-- The windows that hold for a key's spend, in the order in which their periods are locked: the tenant's first, then those of
-- the key's own budget, if it has one.
create or replace function ledger_windows(p_tenant uuid, p_key_budget uuid) returns window_balance[]
    language plpgsql stable as $$  -- not sql, whose plans end with the transaction
begin
    return (select array_agg(w order by w.key_budget_id nulls first, w.window_id)
              from window_balance w
             where w.tenant_id = p_tenant and (w.key_budget_id is null or w.key_budget_id = p_key_budget));
end $$;

-- What the windows leave together, and which of them says so: one that has less than p_credits left, and of those the one
-- that resets last, so that resets_at is when it is worth trying again; if there is none, the one with the least left.
--   limited_by  key: the key's own budget; tenant: the longest window of the tenant's budget; window: a shorter one
create or replace function ledger_limit(p_windows window_balance[], p_credits bigint,
        out available bigint, out limited_by text, out window_name text, out window_id uuid, out period_start date, out resets_at timestamptz)
    language plpgsql stable as $$
#variable_conflict use_column
begin
    select min(w.available) over (),
           case when w.key_budget_id is not null then 'KEY'
                when ledger_length(w.period_kind) = max(ledger_length(w.period_kind)) filter (where w.key_budget_id is null) over ()
                then 'TENANT' else 'WINDOW' end,
           w.window_name, w.window_id, w.period_start, w.resets_at
      into available, limited_by, window_name, window_id, period_start, resets_at
      from unnest(p_windows) w
     where w.available is not null
     order by w.available < p_credits desc nulls last,
              case when w.available < p_credits then 0 else w.available end,
              w.resets_at desc nulls first, w.key_budget_id nulls first, ledger_length(w.period_kind) desc, w.first_day
     limit 1;
end $$;

-- What a hold of p_credits with this key's own budget, or with none, would meet now. With p_credits null, what is left.
create or replace function ledger_spendable(p_tenant uuid, p_key_budget uuid, p_credits bigint,
        out available bigint, out limited_by text, out window_name text, out window_id uuid, out period_start date, out resets_at timestamptz)
    language sql stable as $$
    select * from ledger_limit(ledger_windows(p_tenant, p_key_budget), p_credits);
$$;

-- Makes the row of a window's period. The lock lets a change of the limit see this row, or this row see
-- the change.
create or replace function ledger_open_period(p_window window_balance) returns void
    language plpgsql as $$
declare
    limit_now bigint;
begin
    select w.credit_limit into strict limit_now from budget_window w where w.id = p_window.window_id for share;
    insert into window_period (window_id, period_start, tenant_id, allowed, ceiling)
    values (p_window.window_id, p_window.period_start, p_window.tenant_id, limit_now, limit_now)
    on conflict do nothing;
end $$;

-- Sets credits aside for a generation in every window, or answers accepted = false and leaves every balance as it was.
-- available is what a next hold could take; the rest says which window refused, or has the least left.
create or replace function ledger_hold(p_generation uuid, p_tenant uuid, p_key uuid, p_credits bigint, p_actor text,
        p_key_budget uuid default null,
        out accepted boolean, out available bigint, out limited_by text, out window_name text, out window_id uuid, out period_start date,
        out resets_at timestamptz)
    language plpgsql as $$
#variable_conflict use_column
declare
    windows window_balance[];
    w       window_balance;
    limits  record;
    remains bigint;
    ids     uuid[];
    starts  date[];
begin
    loop
        windows := ledger_windows(p_tenant, p_key_budget);
        select * into limits from ledger_limit(windows, p_credits);
        available := limits.available;
        limited_by := limits.limited_by;
        window_name := limits.window_name;
        window_id := limits.window_id;
        period_start := limits.period_start;
        resets_at := limits.resets_at;
        accepted := limits.available >= p_credits;
        if not accepted then
            return;
        end if;
        foreach w in array windows loop
            if not w.opened then
                perform ledger_open_period(w);
            end if;
        end loop;
        available := null;
        ids := '{}';
        starts := '{}';
        foreach w in array windows loop
            update window_period p
               set held = p.held + p_credits,
                   shadow_refused = p.shadow_refused + ledger_beyond(w.shadow_limit + p.granted, p.held + p_credits + p.captured),
                   empty_since = case when p.held + p_credits + p.captured >= p.allowed then w.as_of end
             where p.window_id = w.window_id and p.period_start = w.period_start
               and (p.allowed is null or p.held + p.captured + p_credits <= p.allowed)
            returning credits_left(p.allowed, p.held, p.captured) into remains;
            exit when not found;
            available := least(available, remains);
            ids := ids || w.window_id;
            starts := starts || w.period_start;
        end loop;
        exit when cardinality(ids) = cardinality(windows);
        -- Another was quicker in this window. Those before it are locked by this transaction: nobody saw the credits go,
        -- nobody sees them come back.
        foreach w in array windows[:cardinality(ids)] loop
            update window_period p
               set held = p.held - p_credits,
                   shadow_refused = p.shadow_refused - ledger_beyond(w.shadow_limit + p.granted, p.held + p.captured),
                   empty_since = null
             where p.window_id = w.window_id and p.period_start = w.period_start;
        end loop;
    end loop;
    insert into journal_entry (generation_id, tenant_id, key_id, windows, period_starts, entry_kind, held_delta, at, actor)
    values (p_generation, p_tenant, p_key, ids, starts, 'HOLD', p_credits, w.as_of, p_actor);
end $$;

-- Sets credits aside that were spent already, in the periods of that time of every window of the tenant, whatever is left
-- there: no refusal would bring them back.
create or replace function ledger_book(p_generation uuid, p_tenant uuid, p_credits bigint, p_at timestamptz, p_actor text,
        p_reason text) returns void
    language plpgsql as $$
declare
    windows window_balance[] := ledger_windows(p_tenant, null);
    w       window_balance;
    ids     uuid[] := '{}';
    starts  date[] := '{}';
begin
    foreach w in array windows loop
        w.period_start := ledger_period_start(w.period_kind, w.first_day, w.time_zone, p_at);
        perform ledger_open_period(w);
        update window_period p
           set held = p.held + p_credits,
               ceiling = ledger_ceiling(p.allowed, p.held + p_credits + p.captured)
         where p.window_id = w.window_id and p.period_start = w.period_start;
        ids := ids || w.window_id;
        starts := starts || w.period_start;
    end loop;
    insert into journal_entry (generation_id, tenant_id, windows, period_starts, entry_kind, held_delta, at, actor, reason)
    values (p_generation, p_tenant, ids, starts, 'HOLD', p_credits, p_at, p_actor, p_reason);
end $$;

-- Resolves a generation's hold in its own periods. CAPTURE takes p_charged, at most the hold, and frees the rest;
-- RELEASE frees all. Answers the captured credits, or null if the hold was resolved before (nothing changes then).
create or replace function ledger_resolve(p_generation uuid, p_kind text, p_charged bigint, p_actor text, p_reason text) returns bigint
    language plpgsql as $$
declare
    hold  journal_entry;
    taken bigint;
begin
    select * into strict hold from journal_entry where generation_id = p_generation and entry_kind = 'HOLD';
    taken := case p_kind when 'CAPTURE' then credits_due(hold.held_delta, p_charged) else 0 end;
    insert into journal_entry
        (generation_id, tenant_id, key_id, windows, period_starts, entry_kind, held_delta, captured_delta, at, actor, reason)
    values (p_generation, hold.tenant_id, hold.key_id, hold.windows, hold.period_starts, p_kind,
            -hold.held_delta, taken, gateway_now(), p_actor, p_reason)
    on conflict do nothing;
    if not found then
        return null;
    end if;
    for place in 1 .. cardinality(hold.windows) loop
        update window_period p
           set held = p.held - hold.held_delta,
               captured = p.captured + taken,
               ceiling = ledger_ceiling(p.allowed, p.held - hold.held_delta + p.captured + taken)
         where p.window_id = hold.windows[place] and p.period_start = hold.period_starts[place];
    end loop;
    return taken;
end $$;

-- Locks the periods in which these generations hold credits, in the order in which holds lock them: who resolves several in one
-- transaction would else take those of each after those of the one before, which began in an earlier period.
create or replace function ledger_lock_holds(p_generations uuid[]) returns void
    language plpgsql as $$
begin
    perform from (select distinct counted.window_id, counted.period_start
                    from journal_entry e
                   cross join lateral unnest(e.windows, e.period_starts) as counted (window_id, period_start)
                   where e.generation_id = any(p_generations) and e.entry_kind = 'HOLD') held
            join budget_window w on w.id = held.window_id
            join window_period p on p.window_id = held.window_id and p.period_start = held.period_start
           order by w.key_budget_id nulls first, w.id, p.period_start
             for no key update of p;
end $$;

-- Sets a tenant's budget. It binds the next hold; grants stay, and spend above a lowered limit stays on the books. A window
-- that is new counts from now on.
create or replace function ledger_set_budget(p_tenant uuid, p_zone text, p_kinds text[], p_first_days integer[],
        p_limits bigint[], p_shadow_limits bigint[]) returns void
    language plpgsql as $$
begin
    insert into budget (tenant_id, time_zone) values (p_tenant, p_zone)
    on conflict (tenant_id) do update set time_zone = excluded.time_zone;
    perform ledger_set_windows(p_tenant, null, p_kinds, p_first_days, p_limits, p_shadow_limits);
end $$;

-- Locks all windows of a tenant, its keys' too, in the order in which holds lock them, at first use of a period: until the
-- transaction ends no period of theirs begins.
create or replace function ledger_lock_windows(p_tenant uuid) returns void
    language plpgsql as $$
begin
    perform from budget_window known where known.tenant_id = p_tenant order by known.key_budget_id nulls first, known.id for update;
end $$;

-- Sets the windows of a tenant's budget, or of a key's own; all others of that budget are taken away.
create or replace function ledger_set_windows(p_tenant uuid, p_key_budget uuid, p_kinds text[], p_first_days integer[],
        p_limits bigint[], p_shadow_limits bigint[]) returns void
    language plpgsql as $$
declare
    w window_balance;
begin
    perform from budget b where b.tenant_id = p_tenant for update;
    perform ledger_lock_windows(p_tenant);
    update budget_window known
       set in_force = false
     where known.tenant_id = p_tenant and known.key_budget_id is not distinct from p_key_budget and known.in_force
       and not exists (select from unnest(p_kinds, p_first_days) as asked (kind, first_day)
                        where asked.kind = known.period_kind and asked.first_day = known.first_day);
    insert into budget_window (id, tenant_id, key_budget_id, period_kind, first_day, credit_limit, shadow_limit)
    select gen_random_uuid(), p_tenant, p_key_budget, asked.*
      from unnest(p_kinds, p_first_days, p_limits, p_shadow_limits) as asked
    on conflict on constraint budget_window_once do update
       set credit_limit = excluded.credit_limit, shadow_limit = excluded.shadow_limit, in_force = true;
    -- The tenant's and all its keys': another zone may make a period current again that began before the last change.
    for w in select b.* from window_balance b where b.tenant_id = p_tenant order by b.key_budget_id nulls first, b.window_id loop
        perform from window_period p where p.window_id = w.window_id and p.period_start = w.period_start for update;
        update window_period p
           set allowed = w.credit_limit + p.granted,
               ceiling = ledger_ceiling(w.credit_limit + p.granted, p.held + p.captured),
               empty_since = case when p.held + p.captured >= w.credit_limit + p.granted then p.empty_since end
         where p.window_id = w.window_id and p.period_start >= w.period_start
           and p.allowed is distinct from w.credit_limit + p.granted;
    end loop;
end $$;

-- The tenant's own windows, each with the row of its current period, locked, so that what they hold stays so.
create or replace function ledger_locked_windows(p_tenant uuid) returns window_balance[]
    language plpgsql as $$
declare
    windows window_balance[] := ledger_windows(p_tenant, null);
    locked  text[];
    w       window_balance;
begin
    loop
        locked := '{}';
        foreach w in array windows loop
            if not w.opened then
                perform ledger_open_period(w);
            end if;
            perform from window_period p where p.window_id = w.window_id and p.period_start = w.period_start for update;
            locked := locked || (w.window_id || ' ' || w.period_start);
        end loop;
        windows := ledger_windows(p_tenant, null);
        -- A period may have turned meanwhile.
        exit when locked = (select array_agg(u.window_id || ' ' || u.period_start) from unnest(windows) u);
    end loop;
    return windows;
end $$;

-- Raises what the current period of each of the tenant's windows allows. Answers the journal's seq, or null (and nothing
-- changes) if a period's grants would exceed what is sane.
create or replace function ledger_grant(p_tenant uuid, p_credits bigint, p_actor text, p_reason text) returns bigint
    language plpgsql as $$
declare
    windows window_balance[] := ledger_locked_windows(p_tenant);
    entry   bigint;
begin
    if exists (select from unnest(windows) w where w.granted + p_credits > 1000000000000000) then
        return null;
    end if;
    update window_period p
       set granted = p.granted + p_credits,
           allowed = p.allowed + p_credits,
           ceiling = ledger_ceiling(p.allowed + p_credits, p.held + p.captured),
           empty_since = null
      from unnest(windows) w
     where p.window_id = w.window_id and p.period_start = w.period_start;
    insert into journal_entry (tenant_id, windows, period_starts, entry_kind, granted_delta, at, actor, reason)
    select p_tenant, array_agg(w.window_id), array_agg(w.period_start), 'GRANT', p_credits, gateway_now(), p_actor, p_reason
      from unnest(windows) w
    returning seq into entry;
    return entry;
end $$;

-- Corrects captured credits by p_credits, up or down: in the current period of every window of the tenant that has captured
-- so many, as a correction of yesterday's spend is none of today's. Answers the journal's seq, or null (and nothing changes)
-- if no window has, or one would be above what is allowed.
create or replace function ledger_adjust(p_tenant uuid, p_credits bigint, p_actor text, p_reason text) returns bigint
    language plpgsql as $$
declare
    windows window_balance[];
    entry   bigint;
begin
    select array_agg(w) into windows from unnest(ledger_locked_windows(p_tenant)) w where w.captured + p_credits >= 0;
    if windows is null or exists (select from unnest(windows) w where w.available < p_credits) then
        return null;
    end if;
    update window_period p
       set captured = p.captured + p_credits,
           ceiling = ledger_ceiling(p.allowed, p.held + p.captured + p_credits)
      from unnest(windows) w
     where p.window_id = w.window_id and p.period_start = w.period_start;
    insert into journal_entry (tenant_id, windows, period_starts, entry_kind, captured_delta, at, actor, reason)
    select p_tenant, array_agg(w.window_id), array_agg(w.period_start), 'ADJUST', p_credits, gateway_now(), p_actor, p_reason
      from unnest(windows) w
    returning seq into entry;
    return entry;
end $$;

-- Adds requests that were refused to the windows that refused them.
create or replace function ledger_count_refusals(p_windows uuid[], p_starts date[], p_requests bigint[]) returns void
    language plpgsql as $$
declare
    counted record;
begin
    -- In the order in which holds lock them.
    for counted in
        select u.* from unnest(p_windows, p_starts, p_requests) as u (window_id, period_start, requests)
          join budget_window w on w.id = u.window_id
         order by w.tenant_id, w.key_budget_id nulls first, w.id, u.period_start
    loop
        insert into window_period as p (window_id, period_start, tenant_id, allowed, ceiling, refused, empty_since)
        select w.id, counted.period_start, w.tenant_id, w.credit_limit, w.credit_limit, counted.requests, gateway_now()
          from budget_window w where w.id = counted.window_id for share
        on conflict (window_id, period_start) do update
           set refused = p.refused + excluded.refused,
               empty_since = coalesce(p.empty_since, excluded.empty_since);
    end loop;
end $$;
