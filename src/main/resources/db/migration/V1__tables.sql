-- All tables, by subject. What is computed from them stands in the R__ files: functions, views and triggers, each once.
-- From the first tagged release on, a versioned migration is never edited: a change of a table is a new one. Functions and
-- views change in their R__ file, which runs again when it has changed; one whose result columns change is dropped there
-- first.

-- The one source of time for credits, periods and leases, so that no replica's clock matters. Tests replace it, and tables
-- default to it: therefore it is made here, once.
create function gateway_now() returns timestamptz
    language sql volatile
    return clock_timestamp();

-- ---------------------------------------------------------------------------------------------------------------------
-- The ledger: budgets, their windows, and the journal. Amounts are whole vendor credits. Only the functions of R__ledger.sql
-- write these tables.
-- ---------------------------------------------------------------------------------------------------------------------

-- Every tenant that may spend has a budget: windows that all hold at once, by the calendar of one time zone.
create table budget (
    tenant_id uuid primary key,
    time_zone text not null
);

-- One window: how much may be spent in each of its periods. It is a tenant's, or that of a key's own budget inside it; a key
-- that replaced another goes on with its budget, so several keys may share one. A window counts while it is in force; one
-- that is taken away and comes back finds what it had counted.
create table budget_window (
    id            uuid     primary key,
    tenant_id     uuid     not null,
    key_budget_id uuid,                        -- null: the tenant's own
    period_kind   text     not null check (period_kind in ('DAY', 'WEEK', 'MONTH', 'QUARTER', 'TOTAL')),
    first_day     smallint not null default 1, -- of a WEEK, 1 is Monday; of a MONTH, its day
    credit_limit  bigint   check (credit_limit between 0 and 1000000000000),  -- null: refuses nothing
    shadow_limit  bigint   check (shadow_limit between 0 and 1000000000000),  -- counts what it would refuse; null: none
    in_force      boolean  not null default true,
    constraint budget_window_first_day check (first_day between 1 and
        case period_kind when 'WEEK' then 7 when 'MONTH' then 28 else 1 end),
    constraint budget_window_limits check (num_nonnulls(credit_limit, shadow_limit) > 0),
    constraint budget_window_once unique nulls not distinct (tenant_id, key_budget_id, period_kind, first_day)
);

-- The balance of a window in one of its periods; the row appears with the period's first hold.
--   allowed  what admission may go up to: limit + grants; null if the window refuses nothing
--   ceiling  what the books may stand at: above allowed only while spend older than a lowered limit is on them
create table window_period (
    window_id      uuid        not null,
    period_start   date        not null,
    tenant_id      uuid        not null,
    granted        bigint      not null default 0 check (granted >= 0),
    allowed        bigint      check (allowed >= 0),
    ceiling        bigint,
    held           bigint      not null default 0 check (held >= 0),
    captured       bigint      not null default 0 check (captured >= 0),
    refused        bigint      not null default 0,  -- requests, because of this window; counted a moment later
    shadow_refused bigint      not null default 0,  -- requests that its shadow limit would have refused
    empty_since    timestamptz,                     -- the hold that took the last credit, or the first refusal after a hold
    notice_at      bigint      not null default 9223372036854775807,  -- what held and captured must reach for the next notice
    noticed        smallint    not null default 0,  -- the highest threshold, in percent, that a notice has told of
    shadow_noticed smallint    not null default 0,  -- the same of the shadow limit
    primary key (window_id, period_start),
    constraint window_period_ceiling check (held + captured <= ceiling),
    constraint window_period_guarded check ((allowed is null) = (ceiling is null))
) with (fillfactor = 50);  -- room beside each row for its next version: the hottest rows of the system

-- Every movement of credits, once and for ever.
create table journal_entry (
    seq            bigint      generated always as identity primary key,
    transaction_id xid8        not null default pg_current_xact_id(),  -- readers page below the oldest running one
    generation_id  uuid,
    tenant_id      uuid        not null,
    key_id         uuid,
    windows        uuid[]      not null,  -- in which it counts, in the order in which they are locked
    period_starts  date[]      not null,  -- each window's period
    entry_kind     text        not null,
    held_delta     bigint      not null default 0,
    captured_delta bigint      not null default 0,
    granted_delta  bigint      not null default 0,
    at             timestamptz not null,
    actor          text        not null,
    reason         text,
    constraint journal_entry_once unique (generation_id, entry_kind),
    constraint journal_entry_counts check (cardinality(windows) > 0 and cardinality(windows) = cardinality(period_starts)),
    constraint journal_entry_shape check (case entry_kind
        when 'HOLD'    then generation_id is not null and held_delta > 0 and captured_delta = 0 and granted_delta = 0
        when 'CAPTURE' then generation_id is not null and held_delta < 0 and captured_delta between 0 and -held_delta and granted_delta = 0
        when 'RELEASE' then generation_id is not null and held_delta < 0 and captured_delta = 0 and granted_delta = 0
        when 'GRANT'   then generation_id is null and held_delta = 0 and captured_delta = 0 and granted_delta <> 0
        when 'ADJUST'  then generation_id is null and held_delta = 0 and captured_delta <> 0 and granted_delta = 0
        else false end)
);

-- A hold resolves once: by one capture or one release, never both.
create unique index journal_entry_resolved_once on journal_entry (generation_id) where entry_kind in ('CAPTURE', 'RELEASE');

create index journal_entry_of_tenant on journal_entry (tenant_id, seq);
create index journal_entry_at on journal_entry using brin (at);  -- entries lie in the order of their times: tiny, and enough

-- ---------------------------------------------------------------------------------------------------------------------
-- Tenants and keys: who may call, and how often. A key itself is never stored, only its SHA-256.
-- ---------------------------------------------------------------------------------------------------------------------

create table tenant (
    id                     uuid        primary key,
    name                   text        not null unique check (name ~ '^[a-z0-9-]{1,63}$'),
    status                 text        not null default 'ACTIVE' check (status in ('ACTIVE', 'SUSPENDED')),
    declared               boolean     not null default false,  -- by the configuration; the operators' API leaves it alone
    cost_centre            text        check (char_length(cost_centre) between 1 and 64),  -- whose books its spend goes to
    retention_days         integer     check (retention_days between 0 and 3650),  -- of its requests; null: the gateway's setting
    requests_per_minute    integer     check (requests_per_minute > 0),       -- null: no limit
    concurrent_generations integer     check (concurrent_generations > 0),   -- at the vendor at once; null: no limit
    waiting_generations    integer     check (waiting_generations > 0),      -- in the queue; null: no limit
    weight                 integer     not null default 1 check (weight between 1 and 100),  -- of its turns, against others'
    self_service_keys      integer     check (self_service_keys between 1 and 1000),  -- the team issues no more; null: none itself
    self_service_days      integer     check (self_service_days between 1 and 3650),  -- how long those are valid; null: for ever
    self_service_budget    bigint      check (self_service_budget between 0 and 1000000000000),  -- of each of those; null: none needed
    webhook_url            text,       -- of jobs whose requests say nothing of a webhook; null: they have none
    webhook_events         text[],     -- null: the vendor's default
    webhook_declared       boolean     not null default false,  -- by the configuration; then the team leaves it alone
    created_at             timestamptz not null default gateway_now(),
    constraint tenant_webhook check (webhook_url is not null or webhook_events is null and not webhook_declared),
    constraint tenant_self_service check (self_service_keys is not null
        or num_nonnulls(self_service_days, self_service_budget) = 0)
);

create table api_key (
    id               uuid        primary key,
    tenant_id        uuid        not null references tenant,
    name             text        not null check (name ~ '^[a-z0-9-]{1,63}$'),
    prefix           text,       -- for people to recognise it by; null if only the digest was ever known here
    sha256           bytea       not null unique check (octet_length(sha256) = 32),
    declared         boolean     not null default false,
    key_budget_id    uuid,       -- whose windows hold for it beside the tenant's; null if it has none of its own
    created_at       timestamptz not null default gateway_now(),
    last_used_at     timestamptz,  -- to the minute
    last_used_from   text,         -- the address that the first request of that minute came from
    allowed_networks text[]      not null default '{}',  -- whence it may be used; empty: from anywhere
    expires_at       timestamptz,
    revoked_at       timestamptz,
    replaced_by      uuid        references api_key deferrable initially deferred
);

create index api_key_of_tenant on api_key (tenant_id, created_at);

-- One live key of a name; one that is replaced lives on under the name until its grace ends. The configuration answers for
-- the names of its own.
create unique index api_key_name on api_key (tenant_id, name)
    where revoked_at is null and replaced_by is null and not declared;

-- The requests that count towards a tenant's limit per minute. A minute begins with its first request.
create table request_window (
    tenant_id  uuid        primary key,
    started_at timestamptz not null,
    requests   integer     not null
) with (fillfactor = 50);

-- ---------------------------------------------------------------------------------------------------------------------
-- Generations, and what else is known of the vendor.
-- ---------------------------------------------------------------------------------------------------------------------

-- A tenant's job from request to end. The row is its own place in the queue: state, lease and next attempt in one place.
create table generation (
    id               uuid        primary key,
    tenant_id        uuid        not null,  -- no foreign keys: each would lock the tenant's row at every admission
    key_id           uuid        not null,
    state            text        not null check (state in
                        ('WAITING', 'SENDING', 'QUEUED', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELLED', 'IN_REVIEW')),
    acknowledged     boolean     not null,                -- a caller has, or will have, a 202: the tenant may see it
    admitted_by      uuid        not null,                -- the replica on which a caller may wait for the verdict
    idempotency_key  text,
    request_hash     bytea       not null,                -- of the parsed request, to tell a replay from a conflict
    webhook_url      text,                                -- the request's own, or the team's default at its admission
    webhook_default  boolean     not null default false,  -- whether it is the default: the request named none
    webhook_events   text[],
    asked_by         text,                                -- the person who asked at the console, by name; null: the key's holder
    webhook_status   text,                                -- how the delivery came out; null while that itself is on record
    model_name       text        not null,
    images           integer     not null check (images > 0),
    quoted_credits   bigint      not null check (quoted_credits > 0),
    captured_credits bigint      check (captured_credits between 0 and quoted_credits),  -- null while open
    charged_credits  bigint,                              -- what the vendor says it charged; null if it does not say
    upstream         text        not null,                -- the vendor's base URL; no other's dispatcher touches the row
    upstream_request bytea,                               -- exactly the bytes that every attempt sends; null once erased
    vendor_idempotency_key uuid,                          -- the vendor's idempotency key for it; null: the id
    upstream_job_id  uuid,
    attempt          integer     not null default 0,      -- fences the sender: only the newest attempt may conclude
    attempt_open     boolean     not null default false,  -- sent or about to be; its answer is not recorded
    in_doubt         boolean     not null default false,  -- some attempt may have reached the vendor
    attempts_failed_at timestamptz[],                     -- ends of attempts that the vendor did not accept, the latest 20
    attempts_failed_by text[],                            -- how each of them ended, in their order
    due_at           timestamptz,                         -- next attempt, single read or look; of an open attempt, its lease
    watched_until    timestamptz,                         -- until then a caller watches it, and it is looked at often
    missing_since    timestamptz,                         -- the vendor has answered 404 for the job since then
    progress         integer,
    result_images    text[],
    error            text,
    expired          boolean     not null default false,
    traceparent      text,                                -- W3C: what happens to it later joins its admission's trace
    labels           jsonb,                               -- what its caller names it by, text by text; null if by nothing
    created_at       timestamptz not null,                -- the instant of its hold, to whose day and month its spend belongs
    accepted_at      timestamptz,                         -- the vendor had the job
    completed_at     timestamptz,
    constraint generation_resolved check ((state in ('COMPLETED', 'FAILED', 'CANCELLED')) = (captured_credits is not null)),
    constraint generation_request_known check (upstream_request is not null or upstream_job_id is not null
        or captured_credits is not null),
    constraint generation_job_known check (upstream_job_id is not null
        or state in ('WAITING', 'SENDING', 'FAILED', 'CANCELLED', 'IN_REVIEW')),
    constraint generation_waits_unsent check (state <> 'WAITING' or not attempt_open and not in_doubt)
) with (fillfactor = 80);

create unique index generation_idempotency on generation (tenant_id, idempotency_key) where idempotency_key is not null;
create unique index generation_upstream_job on generation (upstream, upstream_job_id) where upstream_job_id is not null;
-- Those that a recovery made of the vendor's jobs: their callers' keys are lost, but not what those were sent as. And those
-- whose refusal freed their callers' keys.
create index generation_keyless on generation (tenant_id, vendor_idempotency_key)
    where vendor_idempotency_key is not null and idempotency_key is null;
create index generation_overcharged on generation (upstream) where charged_credits > quoted_credits;
create index generation_waiting on generation (tenant_id, upstream, key_id, created_at, id) where state = 'WAITING';
create index generation_waiting_longest on generation (upstream, created_at) where state = 'WAITING';
create index generation_repeated on generation (upstream, due_at) where state = 'SENDING';
-- By what the vendor knows it by, which its callbacks name.
create index generation_unanswered on generation (coalesce(vendor_idempotency_key, id)) where state = 'SENDING' and not attempt_open;
create index generation_running on generation (tenant_id) where state in ('SENDING', 'QUEUED', 'PROCESSING');
create index generation_tracked on generation (upstream, due_at) where state in ('QUEUED', 'PROCESSING');
create index generation_kept on generation (upstream, due_at) where state = 'COMPLETED' and due_at is not null;
create index generation_open on generation (tenant_id) where captured_credits is null;
create index generation_in_review on generation (id) where state = 'IN_REVIEW';
create index generation_erasable on generation (tenant_id, completed_at)
    where upstream_request is not null and completed_at is not null;
create index generation_listed on generation (tenant_id, created_at desc, id desc) where acknowledged;
create index generation_failed on generation (tenant_id, state, created_at desc, id desc)
    where acknowledged and state in ('FAILED', 'CANCELLED');
-- Of all teams together, for operators.
create index generation_ended_badly on generation (state, id) where acknowledged and state in ('FAILED', 'CANCELLED');
create index generation_of_key on generation (key_id, created_at desc, id desc) where acknowledged;
create index generation_created on generation using brin (created_at);  -- rows lie in the order of their times: tiny, and enough

-- Where a label leads to its generations, newest last. Written once, with the generation.
create table generation_label (
    tenant_id     uuid        not null,
    name          text        not null,
    value         text        not null,
    created_at    timestamptz not null,
    generation_id uuid        not null,
    primary key (tenant_id, name, value, created_at, generation_id)
);

-- By which words a team finds its prompts. Written some seconds after the generation, so that no admission waits for it; erased
-- with its request.
create table generation_prompt (
    tenant_id     uuid        not null,
    created_at    timestamptz not null,
    generation_id uuid        not null,
    words         tsvector    not null,  -- each begins with the team's prompt_prefix
    primary key (tenant_id, created_at, generation_id)
);

create index generation_prompt_words on generation_prompt using gin (words);

-- Up to which time prompts have their words. Its one row is also the lock of adding more.
create table prompt_words_added (
    only_row boolean     primary key default true check (only_row),
    until    timestamptz not null
);

insert into prompt_words_added (until) values ('epoch');

-- What teams have uploaded to the vendor, for a while beyond its expiry: whose it is, and until when it may be named in a
-- request. A row may be missing, as when a replica ends right after the vendor's answer; its URL is then known to belong to
-- nobody, and is taken as any other.
create table upload (
    tenant_id    uuid        not null,
    id           uuid        not null,  -- the vendor's
    key_id       uuid        not null,
    url          text        not null,
    content_type text        not null,
    byte_size    bigint      not null,
    created_at   timestamptz not null default gateway_now(),
    expires_at   timestamptz not null,  -- as the vendor says
    primary key (tenant_id, id)
);

create index upload_url on upload using hash (url);
create index upload_expiry on upload (expires_at);

-- What a team has uploaded on a day of UTC. An upload that is under way counts as large as it may become; one that ends without
-- an answer, because its replica did, stays counted.
create table upload_day (
    tenant_id uuid    not null,
    day       date    not null,
    files     integer not null,
    bytes     bigint  not null,
    primary key (tenant_id, day)
) with (fillfactor = 50);

-- The account's rate, and how far the queue has come. One row for each upstream; its lock lets one replica at a time take
-- calls and choose.
create table upstream_rate (
    upstream              text        primary key,
    next_call_at          timestamptz not null,  -- when the next call is due if calls come evenly; a burst runs ahead of it
    next_tracking_call_at timestamptz not null,  -- the same for tracking alone, at a tenth of the rate
    next_upload_call_at   timestamptz not null default 'epoch',  -- and for uploads alone, at a quarter
    paused_until          timestamptz not null default 'epoch',  -- no call before
    account_refused       boolean     not null default false,  -- the vendor refuses the company's account
    probe_at              timestamptz not null default 'epoch',  -- while it does: when one generation is sent to see whether it still is
    queue_virtual_time    bigint      not null default 0,      -- where the team stood whose turn was last
    turn                  bigint      not null default 0,      -- counts the turns
    repeated_last         boolean     not null default false   -- the last turn repeated an attempt
) with (fillfactor = 50);

-- The teams that may have something waiting. Whose team_virtual_time is least is next; a turn costs a team the more, the less it
-- weighs.
create table queue_team (
    upstream          text        not null,
    tenant_id         uuid        not null,
    team_virtual_time bigint      not null,
    not_before        timestamptz not null,  -- passed over until then: it had nothing to send, or might not
    empty_since       timestamptz,
    primary key (upstream, tenant_id)
) with (fillfactor = 50);

create index queue_team_next on queue_team (upstream, team_virtual_time, tenant_id);

-- When each key of a team had its last turn.
create table queue_key (
    upstream  text   not null,
    tenant_id uuid   not null,
    key_id    uuid   not null,
    last_turn bigint not null,
    primary key (upstream, tenant_id, key_id)
) with (fillfactor = 50);

-- When the vendor's list is to be read next. While it is being read, due_at is the reader's lease.
create table upstream_sweep (
    upstream text        primary key,
    due_at   timestamptz not null,
    sweeping boolean     not null default false,
    hinted   boolean     not null default false,  -- the vendor has called since the sweep began
    ended_at timestamptz
) with (fillfactor = 50);

-- Jobs of the vendor's account that no team pays for. Operators hear of them until each is resolved.
create table orphan_job (
    upstream        text        not null,
    upstream_job_id uuid        not null,
    cause           text        not null check (cause in ('ENDED', 'UNKNOWN')),  -- its generation had ended; or there is none
    generation_id   uuid,                   -- the one that had ended; or the one that has the job by now
    status          text,                   -- as the vendor showed it last, MISSING if it answered 404; null: not yet looked at
    looked_at       timestamptz,            -- when the vendor was asked for it last
    credits         bigint,                 -- what the vendor took for it; null: it has not said
    created_at      timestamptz not null,   -- by the vendor's clock, unless it does not say
    recorded_at     timestamptz not null default gateway_now(),
    resolution      text        check (resolution in ('FOUND', 'BOOKED', 'DISMISSED', 'FREE')),
    resolved_at     timestamptz,
    primary key (upstream, upstream_job_id),
    constraint orphan_job_resolved check ((resolution is null) = (resolved_at is null))
);

create index orphan_job_open on orphan_job (upstream, created_at) where resolution is null;

-- How far the vendor's list was held against the books. While a page is being read, due_at is the reader's lease.
create table vendor_list_check (
    upstream      text        primary key,
    read_until    timestamptz not null,  -- every job that is older is in the books, or an orphan
    reading_until timestamptz,           -- what it will be when the list has been read down to it
    cursor        text,                  -- of the page that is read next; null: the first
    due_at        timestamptz not null,
    checked_at    timestamptz
);

-- After a restore: the books are held against the vendor's list, and nothing is admitted or sent until that is done.
create table recovery (
    upstream      text        not null,
    since         timestamptz not null,  -- no later than the moment that the books were restored to
    started_at    timestamptz not null default gateway_now(),
    due_at        timestamptz not null,  -- while a replica works on it, its lease
    repeated_jobs integer     not null,  -- generations that may have been sent in the lost time, and are sent again
    listed_jobs   integer,
    free_jobs     integer,               -- unknown ones that failed: the vendor took nothing for them
    finished_at   timestamptz,
    primary key (upstream, since)
);

create index recovery_unfinished on recovery (upstream) where finished_at is null;

-- The vendor's account, as one of the replicas read it last; every replica publishes it.
create table upstream_account (
    upstream        text        primary key,
    balance_credits bigint,
    floor_credits   bigint,       -- operators hear of a balance below it; null: of none
    books_low       bigint,       -- balance and all that the books know to be spent, together: at least, and at most
    books_high      bigint,
    seen_low        bigint,       -- the same "at least" at the last reading alone
    drift_credits   bigint,       -- what is missing from the balance, and is not in the books
    read_at         timestamptz,
    due_at          timestamptz not null
);

-- What the vendor's catalogue says that an image costs, as one of the replicas read it last; every replica publishes it.
create table upstream_price (
    upstream        text        primary key,
    lowest_credits  numeric,
    highest_credits numeric,
    read_at         timestamptz,
    due_at          timestamptz not null
);

-- ---------------------------------------------------------------------------------------------------------------------
-- Pictures: the images of completed generations, as far as the gateway keeps them.
-- ---------------------------------------------------------------------------------------------------------------------

-- One for each image of a generation that was completed while a store was set up. Its bytes lie in the store.
create table picture (
    generation_id  uuid        not null,
    image_number   integer     not null check (image_number > 0),  -- its place in the result, from 1
    tenant_id      uuid        not null,
    vendor_url     text        not null,
    vendor_until   timestamptz not null,                    -- the vendor keeps it until then
    state          text        not null default 'PENDING' check (state in ('PENDING', 'STORED', 'GAVE_UP')),
    attempts       integer     not null default 0,          -- fences the copy: only the newest attempt may be recorded
    unended        integer     not null default 0,          -- attempts of whose end nothing is known: their replicas may have died of it
    due_at         timestamptz not null default gateway_now(),  -- next attempt, or next try to delete the bytes; of one under
                                                            -- way, its lease; when it was given up
    leased         boolean     not null default false,      -- a copy is under way, until due_at at the latest
    last_failure   text,                                    -- a kind of failure; nothing that vendor or store said
    content_type   text,
    byte_size      bigint,
    sha256         bytea,
    thumbnail_size bigint,                                  -- null: there is no smaller one
    created_at     timestamptz not null default gateway_now(),
    stored_at      timestamptz,
    erased_at      timestamptz,                             -- nobody sees it; the row goes when the bytes are deleted
    primary key (generation_id, image_number),
    constraint picture_stored check ((state = 'STORED') = (num_nonnulls(content_type, byte_size, sha256, stored_at) = 4))
);

create index picture_pending on picture (tenant_id, due_at) where state = 'PENDING' and erased_at is null;
create index picture_given_up on picture (due_at) where state = 'GAVE_UP';
create index picture_kept on picture (created_at) where erased_at is null;
create index picture_of_tenant on picture (tenant_id, created_at) where erased_at is null;
create index picture_erased on picture (due_at) where erased_at is not null;

-- The store, as this database knows it: which folder is its own, and how far that was swept.
create table picture_store (
    id           boolean     primary key default true check (id),
    folder       uuid        not null default gen_random_uuid(),
    sweep_after  text,                                      -- the name of the object that was looked at last; null: begin anew
    sweep_due_at timestamptz not null default gateway_now()
);

insert into picture_store default values;

-- ---------------------------------------------------------------------------------------------------------------------
-- The operators' side: what they did, what has been declared, and whether the books agree.
-- ---------------------------------------------------------------------------------------------------------------------

-- Who changed what, once and for ever; written in the transaction of the change. Never holds a key or its digest.
create table audit_entry (
    seq            bigint      generated always as identity primary key,
    transaction_id xid8        not null default pg_current_xact_id(),  -- readers page below the oldest running one
    at             timestamptz not null default gateway_now(),
    actor          text        not null,
    way_in         text        not null check (way_in in ('TOKEN', 'KEY', 'SINGLE_SIGN_ON', 'CONFIGURATION')),
    role           text        check (role in ('OPERATOR', 'VIEWER', 'ADMIN', 'MEMBER')),  -- null: the configuration
    person         text,       -- the actor's subject at the identity provider; null: did not come from there
    action         text        not null,
    tenant         text,
    subject        text,       -- the key or generation, if it was about one
    before         jsonb,
    after          jsonb,
    reason         text,
    request_id     text        not null
);

create index audit_entry_of_tenant on audit_entry (tenant, seq);
create index audit_entry_of_actor on audit_entry (lower(actor), seq);
create index audit_entry_about on audit_entry (split_part(action, '.', 1), seq);
create index audit_entry_at on audit_entry using brin (at);
create index audit_entry_of_request on audit_entry (request_id, seq);

-- Operators' calls that may be repeated: the same key and request get the same answer.
create table operator_call (
    tenant_id       uuid        not null,
    idempotency_key text        not null,
    request         jsonb       not null,
    answer          json        not null,  -- as it was sent, to the letter
    called_at       timestamptz not null default gateway_now(),
    primary key (tenant_id, idempotency_key)
);

-- Credits that teams asked for. A request is answered once; one that is granted has its entry in the journal.
create table credit_request (
    id              uuid        primary key,
    tenant_id       uuid        not null,
    credits         bigint      not null check (credits between 1 and 1000000000000),
    reason          text        not null,
    asked_by        text        not null,  -- the key's name
    idempotency_key text,
    asked_at        timestamptz not null default gateway_now(),
    status          text        not null default 'OPEN' check (status in ('OPEN', 'GRANTED', 'REFUSED')),
    answered_by     text,
    answer          text,                  -- why
    answered_at     timestamptz,
    journal_seq     bigint      unique,    -- of the grant
    constraint credit_request_answered check ((status = 'OPEN') = (num_nonnulls(answered_by, answer, answered_at) = 0)
        and (status = 'GRANTED') = (journal_seq is not null))
);

create unique index credit_request_idempotency on credit_request (tenant_id, idempotency_key) where idempotency_key is not null;
create index credit_request_open on credit_request (asked_at, id) where status = 'OPEN';
create index credit_request_listed on credit_request (asked_at desc, id desc);
create index credit_request_of_tenant on credit_request (tenant_id, asked_at desc, id desc);

-- What is to be erased of a team, and how far that has come: all that was asked for up to a moment. One order of a team is open
-- at a time. While a replica takes a step, it has the row locked.
create table tenant_erasure (
    id             uuid        primary key,
    tenant_id      uuid        not null,
    until          timestamptz not null default gateway_now(),
    asked_by       text        not null,
    reason         text        not null,
    walked_time    timestamptz not null default 'epoch',   -- up to this job of the team's, by time and id, nothing is left
    walked_id      uuid        not null default '00000000-0000-0000-0000-000000000000',
    last_walk      boolean     not null default false,     -- it began when all had ended: nothing is behind it
    ended_from     timestamptz not null default 'epoch',   -- of what ended before, no request is left
    erased_jobs    bigint      not null default 0,
    erased_uploads bigint      not null default 0,
    finished_at    timestamptz
);

create unique index tenant_erasure_open on tenant_erasure (tenant_id) where finished_at is null;
create index tenant_erasure_of_tenant on tenant_erasure (tenant_id, until desc);

-- The newest declaration of tenants that any replica has taken over. Its one row is also the lock of taking one over.
create table declaration (
    id       boolean primary key default true check (id),
    revision bigint  not null
);

insert into declaration (revision) values (-1);

-- What the last run of each check found; every replica publishes it.
create table reconciliation (
    check_name  text        primary key,
    differences bigint      not null,
    examples    text[]      not null,
    checked_at  timestamptz not null
);

-- ---------------------------------------------------------------------------------------------------------------------
-- Webhooks: what tenants are owed, and the queue of what is to be tried next.
-- ---------------------------------------------------------------------------------------------------------------------

-- One delivery for each generation that ended and whose tenant wants to be told.
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
    traceparent     text,                          -- where the generation ended, in its trace (W3C)
    created_at      timestamptz not null default gateway_now(),
    last_attempt_at timestamptz,
    attempted_at    timestamptz[] not null default '{}',  -- the latest attempts, those of earlier series with them
    outcomes        text[]        not null default '{}',  -- of each of these, in their order
    constraint webhook_delivery_attempts check (cardinality(attempted_at) = cardinality(outcomes))
);

create index webhook_delivery_listed on webhook_delivery (created_at desc, generation_id desc);
create index webhook_delivery_of_tenant on webhook_delivery (tenant_id, created_at desc, generation_id desc);
create index webhook_delivery_failing on webhook_delivery (created_at)
    where status = 'failed' or status = 'pending' and attempts > 0;
create index webhook_delivery_failing_of_tenant on webhook_delivery (tenant_id, created_at)
    where status = 'failed' or status = 'pending' and attempts > 0;
create index webhook_delivery_forgettable on webhook_delivery (last_attempt_at) where status <> 'pending';

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

-- ---------------------------------------------------------------------------------------------------------------------
-- Notices: what teams and operators are told without asking. Only the functions of R__notice.sql write notice.
-- ---------------------------------------------------------------------------------------------------------------------

-- What a team wants to hear of. One without a row has the default thresholds and is not silenced.
create table notice_terms (
    tenant_id      uuid primary key,
    thresholds     integer[],    -- percent of what a window allows; null: the default
    silenced_until timestamptz
);

-- Where a team's notices go.
create table notice_channel (
    id        uuid primary key,
    tenant_id uuid not null,
    name      text not null check (name ~ '^[a-z0-9-]{1,63}$'),
    kind      text not null check (kind in ('WEBHOOK', 'SLACK', 'EMAIL')),
    target    text not null,     -- a URL or an address; the URL of a chat is a credential
    key_id    uuid,              -- signs a webhook; its digest is read at delivery time
    unique (tenant_id, name),
    constraint notice_channel_signed check ((kind = 'WEBHOOK') = (key_id is not null))
);

-- The operators' channels, which the settings of the running replicas name. Where they lead stands in the settings alone.
create table notice_operator_channel (
    name    text        primary key,
    kind    text        not null check (kind in ('WEBHOOK', 'SLACK', 'EMAIL')),
    teams   boolean     not null,  -- hears of the teams' notices, too
    seen_at timestamptz not null   -- when a replica last had it in its settings
);

-- A notice, once for each cause, subject, period and threshold, as long as it is not armed anew.
create table notice (
    id          uuid        primary key default gen_random_uuid(),
    cause       text        not null check (cause in ('BUDGET_THRESHOLD', 'KEY_EXPIRES', 'WEBHOOK_GIVEN_UP', 'JOB_IN_REVIEW',
                                                      'CREDITS_REQUESTED', 'CREDITS_ANSWERED', 'VENDOR_BALANCE_LOW',
                                                      'VENDOR_ACCOUNT_REFUSED', 'TEST')),
    tenant_id   uuid,                              -- null: it is about no team
    subject     text        not null,              -- id of the window, key, job or request; base URL of the vendor
    period      text        not null default '',   -- of the subject, if it may be raised in several
    threshold   integer     not null default 0,    -- percent or days
    facts       jsonb       not null,
    silenced    boolean     not null,              -- it was written, and delivered to nobody
    rearmed     boolean     not null default false,
    holds_until timestamptz not null,              -- until then it must stay, so that it is not raised again
    created_at  timestamptz not null default gateway_now()
);

create unique index notice_once on notice (cause, subject, period, threshold) where not rearmed;
create index notice_listed on notice (created_at desc, id desc);
create index notice_of_tenant on notice (tenant_id, created_at desc, id desc);

-- A notice on its way through one channel. When the next attempt is due stands with its task.
create table notice_delivery (
    id              uuid        primary key,
    notice_id       uuid        not null references notice on delete cascade,
    channel_id      uuid,                          -- of the team; null for a channel of the operators
    channel         text        not null,          -- its name
    kind            text        not null,
    status          text        not null default 'pending' check (status in ('pending', 'delivered', 'failed')),
    attempts        integer     not null default 0,
    last_outcome    text,                          -- a status or a kind of failure; never anything that a receiver said
    created_at      timestamptz not null default gateway_now(),
    last_attempt_at timestamptz
);

create unique index notice_delivery_once on notice_delivery (notice_id, channel, channel_id) nulls not distinct;
create index notice_delivery_failing on notice_delivery (created_at)
    where status = 'failed' or status = 'pending' and attempts > 0;

-- ---------------------------------------------------------------------------------------------------------------------
-- Usage: what was spent, for readers that cannot afford to add up the journal. Kept by the journal itself, see R__usage.sql.
-- ---------------------------------------------------------------------------------------------------------------------

-- What each tenant ever spent. Each amount only grows: a correction downwards counts as returned, because a counter that
-- falls would read as a restart.
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

-- What came of the generations that each key's holds were made for, by the day of the hold, whenever they were settled. A
-- correction stands on the day of its own entry and belongs to no key: it stands under the nil id. A day is that of
-- time_zone, which is the budget's at the time of writing.
create table spend_day (
    tenant_id     uuid   not null,
    day           date   not null,
    key_id        uuid   not null,
    time_zone     text   not null,
    credits       bigint not null,
    images        bigint not null,
    generations   bigint not null,            -- that completed
    failures      bigint not null default 0,  -- generations that a tenant knows of and that ended without images
    failed_images bigint not null default 0,  -- how many those were asked for
    primary key (tenant_id, day, key_id, time_zone)
) with (fillfactor = 50);

create index spend_day_by_day on spend_day (day);
create index journal_entry_adjusted on journal_entry (tenant_id, at) where entry_kind = 'ADJUST';

-- The replica that publishes the books as metrics. Whoever finds its time over takes its place.
create table books_lease (
    only_row   boolean     primary key default true check (only_row),
    replica    uuid        not null,
    held_until timestamptz not null
) with (fillfactor = 50);

-- ---------------------------------------------------------------------------------------------------------------------
-- The console's sessions, in Spring Session's own tables. An attribute holds who signed in, by id, and what tells the
-- browser's own proof from another; never a token, or the digest of a key or token. A key that was just issued stands here
-- until its reader has stored it, encrypted under that proof. To read these tables opens no session and no such key.
-- ---------------------------------------------------------------------------------------------------------------------

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

-- The sessions of people who signed in at the identity provider, each beside its own above. The provider's tokens are
-- encrypted, under the settings' secret and the browser's own proof.
create table person_session (
    id               uuid        primary key,
    subject          text        not null,   -- by which the provider tells people apart
    provider_session text,                   -- by which it names its own session
    name             text        not null,
    roles            text[]      not null,
    tokens           text        not null,
    begun_at         timestamptz not null default gateway_now(),
    checked_at       timestamptz not null default gateway_now(),  -- when the provider said last that it may go on
    checking_until   timestamptz                                  -- the lease of the replica that asks
);

create index person_session_of_person on person_session (subject);
create index person_session_at_provider on person_session (provider_session);
