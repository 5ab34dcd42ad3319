-- Keeps the tables of spend, in the transaction of each entry of the journal, so both are the same at every commit.

-- Adds an entry of the journal to the tenant's total, its images and its day. The row of spend_total is locked first: who
-- adds for a tenant at once waits there.
create or replace function spend_add_entry() returns trigger
    language plpgsql as $$
declare
    made bigint := 0;
begin
    insert into spend_total as known (tenant_id, credits, returned)
    values (new.tenant_id, greatest(0, new.captured_delta), greatest(0, -new.captured_delta))
    on conflict (tenant_id) do update
       set credits = known.credits + excluded.credits, returned = known.returned + excluded.returned;
    if new.entry_kind = 'CAPTURE' then
        insert into spend_images as known (tenant_id, model_name, images)
        select new.tenant_id, g.model_name, g.images from generation g where g.id = new.generation_id
        on conflict (tenant_id, model_name) do update set images = known.images + excluded.images;
        made := coalesce((select coalesce(cardinality(g.result_images), g.images)
                            from generation g where g.id = new.generation_id), 0);
    end if;
    insert into spend_day as known (tenant_id, day, key_id, credits, images, generations)
    select new.tenant_id, (new.at at time zone b.time_zone)::date, coalesce(new.key_id, '00000000-0000-0000-0000-000000000000'),
           new.captured_delta, made, case new.entry_kind when 'CAPTURE' then 1 else 0 end
      from budget b where b.tenant_id = new.tenant_id
    on conflict (tenant_id, day, key_id) do update
       set credits = known.credits + excluded.credits, images = known.images + excluded.images,
           generations = known.generations + excluded.generations;
    return null;
end $$;

-- Deferred to the commit: these rows are locked last and for a moment, whatever else the transaction did.
drop trigger if exists journal_entry_adds_to_spend on journal_entry;
create constraint trigger journal_entry_adds_to_spend
    after insert on journal_entry
    deferrable initially deferred
    for each row when (new.entry_kind in ('CAPTURE', 'ADJUST'))
    execute function spend_add_entry();
