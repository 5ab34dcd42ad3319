-- Notices: what raises them, once, and who hears of them. A notice, its deliveries and their tasks are written in the
-- transaction of what they tell of.

-- Percent of what a window allows, unless a team has its own.
create or replace function notice_thresholds(p_tenant uuid) returns integer[]
    language sql stable
    return coalesce((select t.thresholds from notice_terms t where t.tenant_id = p_tenant), '{50,80,100}'::integer[]);

-- Whether a notice is the team's that it is about. All others are the operators' alone.
create or replace function notice_is_for_team(p_cause text) returns boolean
    language sql immutable
    return p_cause in ('BUDGET_THRESHOLD', 'KEY_EXPIRES', 'WEBHOOK_GIVEN_UP', 'TEST');

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

-- Writes a notice's deliveries, each with its task, as db-scheduler would write it: its data is a Delay of the webhooks' courier.
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
    insert into scheduled_tasks (task_name, task_instance, task_data, execution_time, picked, version)
    select 'notice-delivery', written.id::text, convert_to('{"times":0}', 'UTF8'), clock_timestamp(), false, 1
      from written;
end;

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

-- A message to one channel, or to all: of a team, or of the operators if it is null.
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
    return written;
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
