-- Generations: what tenants see of them, how they are admitted and accepted.
--
-- Functions that take arrays keep one plan (force_generic_plan). A plan for just these values looks cheaper than one that
-- could be kept wherever an array has few elements, so PostgreSQL would plan their statements anew at every call, which
-- takes it longer than to run them. Each has one good plan, along the primary key, whatever the values.

-- The status that the tenant sees.
create or replace function generation_status(p_state text, p_upstream_job uuid) returns text
    language sql immutable
    return case p_state
        when 'WAITING'   then 'QUEUED'
        when 'SENDING'   then 'QUEUED'
        when 'IN_REVIEW' then case when p_upstream_job is null then 'QUEUED' else 'PROCESSING' end
        else p_state
    end;

-- The changes of state that there are. What has ended stays as it ended; a late acceptance moves what is still open.
create or replace function generation_may_become(p_from text, p_to text) returns boolean
    language sql immutable
    return case p_from
        when 'WAITING'    then p_to in ('SENDING', 'QUEUED', 'FAILED', 'CANCELLED')
        when 'SENDING'    then p_to in ('WAITING', 'QUEUED', 'FAILED', 'IN_REVIEW')
        when 'QUEUED'     then p_to in ('PROCESSING', 'COMPLETED', 'FAILED', 'CANCELLED', 'IN_REVIEW')
        when 'PROCESSING' then p_to in ('COMPLETED', 'FAILED', 'CANCELLED', 'IN_REVIEW')
        when 'IN_REVIEW'  then p_to in ('QUEUED', 'COMPLETED', 'FAILED')
        else false
    end;

create or replace function generation_change_refused() returns trigger
    language plpgsql as $$
begin
    raise exception 'generation % is %, and cannot become %', old.id, old.state, new.state;
end $$;

create or replace trigger generation_state_changes
    before update of state on generation
    for each row when (old.state <> new.state and not generation_may_become(old.state, new.state))
    execute function generation_change_refused();

-- Puts one more behind the others, of which the latest 20 stay: where the vendor fails for hours, these tell enough.
create or replace function latest_of(p_known anycompatiblearray, p_one anycompatible) returns anycompatiblearray
    language sql immutable as $$
    select (p_known || p_one)[greatest(1, coalesce(cardinality(p_known), 0) - 18):]
$$;

-- Whether a tenant has that many generations waiting. Looks at no more rows than the limit.
create or replace function queue_is_full(p_tenant uuid, p_limit integer) returns boolean
    language sql volatile
    return case when p_limit is not null then
        (select count(*) >= p_limit
           from (select from generation where tenant_id = p_tenant and state = 'WAITING' limit p_limit) as waiting)
    else false end;

-- What calls with the same id, and calls with the same idempotency key, wait for.
create or replace function generation_lock(p_id uuid) returns bigint
    language sql immutable return hashtextextended(p_id::text, 1);

create or replace function idempotency_lock(p_tenant uuid, p_key text) returns bigint
    language sql immutable return hashtextextended(p_tenant::text || p_key, 0);

-- Takes the locks of some admissions of one tenant, all in one order: a group of them and a single one that is asked again may
-- want the same two.
create or replace function lock_admissions(p_ids uuid[], p_tenant uuid, p_keys text[]) returns void
    language plpgsql as $$
begin
    perform pg_advisory_xact_lock(lock.id)
       from (select generation_lock(asked.id) as id from unnest(p_ids) as asked (id)
             union
             select idempotency_lock(p_tenant, asked.key) from unnest(p_keys) as asked (key) where asked.key is not null
             order by id) as lock;
end $$;

-- What each word of a team's prompts begins with in the index, so that no other team's are walked along.
create or replace function prompt_prefix(p_tenant uuid) returns text
    language sql immutable
    return left(p_tenant::text, 8);

-- By which words a request is found. A prompt may hold what PostgreSQL cannot store as text, such as \u0000: it is found by none.
create or replace function prompt_words(p_tenant uuid, p_request bytea) returns tsvector
    language plpgsql immutable as $$
begin
    return array_to_tsvector(array(
        select prompt_prefix(p_tenant) || left(lexeme, 500)
          from unnest(to_tsvector('simple', coalesce(convert_from(p_request, 'UTF8')::json ->> 'prompt', '')))));
exception when data_exception or program_limit_exceeded then
    return ''::tsvector;
end $$;

-- What is erased is found by nobody.
create or replace function forget_prompt() returns trigger
    language plpgsql as $$
begin
    delete from generation_prompt
     where tenant_id = old.tenant_id and created_at = old.created_at and generation_id = old.id;
    return null;
end $$;

create or replace trigger generation_prompt_erased
    after update of upstream_request on generation
    for each row when (old.upstream_request is not null and new.upstream_request is null)
    execute function forget_prompt();

-- Finds a team's prompts that have all of some words; the last may be a word's beginning, also one of several parts, which
-- are words, too: blue-gr. Null if there are no words.
create or replace function prompt_query(p_tenant uuid, p_words text) returns tsquery
    language sql stable
    return (select string_agg(
                '''' || replace(replace(prompt_prefix(p_tenant) || left(lexeme, 500), '\', '\\'), '''', '''''') || ''''
                    || case when place = last_place or lexeme ~ '[-/]' and right(lower(p_words), length(lexeme)) = lexeme then ':*' else '' end,
                ' & ')::tsquery
              from (select lexeme, positions[cardinality(positions)] as place,
                           max(positions[cardinality(positions)]) over () as last_place
                      from unnest(to_tsvector('simple', p_words))) words);

-- Admits a generation in one transaction: replay and conflict first, then key and tenant, whatever the caller remembers of
-- them, then the vendor's account, then the limits, then the hold, then the row, which waits in the queue. Calling it again
-- with the same id answers as the first call did, so a lost answer to COMMIT is simply asked again. Locks are taken in the
-- order idempotency key and id, request window, the budget's windows, the team's place in the queue; the request window's
-- serialises the admissions of a tenant that has limits, which makes the count of what waits exact.
--   p_replica        where the caller waits for the vendor's verdict
--   p_acknowledged   whether the caller does not wait for it
--   p_labels         of the first call; a replay changes none
--   p_webhook_url    null for the team's default, whose events count then, and '' for none
--   p_asked_by       the person who asked at the console; null: whoever holds the key
--   p_vendor_idempotency_key   what the vendor knows it by; null: the id. KEY_USED: the caller is to ask with another
create or replace function admit_generation(
        p_id uuid, p_tenant uuid, p_key uuid, p_idempotency_key text, p_request_hash bytea,
        p_webhook_url text, p_webhook_events text[], p_model_name text, p_images integer, p_credits bigint,
        p_upstream text, p_upstream_request bytea, p_replica uuid, p_acknowledged boolean, p_traceparent text default null,
        p_labels jsonb default null, p_vendor_idempotency_key uuid default null, p_asked_by text default null,
        out verdict text, out acknowledged boolean, out generation_id uuid, out status text, out credits bigint,
        out available bigint, out limited_by text, out window_name text, out window_id uuid, out period_start date,
        out resets_at timestamptz,
        out request_limit integer, out requests_left integer, out window_seconds_left integer,
        out account_refused_seconds integer)
    language plpgsql as $$
declare
    known   generation;
    limits  record;
    counted record;
    hold    record;
    held_at timestamptz;
begin
    generation_id := p_id;
    credits := p_credits;
    -- An earlier run of this very call, whose answer got lost, may still be at work: what it decides holds. Callers with the
    -- same key decide one after the other.
    perform lock_admissions(array[p_id], p_tenant, array[p_idempotency_key]);
    select * into known from generation g where g.id = p_id;
    if found then
        verdict := 'ADMITTED';
        acknowledged := known.acknowledged;
        status := generation_status(known.state, known.upstream_job_id);
        available := (caller_spendable(p_tenant, p_key, null)).available;
        return;
    end if;
    if p_idempotency_key is not null then
        select * into known from generation g where g.tenant_id = p_tenant and g.idempotency_key = p_idempotency_key;
        if not found then
            select * into known from generation g
             where g.tenant_id = p_tenant and g.vendor_idempotency_key = p_vendor_idempotency_key
               and g.idempotency_key is null and g.upstream_job_id is not null;
            known.request_hash := p_request_hash;  -- lost, but the same: the vendor's key is made of it
        elsif not known.acknowledged and known.request_hash = p_request_hash then
            -- Still in flight. Its refusal would free the key under this row's lock: what is left afterwards counts.
            update generation g
               set acknowledged = true
             where g.id = known.id and g.idempotency_key = p_idempotency_key
            returning * into known;
        end if;
        if known.id is not null then
            generation_id := known.id;
            credits := known.quoted_credits;
            verdict := case when known.request_hash = p_request_hash then 'REPLAYED' else 'CONFLICT' end;
            status := generation_status(known.state, known.upstream_job_id);
            available := (caller_spendable(p_tenant, p_key, null)).available;
            return;
        end if;
        -- The vendor refused an earlier call under its key, and may answer the key with that for as long as it remembers it.
        if exists (select from generation g
                    where g.tenant_id = p_tenant and g.vendor_idempotency_key = p_vendor_idempotency_key
                      and g.idempotency_key is null) then
            verdict := 'KEY_USED';
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
    -- On every replica, whether its admission gate is closed yet or not.
    if exists (select from recovery r where r.upstream = p_upstream and r.finished_at is null) then
        verdict := 'RECOVERING';
        return;
    end if;
    select ceil(extract(epoch from r.probe_at - gateway_now())) into account_refused_seconds
      from upstream_rate r
     where r.upstream = p_upstream and r.account_refused and r.probe_at > gateway_now();
    if found then
        verdict := 'ACCOUNT_REFUSED';
        return;
    end if;
    if limits.requests_per_minute is not null or limits.waiting_generations is not null then
        select * into counted from count_request(p_tenant, limits.requests_per_minute);
        request_limit := limits.requests_per_minute;
        requests_left := counted.requests_left;
        window_seconds_left := counted.window_seconds_left;
        verdict := case
            when not counted.accepted then 'RATE_LIMITED'
            when queue_is_full(p_tenant, limits.waiting_generations) then 'QUEUE_FULL'
        end;
    end if;
    if verdict is null then
        select * into hold from ledger_hold(p_id, p_tenant, p_key, p_credits, 'gateway', limits.key_budget_id);
        available := hold.available;
        limited_by := hold.limited_by;
        window_name := hold.window_name;
        window_id := hold.window_id;
        period_start := hold.period_start;
        resets_at := hold.resets_at;
        verdict := case when not hold.accepted then 'INSUFFICIENT' end;
    end if;
    if verdict is not null then
        return;
    end if;
    if p_webhook_url is not null then
        limits.webhook_url := null;
    end if;
    -- Spend belongs to the day of the hold: both tables are to name the same instant.
    select e.at into strict held_at from journal_entry e where e.generation_id = p_id and e.entry_kind = 'HOLD';
    insert into generation (id, tenant_id, key_id, state, acknowledged, admitted_by, idempotency_key, request_hash, webhook_url,
                            webhook_default, webhook_events, model_name, images, quoted_credits, upstream, upstream_request, due_at,
                            created_at, traceparent, labels,
                            vendor_idempotency_key, asked_by)
    values (p_id, p_tenant, p_key, 'WAITING', p_acknowledged, p_replica, p_idempotency_key, p_request_hash,
            coalesce(nullif(p_webhook_url, ''), limits.webhook_url), limits.webhook_url is not null,
            case when limits.webhook_url is null then p_webhook_events else limits.webhook_events end,
            p_model_name, p_images, p_credits, p_upstream, p_upstream_request, gateway_now(),
            held_at, p_traceparent, p_labels, p_vendor_idempotency_key, p_asked_by);
    if p_labels is not null then
        insert into generation_label (tenant_id, name, value, created_at, generation_id)
        select p_tenant, label.key, label.value, held_at, p_id from jsonb_each_text(p_labels) label;
    end if;
    perform queue_join(p_upstream, p_tenant);
    verdict := 'ADMITTED';
    acknowledged := p_acknowledged;
    status := 'QUEUED';
end $$;

-- What admission would say now, in the order in which it says it. Counts as a request; holds nothing.
create or replace function quote_generation(p_tenant uuid, p_key uuid, p_credits bigint,
        out verdict text, out available bigint, out limited_by text, out window_name text, out resets_at timestamptz,
        out request_limit integer, out requests_left integer, out window_seconds_left integer)
    language plpgsql as $$
declare
    limits  record;
    counted record;
    budget  record;
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
    select * into budget from ledger_spendable(p_tenant, limits.key_budget_id, p_credits);
    available := budget.available;
    limited_by := budget.limited_by;
    window_name := budget.window_name;
    resets_at := budget.resets_at;
    verdict := case
        when queue_is_full(p_tenant, limits.waiting_generations) then 'QUEUE_FULL'
        when budget.available < p_credits then 'INSUFFICIENT'
        else 'ADMITTED'
    end;
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

-- Puts a job of the vendor's into a tenant's books as what it was: a generation that the vendor accepted when it made the job.
-- The credits are held whatever the budget allows, since the vendor has them; tracking ends it like any other. Answers whether
-- it did: a job is in the books once, and so is what a team called for under one key of the vendor's. A later job of a
-- generation that the team has been told the end of is no team's.
create or replace function book_generation(p_id uuid, p_tenant uuid, p_upstream text, p_vendor_idempotency_key uuid, p_job uuid,
        p_model_name text, p_images integer, p_credits bigint, p_upstream_request bytea, p_created_at timestamptz,
        p_actor text, p_reason text) returns boolean
    language plpgsql as $$
begin
    if exists (select from generation g where g.id = p_id)
       or p_vendor_idempotency_key is not null and exists (
            select from generation g
             where g.tenant_id = p_tenant and g.acknowledged and g.vendor_idempotency_key = p_vendor_idempotency_key
               -- No attempt is repeated for longer than a day: it keeps the search short.
               and g.created_at > p_created_at - interval '2 days') then
        return false;
    end if;
    insert into generation (id, tenant_id, key_id, state, acknowledged, admitted_by, request_hash, model_name, images,
                            quoted_credits, upstream, vendor_idempotency_key, upstream_request, upstream_job_id, due_at,
                            created_at, accepted_at)
    values (p_id, p_tenant, '00000000-0000-0000-0000-000000000000', 'QUEUED', true, '00000000-0000-0000-0000-000000000000',
            '', p_model_name, p_images, p_credits, p_upstream, p_vendor_idempotency_key, p_upstream_request, p_job,
            gateway_now(), p_created_at, p_created_at)
    on conflict (upstream, upstream_job_id) where upstream_job_id is not null do nothing;
    if not found then
        return false;
    end if;
    if p_upstream_request is not null then
        insert into generation_prompt (tenant_id, created_at, generation_id, words)
        values (p_tenant, p_created_at, p_id, prompt_words(p_tenant, p_upstream_request));
    end if;
    -- An erasure that has passed its moment looks there once more.
    update tenant_erasure set last_walk = false where tenant_id = p_tenant and finished_at is null and last_walk;
    perform ledger_book(p_id, p_tenant, p_credits, p_created_at, p_actor, p_reason);
    return true;
end $$;
