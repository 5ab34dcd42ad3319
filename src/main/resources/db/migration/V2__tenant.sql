-- Who may call: tenants and their keys. A key itself is never stored, only its SHA-256.
create table tenant (
    id         uuid        primary key,
    name       text        not null unique check (name ~ '^[a-z0-9-]{1,63}$'),
    status     text        not null default 'ACTIVE' check (status in ('ACTIVE', 'SUSPENDED')),
    created_at timestamptz not null default gateway_now()
);

create table api_key (
    id         uuid        primary key,
    tenant_id  uuid        not null references tenant,
    name       text        not null check (name ~ '^[a-z0-9-]{1,63}$'),
    sha256     bytea       not null unique check (octet_length(sha256) = 32),
    created_at timestamptz not null default gateway_now(),
    expires_at timestamptz,
    revoked_at timestamptz
);
