-- Who may call: tenants and their keys. A key itself is never stored, only its SHA-256.
create table tenant (
    id                     uuid        primary key,
    name                   text        not null unique check (name ~ '^[a-z0-9-]{1,63}$'),
    status                 text        not null default 'ACTIVE' check (status in ('ACTIVE', 'SUSPENDED')),
    declared               boolean     not null default false,  -- by the configuration; the operators' API leaves it alone
    requests_per_minute    integer     check (requests_per_minute > 0),      -- null: no limit
    concurrent_generations integer     check (concurrent_generations > 0),  -- null: no limit
    created_at             timestamptz not null default gateway_now()
);

create table api_key (
    id            uuid        primary key,
    tenant_id     uuid        not null references tenant,
    name          text        not null check (name ~ '^[a-z0-9-]{1,63}$'),
    prefix        text,       -- for people to recognise it by; null if only the digest was ever known here
    sha256        bytea       not null unique check (octet_length(sha256) = 32),
    declared      boolean     not null default false,
    key_budget_id uuid,       -- its own budget, inside the tenant's; null if it has none
    created_at    timestamptz not null default gateway_now(),
    last_used_at  timestamptz,  -- to the minute
    expires_at    timestamptz,
    revoked_at    timestamptz,
    replaced_by   uuid        references api_key deferrable initially deferred
);

create index api_key_of_tenant on api_key (tenant_id, created_at);

-- One live key of a name; one that is replaced lives on under the name until its grace ends. The configuration answers for
-- the names of its own.
create unique index api_key_name on api_key (tenant_id, name)
    where revoked_at is null and replaced_by is null and not declared;

-- What admission must know of a caller beyond its budget. Nulls mean: no limit, no budget of the key's own.
create function tenant_limits(p_tenant uuid, p_key uuid,
        out requests_per_minute integer, out concurrent_generations integer, out key_budget_id uuid)
    language sql stable as $$
    select (select t.requests_per_minute from tenant t where t.id = p_tenant),
           (select t.concurrent_generations from tenant t where t.id = p_tenant),
           (select k.key_budget_id from api_key k where k.id = p_key);
$$;
