-- The days before the boundary. Added up beside the table, while everybody spends; merged in one go.
create temporary table spend_past on commit drop as
select j.tenant_id, (j.at at time zone b.time_zone)::date as day,
       coalesce(j.key_id, '00000000-0000-0000-0000-000000000000') as key_id, sum(j.captured_delta) as credits,
       coalesce(sum(coalesce(cardinality(g.result_images), g.images)) filter (where j.entry_kind = 'CAPTURE'), 0) as images,
       count(*) filter (where j.entry_kind = 'CAPTURE') as generations
  from journal_entry j
  join budget b on b.tenant_id = j.tenant_id
  left join generation g on g.id = j.generation_id
 where j.entry_kind in ('CAPTURE', 'ADJUST') and j.seq <= (select seq from spend_day_boundary)
 group by 1, 2, 3;

-- A settlement adds to several rows; with the table locked it cannot meet this halfway.
lock table spend_day in share row exclusive mode;
insert into spend_day as known (tenant_id, day, key_id, credits, images, generations)
select tenant_id, day, key_id, credits, images, generations from spend_past
on conflict (tenant_id, day, key_id) do update
   set credits = known.credits + excluded.credits, images = known.images + excluded.images,
       generations = known.generations + excluded.generations;

drop table spend_day_boundary;

-- The proof of the days: every tenant whose days do not add up to its totals. Always empty.
create view spend_day_difference as
select tenant_id
  from spend_total t
  full join (select tenant_id, sum(credits) as credits from spend_day group by tenant_id) d using (tenant_id)
 where t.credits - t.returned is distinct from d.credits;
