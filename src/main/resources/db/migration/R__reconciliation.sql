-- The proofs that the books agree with themselves and with the generations. Each view shows what differs: always nothing.

-- The books: every balance that does not equal the sum of its journal entries.
create or replace view ledger_difference as
select w.tenant_id, w.key_budget_id, w.period_kind, period_start,
       coalesce(p.held, 0) - coalesce(j.held, 0)         as held_difference,
       coalesce(p.captured, 0) - coalesce(j.captured, 0) as captured_difference,
       coalesce(p.granted, 0) - coalesce(j.granted, 0)   as granted_difference
  from window_period p
  full join (select counted.window_id, counted.period_start,
                    sum(held_delta) as held, sum(captured_delta) as captured, sum(granted_delta) as granted
               from journal_entry
              cross join lateral unnest(windows, period_starts) as counted (window_id, period_start)
              group by counted.window_id, counted.period_start) j
 using (window_id, period_start)
  left join budget_window w on w.id = window_id
 where coalesce(p.held, 0) <> coalesce(j.held, 0)
    or coalesce(p.captured, 0) <> coalesce(j.captured, 0)
    or coalesce(p.granted, 0) <> coalesce(j.granted, 0);

-- Open holds are the open generations' quotes, no more and no less.
create or replace view generation_hold_difference as
select coalesce(g.id, h.generation_id) as generation_id
  from (select id, quoted_credits from generation where captured_credits is null) g
  full join (select j.generation_id, j.held_delta
               from journal_entry j
              where j.entry_kind = 'HOLD'
                and not exists (select from journal_entry r
                                 where r.generation_id = j.generation_id and r.entry_kind in ('CAPTURE', 'RELEASE'))) h
    on h.generation_id = g.id
 where g.id is null or h.generation_id is null or g.quoted_credits <> h.held_delta;

-- A completed generation is paid for once.
create or replace view generation_capture_difference as
select g.id as generation_id
  from generation g
  left join journal_entry c on c.generation_id = g.id and c.entry_kind = 'CAPTURE'
 where g.state = 'COMPLETED'
   and (c.captured_delta is distinct from credits_due(g.quoted_credits, g.charged_credits)
        or c.captured_delta <> g.captured_credits);

-- The totals: every tenant whose totals do not equal its journal.
create or replace view spend_difference as
select tenant_id
  from spend_total t
  full join (select tenant_id, sum(greatest(0, captured_delta)) as credits, sum(greatest(0, -captured_delta)) as returned
               from journal_entry where entry_kind in ('CAPTURE', 'ADJUST') group by tenant_id) j
 using (tenant_id)
 where coalesce(t.credits, 0) <> coalesce(j.credits, 0) or coalesce(t.returned, 0) <> coalesce(j.returned, 0);

-- The days: every tenant whose days do not add up to its totals.
create or replace view spend_day_difference as
select tenant_id
  from spend_total t
  full join (select tenant_id, sum(credits) as credits from spend_day group by tenant_id) d using (tenant_id)
 where t.credits - t.returned is distinct from d.credits;

-- What the books know of the vendor's account: what it took, of that what it may give back or have taken already because the
-- job is open, and what it may have taken for attempts without a certain answer, and for orphans of which it has not said: no
-- more than for the largest request. An orphan that a generation has counts with that. Differences over time count, not the sum.
create or replace function vendor_books(p_upstream text, out spent bigint, out open bigint, out uncertain bigint)
    language sql stable as $$
    with held as (
        select coalesce(sum(g.quoted_credits) filter (where g.upstream_job_id is not null), 0)::bigint as open,
               coalesce(sum(g.quoted_credits) filter (where g.upstream_job_id is null and g.state <> 'WAITING'), 0)::bigint as uncertain
          from generation g where g.captured_credits is null and g.upstream = p_upstream),
    orphans as (
        select coalesce(sum(o.credits), 0)::bigint as spent,
               coalesce(sum(o.credits) filter (where coalesce(o.status, 'QUEUED') in ('QUEUED', 'PROCESSING', 'MISSING')), 0)::bigint
                   as open,
               (8 * count(*) filter (where o.credits is null))::bigint as uncertain
          from orphan_job o
         where o.upstream = p_upstream and coalesce(o.resolution, '') not in ('FOUND', 'BOOKED', 'FREE')
           and not exists (select from generation g
                            where g.upstream = o.upstream and g.upstream_job_id = o.upstream_job_id))
    select (select coalesce(sum(t.credits - t.returned), 0) from spend_total t)::bigint
           - (select coalesce(sum(j.captured_delta), 0) from journal_entry j where j.entry_kind = 'ADJUST')::bigint
           + (select coalesce(sum(g.charged_credits - g.quoted_credits), 0) from generation g
               where g.upstream = p_upstream and g.charged_credits > g.quoted_credits and g.state = 'COMPLETED')::bigint
           + orphans.spent + held.open,
           held.open + orphans.open, held.uncertain + orphans.uncertain
      from held, orphans;
$$;

-- Records the balance that the vendor shows, and holds it against the books. Balance and spend together change only when the
-- account is paid into, or spent from behind the books' back: more than is known is a payment, less is the drift. The lower bound
-- rises only to what two readings in a row show: between balance and books a job may have been made and paid for.
create or replace function vendor_balance_read(p_upstream text, p_balance bigint, p_floor bigint) returns void
    language plpgsql as $$
declare
    books record;
    low   bigint;
    sure  bigint;
    high  bigint;
begin
    select * into books from vendor_books(p_upstream);
    low := p_balance + books.spent - books.open;
    high := p_balance + books.spent + books.uncertain;
    select least(low, a.seen_low) into sure from upstream_account a where a.upstream = p_upstream;
    update upstream_account a
       set balance_credits = p_balance, floor_credits = p_floor, read_at = gateway_now(),
           drift_credits = greatest(0, coalesce(a.books_low, high) - high),
           seen_low = low,
           books_low = case when a.books_low is null or sure > a.books_high then sure
                            when high < a.books_low then a.books_low
                            else greatest(sure, a.books_low) end,
           books_high = case when a.books_low is null or sure > a.books_high then high
                             when high < a.books_low then a.books_high
                             else least(high, a.books_high) end
     where a.upstream = p_upstream;
end $$;
