-- The queue in front of the vendor: the account's rate, and whose generation is sent next. All replicas share both through
-- one row of upstream_rate for each vendor: whoever takes a call or chooses holds its lock, for as long as one statement takes.
-- Whose turn it is is weighted fair queueing by virtual time: a turn puts its team's virtual time forward by the turn's cost over
-- the team's weight, the team with the least is next, and the queue's own is that of the team whose turn was last.

-- The row of an upstream, locked; made on first use.
create or replace function upstream_rate_locked(p_upstream text) returns upstream_rate
    language plpgsql as $$
declare
    rate upstream_rate;
begin
    loop
        select * into rate from upstream_rate where upstream = p_upstream for update;
        exit when found;
        insert into upstream_rate (upstream, next_call_at, next_tracking_call_at)
        values (p_upstream, gateway_now(), gateway_now()) on conflict do nothing;
    end loop;
    return rate;
end $$;

-- Whether anything waits for its first or next turn to be sent.
create or replace function queue_has_waiting(p_upstream text) returns boolean
    language sql stable
    return exists (select from generation where upstream = p_upstream and state = 'WAITING')
        or exists (select from generation
                    where upstream = p_upstream and state = 'SENDING' and due_at <= (select gateway_now()));

-- Takes one call of the account's rate for something other than sending. granted: the call may be made after wait, which is
-- at most p_longest; not granted: nothing was taken, and asking again makes sense after wait.
--   p_interval, p_tolerance   the account's rate: time between calls, and how far ahead of that a burst may run
--   p_own_interval            TRACK, UPLOAD: the pace that these keep to, each for itself, while something waits to be sent
-- Purposes: TRACK and UPLOAD are never held up by sending, since a call taken pushes the next one back for all; OTHER as TRACK,
-- without a pace of its own. What these take while nothing waits is not held against them later. SPARE is granted only what
-- nobody else wants.
create or replace function rate_take(p_upstream text, p_purpose text, p_interval interval, p_tolerance interval,
        p_own_interval interval, p_longest interval, out granted boolean, out wait interval)
    language plpgsql as $$
declare
    rate      upstream_rate := upstream_rate_locked(p_upstream);
    moment    timestamptz := gateway_now();
    due       timestamptz := greatest(rate.next_call_at, moment);
    own_due   timestamptz := greatest(case p_purpose when 'UPLOAD' then rate.next_upload_call_at
                                                     else rate.next_tracking_call_at end, moment);
    busy      boolean := p_purpose in ('TRACK', 'UPLOAD', 'SPARE') and queue_has_waiting(p_upstream);
begin
    granted := false;
    wait := greatest(rate.paused_until - moment, interval '0');
    if wait > interval '0' then
        return;
    elsif p_purpose = 'SPARE' and (busy or due > moment) then
        wait := greatest(due - moment, p_interval);
        return;
    elsif p_purpose in ('TRACK', 'UPLOAD') and busy and own_due - moment > 4 * p_own_interval then
        wait := own_due - moment - 4 * p_own_interval;
        return;
    end if;
    wait := greatest(due - moment - p_tolerance, interval '0');
    if wait > p_longest then
        return;
    end if;
    granted := true;
    own_due := least(own_due, moment + 4 * p_own_interval) + p_own_interval;
    update upstream_rate
       set next_call_at = due + p_interval,
           next_tracking_call_at = case p_purpose when 'TRACK' then own_due else next_tracking_call_at end,
           next_upload_call_at = case p_purpose when 'UPLOAD' then own_due else next_upload_call_at end
     where upstream = p_upstream;
end $$;

-- Lets nobody call the vendor for that long; an earlier, longer pause stays.
create or replace function rate_pause(p_upstream text, p_pause interval) returns void
    language plpgsql as $$
begin
    perform upstream_rate_locked(p_upstream);
    update upstream_rate set paused_until = greatest(paused_until, gateway_now() + p_pause) where upstream = p_upstream;
end $$;

-- Lets nothing be sent but one generation after each pause, until an answer shows that the vendor accepts the account again.
-- Open jobs are looked at meanwhile.
create or replace function account_refused(p_upstream text, p_pause interval) returns void
    language plpgsql as $$
begin
    perform upstream_rate_locked(p_upstream);
    update upstream_rate
       set account_refused = true, probe_at = greatest(probe_at, gateway_now() + p_pause)
     where upstream = p_upstream;
end $$;

-- The share of a call that one turn costs a team of weight 1.
create or replace function queue_turn_cost() returns bigint language sql immutable return 1000000;

-- Puts a team among those that take turns. A team that comes back goes on where it was, or where the queue is by now: it
-- saves up no turns while it has nothing to send. A team that is awake is only read, so that a busy team's admissions do not
-- wait for the dispatcher; one that is about to be forgotten is locked, so that this is seen or it stays.
create or replace function queue_join(p_upstream text, p_tenant uuid) returns void
    language plpgsql as $$
declare
    moment  timestamptz := gateway_now();
    reached bigint := coalesce((select r.queue_virtual_time from upstream_rate r where r.upstream = p_upstream), 0);
begin
    if exists (select from queue_team q
                where q.upstream = p_upstream and q.tenant_id = p_tenant
                  and q.not_before <= moment and q.empty_since is null) then
        return;
    end if;
    insert into queue_team as known (upstream, tenant_id, team_virtual_time, not_before)
    values (p_upstream, p_tenant, reached, moment)
    on conflict (upstream, tenant_id) do update
       set not_before = moment, empty_since = null,
           team_virtual_time = greatest(known.team_virtual_time, excluded.team_virtual_time);
end $$;

-- Whether a team has as many generations at the vendor as it may. Looks at no more rows than the limit.
create or replace function queue_is_full_at_vendor(p_tenant uuid, p_limit integer) returns boolean
    language sql stable
    return case when p_limit is null then false else
        (select count(*) >= p_limit
           from (select from generation
                  where tenant_id = p_tenant and state in ('SENDING', 'QUEUED', 'PROCESSING') limit p_limit) as running)
    end;

-- Of one team, what is sent next, locked: its keys take turns, and each key's generations go in the order they came in. Null
-- if nothing may be sent now.
create or replace function queue_head(p_upstream text, p_tenant uuid) returns generation
    language plpgsql as $$
declare
    turn record;
    head generation;
begin
    for turn in
        with recursive keys as (
            (select g.key_id from generation g
              where g.upstream = p_upstream and g.tenant_id = p_tenant and g.state = 'WAITING'
              order by g.key_id limit 1)
            union all
            select (select g.key_id from generation g
                     where g.upstream = p_upstream and g.tenant_id = p_tenant and g.state = 'WAITING' and g.key_id > k.key_id
                     order by g.key_id limit 1)
              from keys k where k.key_id is not null)
        select k.key_id
          from keys k
          left join queue_key q on q.upstream = p_upstream and q.tenant_id = p_tenant and q.key_id = k.key_id
         where k.key_id is not null
         order by q.last_turn nulls first, k.key_id
    loop
        select * into head
          from generation g
         where g.upstream = p_upstream and g.tenant_id = p_tenant and g.key_id = turn.key_id and g.state = 'WAITING'
           and g.due_at <= gateway_now()
         order by g.created_at, g.id limit 1 for update skip locked;
        if found then
            return head;
        end if;
    end loop;
    return null;
end $$;

-- What is sent again next, locked: an earlier attempt may have reached the vendor. Null if none is due.
create or replace function queue_repeat(p_upstream text) returns generation
    language plpgsql as $$
declare
    due generation;
begin
    select * into due
      from generation g
     where g.upstream = p_upstream and g.state = 'SENDING' and g.due_at <= (select gateway_now())
     order by g.due_at limit 1 for update skip locked;
    return due;
end $$;

-- Takes calls of the account's rate and chooses what they are spent on, at most p_most. Opens the attempt of each: it is on
-- record before anything is sent, and whoever sends it has it to itself for the lease. Teams take turns by weight. What may
-- have reached the vendor already is repeated before anything new is sent, but takes no more than every second call while
-- something new waits.
--   p_replica   a caller of this replica may be waiting for the verdict; what another replica admitted is acknowledged now
-- One row for each, and a last one without an id: wait is the time until the next call may be made, null if it may be now.
create or replace function queue_next(p_upstream text, p_replica uuid, p_interval interval, p_tolerance interval,
        p_probe_pause interval, p_lease interval, p_most integer)
    returns table (id uuid, tenant_id uuid, key_id uuid, attempt integer, acknowledged boolean, vendor_idempotency_key uuid,
                   upstream_request bytea, created_at timestamptz, traceparent text, model_name text, images integer, quoted_credits bigint,
                   probe boolean, overdue boolean, waiting_for interval)
    language plpgsql as $$
#variable_conflict use_column
declare
    rate   upstream_rate := upstream_rate_locked(p_upstream);
    moment timestamptz := gateway_now();
    due    timestamptz;
    chosen generation;
    team   record;
    stood  bigint;
    sent   integer := 0;
begin
    -- What the restored books say is waiting may have been sent in the time that they lost.
    if exists (select from recovery r where r.upstream = p_upstream and r.finished_at is null) then
        waiting_for := interval '1 second';
        return next;
        return;
    end if;
    loop
        due := greatest(rate.next_call_at, moment);
        waiting_for := nullif(
            greatest(rate.paused_until - moment, due - moment - p_tolerance,
                     case when rate.account_refused then rate.probe_at - moment end, interval '0'),
            interval '0');
        exit when waiting_for is not null or sent >= p_most;
        chosen := null;
        if not rate.repeated_last then
            chosen := queue_repeat(p_upstream);
        end if;
        if chosen.id is null then
            loop
                select q.tenant_id, t.concurrent_generations as most into team
                  from queue_team q join tenant t on t.id = q.tenant_id
                 where q.upstream = p_upstream and q.not_before <= moment
                 order by q.team_virtual_time, q.tenant_id limit 1 for update of q skip locked;
                exit when not found;
                if not queue_is_full_at_vendor(team.tenant_id, team.most) then
                    chosen := queue_head(p_upstream, team.tenant_id);
                end if;
                exit when chosen.id is not null;
                perform queue_rest(p_upstream, team.tenant_id, rate.queue_virtual_time);
            end loop;
        end if;
        if chosen.id is null and rate.repeated_last then
            chosen := queue_repeat(p_upstream);
        end if;
        exit when chosen.id is null;
        sent := sent + 1;
        rate.repeated_last := chosen.state = 'SENDING';
        rate.next_call_at := due + p_interval;
        rate.turn := rate.turn + 1;
        update generation g
           set state = 'SENDING', attempt = g.attempt + 1, attempt_open = true, in_doubt = g.in_doubt or g.attempt_open,
               acknowledged = g.acknowledged or g.state = 'SENDING' or g.admitted_by is distinct from p_replica,
               attempts_failed_at = case when g.attempt_open then latest_of(g.attempts_failed_at, g.due_at)
                                         else g.attempts_failed_at end,
               attempts_failed_by = case when g.attempt_open
                                         then latest_of(g.attempts_failed_by, 'no answer is on record: its lease ran out')
                                         else g.attempts_failed_by end,
               due_at = moment + p_lease
         where g.id = chosen.id
        returning g.id, g.tenant_id, g.key_id, g.attempt, g.acknowledged, coalesce(g.vendor_idempotency_key, g.id),
                  g.upstream_request, g.created_at, g.traceparent,
                  g.model_name, g.images, g.quoted_credits, rate.account_refused,
                  g.in_doubt and g.created_at < moment - interval '23 hours'
          into id, tenant_id, key_id, attempt, acknowledged, vendor_idempotency_key, upstream_request, created_at, traceparent,
               model_name, images, quoted_credits, probe, overdue;
        stood := queue_charge(p_upstream, tenant_id);
        if not rate.repeated_last then
            rate.queue_virtual_time := greatest(rate.queue_virtual_time, stood);
        end if;
        insert into queue_key as known (upstream, tenant_id, key_id, last_turn)
        values (p_upstream, tenant_id, key_id, rate.turn)
        on conflict (upstream, tenant_id, key_id) do update set last_turn = excluded.last_turn;
        if rate.account_refused then
            rate.probe_at := moment + p_probe_pause;
        end if;
        return next;
    end loop;
    if sent > 0 then
        update upstream_rate
           set next_call_at = rate.next_call_at, queue_virtual_time = rate.queue_virtual_time, turn = rate.turn,
               repeated_last = rate.repeated_last, probe_at = rate.probe_at
         where upstream = p_upstream;
    end if;
    id := null;
    return next;
end $$;

-- Charges a team for one turn. Answers where it stood before: the queue has come that far, unless the turn repeated an attempt,
-- which goes before those whose turn it is.
create or replace function queue_charge(p_upstream text, p_tenant uuid) returns bigint
    language plpgsql as $$
#variable_conflict use_column
declare
    stood bigint;
begin
    update queue_team
       set team_virtual_time = team_virtual_time + queue_turn_cost() / (select t.weight from tenant t where t.id = p_tenant),
           empty_since = null
     where upstream = p_upstream and tenant_id = p_tenant
    returning team_virtual_time - queue_turn_cost() / (select t.weight from tenant t where t.id = p_tenant) into stood;
    return coalesce(stood, 0);
end $$;

-- Passes a team over for a moment: it has nothing to send, or may not now. Either way it goes along with the queue, so that it
-- saves up no turns. An admission that found it awake and commits only after this look is seen at the next one, which comes the
-- later the longer the team has had nothing. Such a team is forgotten when it owes no turn and has been seen empty for longer
-- than a transaction may take: whoever found it awake has committed by then, and whoever finds it empty wakes it.
create or replace function queue_rest(p_upstream text, p_tenant uuid, p_queue_virtual_time bigint) returns void
    language plpgsql as $$
#variable_conflict use_column
declare
    moment timestamptz := gateway_now();
    waits  boolean     := exists (select from generation
                                   where upstream = p_upstream and tenant_id = p_tenant and state = 'WAITING');
begin
    delete from queue_team
     where not waits and upstream = p_upstream and tenant_id = p_tenant
       and team_virtual_time <= p_queue_virtual_time and empty_since < moment - interval '30 seconds';
    update queue_team
       set team_virtual_time = greatest(team_virtual_time, p_queue_virtual_time),
           empty_since = case when not waits then coalesce(empty_since, moment) end,
           not_before = moment + case when waits then interval '500 milliseconds'
               else greatest(interval '500 milliseconds', moment - coalesce(empty_since, moment)) end
     where upstream = p_upstream and tenant_id = p_tenant;
end $$;
