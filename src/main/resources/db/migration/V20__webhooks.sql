-- What tenants are owed: one delivery for each generation that ended and whose tenant wants to be told.
create table webhook_delivery (
    generation_id   uuid        primary key,
    tenant_id       uuid        not null,
    key_id          uuid        not null,          -- signs; its digest is read at delivery time and stored nowhere else
    url             text        not null,
    event           text        not null check (event in ('completed', 'failed')),
    body            bytea       not null,          -- the same bytes at every attempt
    status          text        not null default 'pending' check (status in ('pending', 'delivered', 'failed')),
    attempts        integer     not null default 0,
    last_outcome    text,                          -- a status or a kind of failure; never anything that a receiver said
    created_at      timestamptz not null default gateway_now(),
    last_attempt_at timestamptz
);

create index webhook_delivery_failing on webhook_delivery (created_at)
    where status = 'failed' or status = 'pending' and attempts > 0;

-- db-scheduler's table, as its documentation gives it.
create table scheduled_tasks (
    task_name            text        not null,
    task_instance        text        not null,
    task_data            bytea,
    execution_time       timestamptz not null,
    picked               boolean     not null,
    picked_by            text,
    last_success         timestamptz,
    last_failure         timestamptz,
    consecutive_failures integer,
    last_heartbeat       timestamptz,
    version              bigint      not null,
    priority             smallint,
    primary key (task_name, task_instance)
);
create index scheduled_tasks_due on scheduled_tasks (execution_time);
create index scheduled_tasks_alive on scheduled_tasks (last_heartbeat);

-- While the vendor reports ends by itself, only what somebody follows is looked at often.
alter table generation add column watched_until timestamptz;
