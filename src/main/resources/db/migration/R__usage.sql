-- Keeps the tables of spend, in the transaction of each entry of the journal, so both are the same at every commit.

-- The instant to whose day and month an entry's credits belong: that of the hold, however late it is settled; a correction's
-- own. So a month whose holds are all resolved changes no more.
create or replace function spend_moment(p_entry journal_entry) returns timestamptz
    language sql stable
    return coalesce((select h.at from journal_entry h
                      where h.generation_id = p_entry.generation_id and h.entry_kind = 'HOLD'), p_entry.at);

-- Adds an entry of the journal to the tenant's total, its images and its day. The row of spend_total is locked first, even if
-- nothing is added to it: who adds for a tenant at once waits there. A generation that was answered with an error never was
-- a job, so its release is nobody's failure.
create or replace function spend_add_entry() returns trigger
    language plpgsql as $$
declare
    made     record;
    captured boolean := new.entry_kind = 'CAPTURE';
    failed   boolean := new.entry_kind = 'RELEASE';
begin
    select g.model_name, g.images, g.acknowledged, coalesce(cardinality(g.result_images), g.images) as results
      into made from generation g where g.id = new.generation_id;
    if failed and not coalesce(made.acknowledged, false) then
        return null;
    end if;
    insert into spend_total as known (tenant_id, credits, returned)
    values (new.tenant_id, greatest(0, new.captured_delta), greatest(0, -new.captured_delta))
    on conflict (tenant_id) do update
       set credits = known.credits + excluded.credits, returned = known.returned + excluded.returned;
    if captured and made.model_name is not null then
        insert into spend_images as known (tenant_id, model_name, images)
        values (new.tenant_id, made.model_name, made.images)
        on conflict (tenant_id, model_name) do update set images = known.images + excluded.images;
    end if;
    insert into spend_day as known
        (tenant_id, day, key_id, time_zone, credits, images, generations, failures, failed_images)
    select new.tenant_id, (spend_moment(new) at time zone b.time_zone)::date,
           coalesce(new.key_id, '00000000-0000-0000-0000-000000000000'), b.time_zone, new.captured_delta,
           case when captured then coalesce(made.results, 0) else 0 end, captured::integer,
           failed::integer, case when failed then made.images else 0 end
      from budget b where b.tenant_id = new.tenant_id
    on conflict (tenant_id, day, key_id, time_zone) do update
       set credits = known.credits + excluded.credits, images = known.images + excluded.images,
           generations = known.generations + excluded.generations, failures = known.failures + excluded.failures,
           failed_images = known.failed_images + excluded.failed_images;
    return null;
end $$;

-- Deferred to the commit: these rows are locked last and for a moment, whatever else the transaction did.
drop trigger if exists journal_entry_adds_to_spend on journal_entry;
create constraint trigger journal_entry_adds_to_spend
    after insert on journal_entry
    deferrable initially deferred
    for each row when (new.entry_kind in ('CAPTURE', 'RELEASE', 'ADJUST'))
    execute function spend_add_entry();
