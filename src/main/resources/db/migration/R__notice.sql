-- Notices: what raises them, once, and who hears of them. A notice, its deliveries and their tasks are written in the
-- transaction of what they tell of.

-- Percent of what a window allows, ascending: a team's own, or the default if it has none.
create or replace function notice_thresholds_or_default(p_own integer[]) returns integer[]
    language sql immutable
    return coalesce(p_own, '{50,80,100}');

create or replace function notice_thresholds(p_tenant uuid) returns integer[]
    language plpgsql stable as $$
begin
    return notice_thresholds_or_default((select t.thresholds from notice_terms t where t.tenant_id = p_tenant));
end $$;

-- Whether a notice is the team's that it is about. All others are the operators' alone.
create or replace function notice_is_for_team(p_cause text) returns boolean
    language sql immutable
    return p_cause in ('BUDGET_THRESHOLD', 'KEY_EXPIRES', 'WEBHOOK_GIVEN_UP', 'CREDITS_ANSWERED', 'TEST');

create or replace function notice_is_silenced(p_tenant uuid, p_cause text) returns boolean
    language sql stable
    return p_cause <> 'TEST' and notice_is_for_team(p_cause)
           and exists (select from notice_terms t where t.tenant_id = p_tenant and t.silenced_until > gateway_now());

-- An operators' channel counts while some running replica has it in its settings. Tests move gateway_now(); replicas and
-- tasks live by the clock.
create or replace function notice_channels(p_tenant uuid, p_cause text)
    returns table (id uuid, name text, kind text)
    language sql stable
begin atomic
    select c.id, c.name, c.kind
      from notice_channel c
     where c.tenant_id = p_tenant and notice_is_for_team(p_cause)
    union all
    select null, o.name, o.kind
      from notice_operator_channel o
     where o.seen_at > clock_timestamp() - interval '10 minutes'
       and case when p_cause = 'TEST' then p_tenant is null else o.teams or not notice_is_for_team(p_cause) end;
end;

-- Has deliveries attempted now, each by a task as db-scheduler would write it: its data is a BusyDeferrals of the
-- webhooks' worker. An attempt that is under way is left to its end.
create or replace function notice_attempt_now(p_deliveries uuid[]) returns void
    language sql
begin atomic
    insert into scheduled_tasks as known (task_name, task_instance, task_data, execution_time, picked, version)
    select 'notice-delivery', delivery.id::text, convert_to('{"times":0}', 'UTF8'), clock_timestamp(), false, 1
      from unnest(p_deliveries) as delivery (id)
    on conflict (task_name, task_instance) do update
       set task_data = excluded.task_data, execution_time = excluded.execution_time, version = known.version + 1
     where not known.picked;
end;

-- Writes a notice's deliveries, each with its task.
--   p_channel  only to this one; null for all
create or replace function notice_deliver(p_notice uuid, p_tenant uuid, p_cause text, p_channel text default null) returns void
    language sql
begin atomic
    with written as (
        insert into notice_delivery (id, notice_id, channel_id, channel, kind)
        select gen_random_uuid(), p_notice, c.id, c.name, c.kind
          from notice_channels(p_tenant, p_cause) c
         where p_channel is null or c.name = p_channel
        returning notice_delivery.id)
    select notice_attempt_now(array_agg(written.id)) from written;
end;

-- Begins those deliveries of a notice anew that have not succeeded. Answers how many.
create or replace function notice_retry(p_notice uuid) returns bigint
    language plpgsql as $$
declare
    reopened uuid[];
begin
    with opened as (
        update notice_delivery set status = 'pending', attempts = 0
         where notice_id = p_notice and status <> 'delivered'
        returning id)
    select array_agg(opened.id) into reopened from opened;
    perform notice_attempt_now(reopened);
    return coalesce(cardinality(reopened), 0);
end $$;

-- Raises a notice, unless it stands already. Answers its id, or null if it does.
create or replace function notice_raise(p_cause text, p_tenant uuid, p_subject text, p_period text, p_threshold integer,
        p_facts jsonb, p_holds_until timestamptz default '-infinity') returns uuid
    language plpgsql as $$
declare
    silent boolean := notice_is_silenced(p_tenant, p_cause);
    raised uuid;
begin
    insert into notice (cause, tenant_id, subject, period, threshold, facts, silenced, holds_until)
    values (p_cause, p_tenant, p_subject, p_period, p_threshold, jsonb_strip_nulls(p_facts), silent, p_holds_until)
    on conflict (cause, subject, period, threshold) where not rearmed do nothing
    returning id into raised;
    if raised is not null and not silent then
        perform notice_deliver(raised, p_tenant, p_cause);
    end if;
    return raised;
end $$;

-- What a notice told of is over: the next time it is raised again.
create or replace function notice_rearm(p_cause text, p_subject text) returns void
    language sql
begin atomic
    update notice set rearmed = true where cause = p_cause and subject = p_subject and not rearmed;
end;

-- A message to one channel, or to all: of a team, or of the operators if it is null. Null, and nothing is written, if there is
-- none.
create or replace function notice_test(p_tenant uuid, p_channel text, p_actor text) returns uuid
    language plpgsql as $$
declare
    written uuid;
begin
    insert into notice (cause, tenant_id, subject, period, facts, silenced, holds_until)
    values ('TEST', p_tenant, coalesce(p_tenant::text, 'operators'), gen_random_uuid()::text,
            jsonb_build_object('actor', p_actor), false, '-infinity')
    returning id into written;
    perform notice_deliver(written, p_tenant, 'TEST', p_channel);
    if not exists (select from notice_delivery d where d.notice_id = written) then
        delete from notice where id = written;
        return null;
    end if;
    return written;
end $$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Budgets: a window's use, in one period, reaches a threshold
-- ---------------------------------------------------------------------------------------------------------------------

-- The use at which a threshold is reached.
create or replace function notice_amount(p_allowed bigint, p_threshold integer) returns bigint
    language sql immutable
    return greatest(1, (p_allowed * p_threshold + 99) / 100);

-- The use at which the next threshold above p_told is reached; null if there is none, or nothing is limited.
create or replace function notice_next(p_levels integer[], p_allowed bigint, p_told integer) returns bigint
    language plpgsql immutable as $$
begin
    return (select min(notice_amount(p_allowed, level)) from unnest(p_levels) as level where level > p_told and p_allowed is not null);
end $$;

-- Notes at which use of a new period the first notice is due, so that the hold that opens it has nothing to look up.
create or replace function notice_of_period() returns trigger
    language plpgsql as $$
declare
    levels integer[] := notice_thresholds(new.tenant_id);
begin
    select least(notice_next(levels, new.allowed, 0), notice_next(levels, w.shadow_limit + new.granted, 0), new.notice_at)
      into strict new.notice_at
      from budget_window w where w.id = new.window_id;
    return new;
end $$;

create or replace trigger window_period_first_notice
    before insert on window_period
    for each row execute function notice_of_period();

-- Raises what the use of a window's current period has reached, and notes at which use the next is due. Of several thresholds
-- that one step reaches, the highest is told. One that was told stays so when credits come free; it is armed anew once more is
-- allowed and the use is below it. A window with a shadow limit has a second series for that.
--   p_rearm         whether more is allowed than before
--   p_rearm_shadow  the same of the shadow limit
create or replace function notice_window(p_window uuid, p_start date, p_rearm boolean, p_rearm_shadow boolean) returns void
    language plpgsql as $$
declare
    levels  integer[];
    w       record;
    meant   record;
    told    integer;
    next_at bigint := 9223372036854775807;
begin
    select b.*, p.held + p.captured as used, p.allowed, p.notice_at, p.noticed, p.shadow_noticed into w
      from window_balance b
      join window_period p on p.window_id = b.window_id and p.period_start = b.period_start
     where b.window_id = p_window and b.period_start = p_start
       and (b.key_budget_id is null
            or exists (select from api_key k where k.key_budget_id = b.key_budget_id and k.revoked_at is null))
       for no key update of p;
    if not found then
        return;  -- of a period that is over, or of a window that is no more, or no key's: nobody can act on it
    end if;
    levels := notice_thresholds(w.tenant_id);
    for meant in
        select l.*, p_start || case when l.shadow then ' shadow' else '' end as period,
               coalesce((select max(level) from unnest(levels) as level where w.used >= notice_amount(l.allowed, level)), 0) as reached
          from (values (false, w.allowed, w.noticed), (true, w.shadow_limit + w.granted, w.shadow_noticed)) as l (shadow, allowed, told)
         where l.allowed is not null
    loop
        told := meant.told;
        if (case when meant.shadow then p_rearm_shadow else p_rearm end) and meant.reached < told then
            told := meant.reached;
            update notice n set rearmed = true
             where n.cause = 'BUDGET_THRESHOLD' and n.subject = p_window::text and n.period = meant.period
               and n.threshold > told and not n.rearmed;
        elsif meant.reached > told then
            told := meant.reached;
            perform notice_raise('BUDGET_THRESHOLD', w.tenant_id, p_window::text, meant.period, told,
                jsonb_build_object(
                    'window', w.window_name, 'period', w.period_kind, 'shadow', meant.shadow, 'threshold', told,
                    'used', w.used, 'allowed', meant.allowed, 'periodStart', p_start, 'resetsAt', w.resets_at,
                    'key', (select string_agg(distinct k.name, ', ') from api_key k
                             where k.key_budget_id = w.key_budget_id and k.revoked_at is null)),
                coalesce(w.resets_at, 'infinity'));
        end if;
        if meant.shadow then
            w.shadow_noticed := told;
        else
            w.noticed := told;
        end if;
        next_at := least(next_at, notice_next(levels, meant.allowed, told));
    end loop;
    update window_period p
       set notice_at = next_at, noticed = w.noticed, shadow_noticed = w.shadow_noticed
     where p.window_id = p_window and p.period_start = p_start
       and (p.notice_at, p.noticed, p.shadow_noticed) is distinct from (next_at, w.noticed, w.shadow_noticed);
end $$;

create or replace function notice_of_window() returns trigger
    language plpgsql as $$
begin
    perform notice_window(new.window_id, new.period_start, new.allowed > old.allowed, new.granted > old.granted);
    return null;
end $$;

-- At the end of the transaction, when a hold that another window refused is undone. The condition is all that most changes of
-- these rows cost.
drop trigger if exists window_period_notice on window_period;
create constraint trigger window_period_notice
    after update on window_period deferrable initially deferred
    for each row when (new.held + new.captured >= new.notice_at
                       or new.allowed is distinct from old.allowed or new.granted <> old.granted)
    execute function notice_of_window();

create or replace function notice_of_limit() returns trigger
    language plpgsql as $$
begin
    perform notice_window(b.window_id, b.period_start, false, new.shadow_limit > old.shadow_limit)
       from window_balance b where b.window_id = new.id and b.opened;
    return null;
end $$;

-- What a shadow limit allows stands in no period.
drop trigger if exists budget_window_notice on budget_window;
create constraint trigger budget_window_notice
    after update of shadow_limit on budget_window deferrable initially deferred
    for each row when (new.shadow_limit is distinct from old.shadow_limit)
    execute function notice_of_limit();

-- A team has other thresholds. Those that its use has passed already are told once, by the highest. Whoever opens a period
-- shares its window's lock: this sees the period, or the period sees the new thresholds.
create or replace function notice_terms_changed(p_tenant uuid) returns void
    language plpgsql as $$
declare
    w record;
begin
    perform ledger_lock_windows(p_tenant);
    for w in
        select b.window_id, b.period_start from window_balance b
         where b.tenant_id = p_tenant and b.opened
         order by b.key_budget_id nulls first, b.window_id
    loop
        perform notice_window(w.window_id, w.period_start, false, false);
    end loop;
end $$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Keys that expire
-- ---------------------------------------------------------------------------------------------------------------------

-- Raises what is due: for each key the nearest of its days that has begun. A key that was made for less than that hears of it
-- later or not at all; one that was replaced on purpose is let go. Another expiry is another period. Answers how many.
create or replace function notice_expiring_keys() returns bigint
    language plpgsql as $$
declare
    raised bigint;
begin
    if not pg_try_advisory_xact_lock(hashtextextended('notice_expiring_keys', 0)) then
        return 0;
    end if;
    select count(notice_raise('KEY_EXPIRES', due.tenant_id, due.id::text, extract(epoch from due.expires_at)::text, due.days,
                              jsonb_build_object('key', due.name, 'keyId', due.id, 'days', due.days,
                                                 'expiresAt', due.expires_at),
                              due.expires_at))
      into raised
      from (select k.id, k.tenant_id, k.name, k.expires_at,
                   (select min(days) from unnest('{14,3,1}'::integer[]) as days
                     where k.expires_at <= gateway_now() + make_interval(hours => 24 * days)
                       and k.created_at < k.expires_at - make_interval(hours => 24 * days)) as days
              from api_key k
             where k.revoked_at is null and k.replaced_by is null
               and k.expires_at > gateway_now() and k.expires_at <= gateway_now() + interval '336 hours') as due
     where due.days is not null
       and not exists (select from notice n
                        where n.cause = 'KEY_EXPIRES' and n.subject = due.id::text and not n.rearmed
                          and n.period = extract(epoch from due.expires_at)::text and n.threshold = due.days);
    return raised;
end $$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Webhooks that are given up, jobs in review
-- ---------------------------------------------------------------------------------------------------------------------

create or replace function notice_of_webhook() returns trigger
    language plpgsql as $$
begin
    if new.status = 'failed' then
        perform notice_raise('WEBHOOK_GIVEN_UP', new.tenant_id, new.generation_id::text, '', 0,
                             jsonb_build_object('jobId', new.generation_id, 'event', new.event, 'attempts', new.attempts,
                                                'outcome', new.last_outcome));
    else
        perform notice_rearm('WEBHOOK_GIVEN_UP', new.generation_id::text);
    end if;
    return null;
end $$;

create or replace trigger webhook_delivery_notice
    after update of status on webhook_delivery
    for each row when ((old.status = 'failed') <> (new.status = 'failed'))
    execute function notice_of_webhook();

create or replace function notice_of_review() returns trigger
    language plpgsql as $$
begin
    if new.state = 'IN_REVIEW' then
        perform notice_raise('JOB_IN_REVIEW', new.tenant_id, new.id::text, '', 0,
                             jsonb_build_object('jobId', new.id, 'credits', new.quoted_credits));
    else
        perform notice_rearm('JOB_IN_REVIEW', new.id::text);
    end if;
    return null;
end $$;

create or replace trigger generation_notice
    after update of state on generation
    for each row when (old.state <> new.state and (old.state = 'IN_REVIEW' or new.state = 'IN_REVIEW'))
    execute function notice_of_review();

-- ---------------------------------------------------------------------------------------------------------------------
-- Requests for credits: operators hear of each, and the team of the answer
-- ---------------------------------------------------------------------------------------------------------------------

create or replace function notice_of_credit_request() returns trigger
    language plpgsql as $$
begin
    perform notice_raise(case new.status when 'OPEN' then 'CREDITS_REQUESTED' else 'CREDITS_ANSWERED' end,
                         new.tenant_id, new.id::text, '', 0,
                         jsonb_build_object('requestId', new.id, 'credits', new.credits, 'key', new.asked_by,
                                            'status', nullif(new.status, 'OPEN')));
    return null;
end $$;

create or replace trigger credit_request_asked_notice
    after insert on credit_request
    for each row execute function notice_of_credit_request();

create or replace trigger credit_request_answered_notice
    after update of status on credit_request
    for each row when (old.status <> new.status)
    execute function notice_of_credit_request();

-- ---------------------------------------------------------------------------------------------------------------------
-- The vendor's account
-- ---------------------------------------------------------------------------------------------------------------------

create or replace function notice_of_balance() returns trigger
    language plpgsql as $$
begin
    if new.balance_credits < new.floor_credits then
        perform notice_raise('VENDOR_BALANCE_LOW', null, new.upstream, '', 0,
                             jsonb_build_object('balance', new.balance_credits, 'floor', new.floor_credits), 'infinity');
    else
        perform notice_rearm('VENDOR_BALANCE_LOW', new.upstream);
    end if;
    return null;
end $$;

create or replace trigger upstream_account_notice
    after update of balance_credits on upstream_account
    for each row when (new.balance_credits is not null)
    execute function notice_of_balance();

create or replace function notice_of_refusal() returns trigger
    language plpgsql as $$
begin
    if new.account_refused then
        perform notice_raise('VENDOR_ACCOUNT_REFUSED', null, new.upstream, '', 0, '{}', 'infinity');
    else
        perform notice_rearm('VENDOR_ACCOUNT_REFUSED', new.upstream);
    end if;
    return null;
end $$;

create or replace trigger upstream_rate_notice
    after update of account_refused on upstream_rate
    for each row when (old.account_refused <> new.account_refused)
    execute function notice_of_refusal();
