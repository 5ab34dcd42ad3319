-- The console's sessions, in Spring Session's own tables. An attribute holds who signed in, by id, and what tells the
-- browser's own proof from another; never a key, a token or the digest of one. To read these tables opens no session.
create table spring_session (
    primary_id            char(36)     not null primary key,
    session_id            char(36)     not null unique,
    creation_time         bigint       not null,
    last_access_time      bigint       not null,
    max_inactive_interval integer      not null,
    expiry_time           bigint       not null,
    principal_name        varchar(100)
);
create index spring_session_expiry on spring_session (expiry_time);
create index spring_session_principal on spring_session (principal_name);

create table spring_session_attributes (
    session_primary_id char(36)     not null references spring_session on delete cascade,
    attribute_name     varchar(200) not null,
    attribute_bytes    bytea        not null,
    primary key (session_primary_id, attribute_name)
);

-- What each key spent on each day, for pages that cannot afford to add up the journal. A day is that of the tenant's
-- budget zone when the entry was written. Corrections belong to no key: they stand under the nil id.
create table spend_day (
    tenant_id   uuid   not null,
    day         date   not null,
    key_id      uuid   not null,
    credits     bigint not null,
    images      bigint not null,
    generations bigint not null,
    primary key (tenant_id, day, key_id)
) with (fillfactor = 50);
create index spend_day_by_day on spend_day (day);

-- Up to here the journal is added to the days by the next migration; what follows is added as it is written.
create table spend_day_boundary (seq bigint not null);

-- Replicas of the previous version write meanwhile. The lock waits until what they wrote has committed, deferred triggers
-- and all, and keeps them waiting until this commits: no entry is written by the function before and missed below.
lock table journal_entry in share row exclusive mode;
insert into spend_day_boundary select coalesce(max(seq), 0) from journal_entry;

-- As before, and the day. The row of spend_total is locked first: who adds for a tenant at once waits there.
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
