-- What each tenant ever spent, for readers that cannot afford to add up the journal. Kept by the journal itself, in the
-- transaction of each entry, so both are the same at every commit. Each amount only grows: a correction downwards counts
-- as returned, because a counter that falls would read as a restart.
create table spend_total (
    tenant_id uuid   primary key,
    credits   bigint not null,
    returned  bigint not null
) with (fillfactor = 50);

-- The images of completed generations.
create table spend_images (
    tenant_id  uuid   not null,
    model_name text   not null,
    images     bigint not null,
    primary key (tenant_id, model_name)
) with (fillfactor = 50);

create function spend_add_entry() returns trigger
    language plpgsql as $$
begin
    insert into spend_total as known (tenant_id, credits, returned)
    values (new.tenant_id, greatest(0, new.captured_delta), greatest(0, -new.captured_delta))
    on conflict (tenant_id) do update
       set credits = known.credits + excluded.credits, returned = known.returned + excluded.returned;
    if new.entry_kind = 'CAPTURE' then
        insert into spend_images as known (tenant_id, model_name, images)
        select new.tenant_id, g.model_name, g.images from generation g where g.id = new.generation_id
        on conflict (tenant_id, model_name) do update set images = known.images + excluded.images;
    end if;
    return null;
end $$;

-- Deferred to the commit: these rows are locked last and for a moment, whatever else the transaction did.
create constraint trigger journal_entry_adds_to_spend
    after insert on journal_entry
    deferrable initially deferred
    for each row when (new.entry_kind in ('CAPTURE', 'ADJUST'))
    execute function spend_add_entry();

insert into spend_total (tenant_id, credits, returned)
select tenant_id, sum(greatest(0, captured_delta)), sum(greatest(0, -captured_delta))
  from journal_entry where entry_kind in ('CAPTURE', 'ADJUST') group by tenant_id;

insert into spend_images (tenant_id, model_name, images)
select j.tenant_id, g.model_name, sum(g.images)
  from journal_entry j join generation g on g.id = j.generation_id
 where j.entry_kind = 'CAPTURE' group by j.tenant_id, g.model_name;

-- The proof of the totals: every tenant whose totals do not equal its journal. Always empty.
create view spend_difference as
select tenant_id
  from spend_total t
  full join (select tenant_id, sum(greatest(0, captured_delta)) as credits, sum(greatest(0, -captured_delta)) as returned
               from journal_entry where entry_kind in ('CAPTURE', 'ADJUST') group by tenant_id) j
 using (tenant_id)
 where t.credits is distinct from j.credits or t.returned is distinct from j.returned;

-- Where in a trace the generation was admitted (W3C traceparent), so that what happens to it later joins that trace.
alter table generation add column traceparent text;
alter table webhook_delivery add column traceparent text;

-- The vendor's account, as one of the replicas read it last; every replica publishes it.
create table upstream_account (
    upstream        text        primary key,
    balance_credits bigint,
    read_at         timestamptz,
    due_at          timestamptz not null
);
