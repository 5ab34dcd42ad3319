-- The proofs that compare generations with the journal. Both views are always empty.

-- Open holds are the open generations' quotes, no more and no less.
create view generation_hold_difference as
select coalesce(g.id, h.generation_id) as generation_id
  from (select id, quoted_credits from generation where captured_credits is null) g
  full join (select j.generation_id, j.held_delta
               from journal_entry j
              where j.entry_kind = 'HOLD'
                and not exists (select from journal_entry r
                                 where r.generation_id = j.generation_id and r.entry_kind in ('CAPTURE', 'RELEASE'))) h
    on h.generation_id = g.id
 where g.id is null or h.generation_id is null or g.quoted_credits <> h.held_delta;

-- A completed generation is paid for once: what the vendor charged, at most the hold.
create view generation_capture_difference as
select g.id as generation_id
  from generation g
  left join journal_entry c on c.generation_id = g.id and c.entry_kind = 'CAPTURE'
 where g.state = 'COMPLETED'
   and (c.captured_delta is distinct from least(g.quoted_credits, coalesce(g.charged_credits, g.quoted_credits))
        or c.captured_delta <> g.captured_credits);

-- What the last run of each check found; every replica publishes it.
create table reconciliation (
    check_name  text        primary key,
    differences bigint      not null,
    examples    text[]      not null,
    checked_at  timestamptz not null
);
