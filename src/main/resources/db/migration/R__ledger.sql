-- The ledger's functions. They alone write budgets, their periods and the journal, and they alone say what is left.

-- The credits that are left of what a period allows. One that has no row yet is untouched: null is nothing held or captured.
create or replace function credits_left(p_allowed bigint, p_held bigint, p_captured bigint) returns bigint
    language sql immutable
    return greatest(0, p_allowed - coalesce(p_held, 0) - coalesce(p_captured, 0));

-- What a completed generation costs its tenant: what the vendor charged, at most the quote. Null, if it did not say, is the
-- quote.
create or replace function credits_due(p_quoted bigint, p_charged bigint) returns bigint
    language sql immutable
    return least(p_quoted, coalesce(p_charged, p_quoted));

-- The local date on which the period that contains p_at began. TOTAL is one period without an end.
create or replace function ledger_period_start(p_kind text, p_zone text, p_at timestamptz) returns date
    language sql stable
    return case p_kind
        when 'DAY'   then (p_at at time zone p_zone)::date
        when 'WEEK'  then date_trunc('week', p_at at time zone p_zone)::date
        when 'MONTH' then date_trunc('month', p_at at time zone p_zone)::date
        when 'TOTAL' then date '1970-01-01'
    end;

-- The instant at which the next period begins: local midnight in the budget's zone. Null for TOTAL.
create or replace function ledger_period_end(p_kind text, p_zone text, p_start date) returns timestamptz
    language sql stable
    return case p_kind
        when 'DAY'   then (p_start + interval '1 day') at time zone p_zone
        when 'WEEK'  then (p_start + interval '1 week') at time zone p_zone
        when 'MONTH' then (p_start + interval '1 month') at time zone p_zone
    end;

-- A tenant's balance in its current period. A period without a row reads as untouched.
create or replace function ledger_balance(p_tenant uuid,
        out period_kind text, out period_start date, out resets_at timestamptz,
        out ceiling bigint, out held bigint, out captured bigint, out available bigint,
        out credit_limit bigint, out time_zone text)
    language plpgsql stable as $$
declare
    policy budget;
begin
    select * into strict policy from budget b where b.tenant_id = p_tenant;
    credit_limit := policy.credit_limit;
    time_zone := policy.time_zone;
    period_kind := policy.period_kind;
    period_start := ledger_period_start(policy.period_kind, policy.time_zone, gateway_now());
    resets_at := ledger_period_end(policy.period_kind, policy.time_zone, period_start);
    select p.ceiling, p.held, p.captured, credits_left(p.allowed, p.held, p.captured)
      into ceiling, held, captured, available
      from budget_period p
     where p.tenant_id = p_tenant and p.period_kind = policy.period_kind and p.period_start = ledger_balance.period_start;
    if not found then
        ceiling := policy.credit_limit;
        held := 0;
        captured := 0;
        available := policy.credit_limit;
    end if;
end $$;

-- What is left of a key's own budget in a period. Null if the key has none.
create or replace function ledger_key_available(p_key_budget uuid, p_kind text, p_start date) returns bigint
    language sql stable
    return (select credits_left(coalesce(p.allowed, b.credit_limit), p.held, p.captured)
              from key_budget b
              left join key_budget_period p
                on p.key_budget_id = b.id and p.period_kind = p_kind and p.period_start = p_start
             where b.id = p_key_budget);

-- Sets credits of a key's own budget aside, or answers accepted = false and writes nothing.
create or replace function ledger_hold_key(p_key_budget uuid, p_kind text, p_start date, p_credits bigint,
        out accepted boolean, out available bigint)
    language plpgsql as $$
#variable_conflict use_column
begin
    loop
        update key_budget_period
           set held = held + p_credits
         where key_budget_id = p_key_budget and period_kind = p_kind and period_start = p_start
           and held + captured + p_credits <= allowed
        returning credits_left(allowed, held, captured) into available;
        if found then
            accepted := true;
            return;
        end if;
        select credits_left(allowed, held, captured) into available
          from key_budget_period
         where key_budget_id = p_key_budget and period_kind = p_kind and period_start = p_start;
        if found and available < p_credits then
            accepted := false;
            return;
        elsif not found then
            select credit_limit into strict available from key_budget where id = p_key_budget for share;
            if available < p_credits then
                accepted := false;
                return;
            end if;
            insert into key_budget_period (key_budget_id, period_kind, period_start, allowed, ceiling)
            values (p_key_budget, p_kind, p_start, available, available)
            on conflict do nothing;
        end if;
    end loop;
end $$;

-- Sets credits aside for a generation, or answers accepted = false and leaves every balance as it was. With a key's own
-- budget both guards must agree, the tenant's first; available is then what both have left.
create or replace function ledger_hold(p_generation uuid, p_tenant uuid, p_key uuid, p_credits bigint, p_actor text,
        p_key_budget uuid default null,
        out accepted boolean, out available bigint, out resets_at timestamptz)
    language plpgsql as $$
#variable_conflict use_column
declare
    policy  budget;
    started date;
    moment  timestamptz := gateway_now();
    of_key  record;
begin
    select * into strict policy from budget where tenant_id = p_tenant;
    loop
        started := ledger_period_start(policy.period_kind, policy.time_zone, moment);
        resets_at := ledger_period_end(policy.period_kind, policy.time_zone, started);
        update budget_period
           set held = held + p_credits
         where tenant_id = p_tenant and period_kind = policy.period_kind and period_start = started
           and held + captured + p_credits <= allowed
        returning credits_left(allowed, held, captured) into available;
        exit when found;
        select credits_left(allowed, held, captured) into available
          from budget_period
         where tenant_id = p_tenant and period_kind = policy.period_kind and period_start = started;
        if found and available < p_credits then
            available := least(available, ledger_key_available(p_key_budget, policy.period_kind, started));
            accepted := false;
            return;
        elsif not found then
            -- The period's first use. The lock lets a change of the limit see this row, or this row see the change.
            select * into strict policy from budget where tenant_id = p_tenant for share;
            if policy.credit_limit < p_credits then
                started := ledger_period_start(policy.period_kind, policy.time_zone, moment);
                available := least(policy.credit_limit,
                                   ledger_key_available(p_key_budget, policy.period_kind, started));
                accepted := false;
                return;
            end if;
            insert into budget_period (tenant_id, period_kind, period_start, allowed, ceiling)
            values (p_tenant, policy.period_kind,
                    ledger_period_start(policy.period_kind, policy.time_zone, moment),
                    policy.credit_limit, policy.credit_limit)
            on conflict do nothing;
        end if;
        -- Credits came free, or the row exists now: try again.
    end loop;
    if p_key_budget is not null then
        select * into of_key from ledger_hold_key(p_key_budget, policy.period_kind, started, p_credits);
        if not of_key.accepted then
            -- This transaction has the row locked: nobody saw the credits go, nobody sees them come back.
            update budget_period
               set held = held - p_credits
             where tenant_id = p_tenant and period_kind = policy.period_kind and period_start = started;
            available := least(available + p_credits, of_key.available);
            accepted := false;
            return;
        end if;
        available := least(available, of_key.available);
    end if;
    insert into journal_entry
        (generation_id, tenant_id, key_id, key_budget_id, period_kind, period_start, entry_kind, held_delta, at, actor)
    values (p_generation, p_tenant, p_key, p_key_budget, policy.period_kind, started, 'HOLD', p_credits, moment, p_actor);
    accepted := true;
end $$;

-- What a hold of this key could take now.
create or replace function ledger_available(p_tenant uuid, p_key_budget uuid, out available bigint, out resets_at timestamptz)
    language sql stable as $$
    select least(b.available, ledger_key_available(p_key_budget, b.period_kind, b.period_start)), b.resets_at
      from ledger_balance(p_tenant) b;
$$;

-- Resolves a generation's hold in its own period. CAPTURE takes p_charged, at most the hold, and frees the rest;
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
        (generation_id, tenant_id, key_id, key_budget_id, period_kind, period_start, entry_kind,
         held_delta, captured_delta, at, actor, reason)
    values (p_generation, hold.tenant_id, hold.key_id, hold.key_budget_id, hold.period_kind, hold.period_start, p_kind,
            -hold.held_delta, taken, gateway_now(), p_actor, p_reason)
    on conflict do nothing;
    if not found then
        return null;
    end if;
    update budget_period
       set held = held - hold.held_delta,
           captured = captured + taken,
           ceiling = greatest(allowed, held - hold.held_delta + captured + taken)
     where tenant_id = hold.tenant_id and period_kind = hold.period_kind and period_start = hold.period_start;
    if hold.key_budget_id is not null then
        update key_budget_period
           set held = held - hold.held_delta,
               captured = captured + taken,
               ceiling = greatest(allowed, held - hold.held_delta + captured + taken)
         where key_budget_id = hold.key_budget_id
           and period_kind = hold.period_kind and period_start = hold.period_start;
    end if;
    return taken;
end $$;

-- Sets a tenant's policy. It binds the next hold; grants stay, and spend above a lowered limit stays on the books.
create or replace function ledger_set_budget(p_tenant uuid, p_kind text, p_limit bigint, p_zone text) returns void
    language plpgsql as $$
begin
    insert into budget (tenant_id, period_kind, credit_limit, time_zone)
    values (p_tenant, p_kind, p_limit, p_zone)
    on conflict (tenant_id) do update
       set period_kind = excluded.period_kind, credit_limit = excluded.credit_limit, time_zone = excluded.time_zone;
    update budget_period
       set allowed = p_limit + granted,
           ceiling = greatest(p_limit + granted, held + captured)
     where tenant_id = p_tenant and period_kind = p_kind
       and period_start >= ledger_period_start(p_kind, p_zone, gateway_now())
       and allowed <> p_limit + granted;
end $$;

-- Sets a key's own limit. As with the tenant's, spend above a lowered limit stays on the books.
create or replace function ledger_set_key_budget(p_key_budget uuid, p_tenant uuid, p_limit bigint) returns void
    language plpgsql as $$
begin
    insert into key_budget (id, tenant_id, credit_limit) values (p_key_budget, p_tenant, p_limit)
    on conflict (id) do update set credit_limit = excluded.credit_limit;
    update key_budget_period
       set allowed = p_limit, ceiling = greatest(p_limit, held + captured)
     where key_budget_id = p_key_budget and allowed <> p_limit;
end $$;

-- The row of a tenant's current period, made if this is its first use.
create or replace function ledger_current_period(p_tenant uuid, out period_kind text, out period_start date)
    language plpgsql as $$
#variable_conflict use_column
declare
    policy budget;
begin
    select * into strict policy from budget where tenant_id = p_tenant for share;
    period_kind := policy.period_kind;
    period_start := ledger_period_start(policy.period_kind, policy.time_zone, gateway_now());
    insert into budget_period (tenant_id, period_kind, period_start, allowed, ceiling)
    values (p_tenant, policy.period_kind,
            ledger_period_start(policy.period_kind, policy.time_zone, gateway_now()),
            policy.credit_limit, policy.credit_limit)
    on conflict do nothing;
end $$;

-- Raises what the current period allows. Answers the journal's seq, or null (and nothing changes) if the period's grants
-- would exceed what is sane.
create or replace function ledger_grant(p_tenant uuid, p_credits bigint, p_actor text, p_reason text) returns bigint
    language plpgsql as $$
declare
    period record;
    entry  bigint;
begin
    select * into period from ledger_current_period(p_tenant);
    update budget_period
       set granted = granted + p_credits,
           allowed = allowed + p_credits,
           ceiling = greatest(allowed + p_credits, held + captured)
     where tenant_id = p_tenant and period_kind = period.period_kind and period_start = period.period_start
       and granted + p_credits <= 1000000000000000;
    if not found then
        return null;
    end if;
    insert into journal_entry (tenant_id, period_kind, period_start, entry_kind, granted_delta, at, actor, reason)
    values (p_tenant, period.period_kind, period.period_start, 'GRANT', p_credits, gateway_now(), p_actor, p_reason)
    returning seq into entry;
    return entry;
end $$;

-- Corrects the current period's captured credits by p_credits, up or down. Answers the journal's seq, or null (and
-- nothing changes) if that would go below zero, or above what is allowed.
create or replace function ledger_adjust(p_tenant uuid, p_credits bigint, p_actor text, p_reason text) returns bigint
    language plpgsql as $$
declare
    period record;
    entry  bigint;
begin
    select * into period from ledger_current_period(p_tenant);
    update budget_period
       set captured = captured + p_credits,
           ceiling = greatest(allowed, held + captured + p_credits)
     where tenant_id = p_tenant and period_kind = period.period_kind and period_start = period.period_start
       and captured + p_credits >= 0
       and (p_credits < 0 or held + captured + p_credits <= allowed);
    if not found then
        return null;
    end if;
    insert into journal_entry (tenant_id, period_kind, period_start, entry_kind, captured_delta, at, actor, reason)
    values (p_tenant, period.period_kind, period.period_start, 'ADJUST', p_credits, gateway_now(), p_actor, p_reason)
    returning seq into entry;
    return entry;
end $$;
