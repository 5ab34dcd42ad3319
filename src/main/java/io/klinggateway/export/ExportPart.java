package io.klinggateway.export;

/**
 * What an export has of one table, oldest first: a page of lines of JSON and where each stands. Neither a key's digest nor the
 * address of a channel or the path of a webhook's URL is in one: they are credentials, or may have some in them.
 */
enum ExportPart {
    TEAM("""
            select null::timestamptz as at, null::uuid as id, 1::bigint as seq,
                   json_build_object('type', 'team', 'id', t.id, 'name', t.name, 'status', t.status, 'costCentre', t.cost_centre,
                       'retentionDays', t.retention_days, 'timeZone', b.time_zone,
                       'requestsPerMinute', t.requests_per_minute,
                       'concurrentJobs', t.concurrent_generations, 'waitingJobs', t.waiting_generations, 'weight', t.weight,
                       'defaultWebhookHost', substring(t.webhook_url from '^[^:]+://(?:[^/?#]*@)?([^/?#]*)'),
                       'defaultWebhookEvents', t.webhook_events,
                       'thresholds', n.thresholds, 'silencedUntil', n.silenced_until, 'createdAt', t.created_at) as line
              from tenant t
              left join budget b on b.tenant_id = t.id
              left join notice_terms n on n.tenant_id = t.id
             where t.id = :tenant and :seq < 1
             limit :most
            """),
    BUDGETS("""
            select null::timestamptz as at, id, null::bigint as seq,
                   json_build_object('type', 'budget', 'id', id, 'keyBudgetId', key_budget_id, 'period', period_kind,
                       'firstDay', first_day, 'limit', credit_limit, 'shadowLimit', shadow_limit, 'inForce', in_force) as line
              from budget_window
             where tenant_id = :tenant and id > :id
             order by id
             limit :most
            """),
    KEYS("""
            select created_at as at, id, null::bigint as seq,
                   json_build_object('type', 'key', 'id', id, 'name', name, 'prefix', prefix, 'keyBudgetId', key_budget_id,
                       'allowedNetworks', allowed_networks, 'createdAt', created_at, 'expiresAt', expires_at,
                       'revokedAt', revoked_at, 'lastUsedAt', last_used_at, 'lastUsedFrom', last_used_from) as line
              from api_key
             where tenant_id = :tenant and (created_at, id) > (:at, :id)
             order by created_at, id
             limit :most
            """),
    JOBS("""
            select g.created_at as at, g.id, null::bigint as seq,
                   json_build_object('type', 'job', 'id', g.id, 'keyId', g.key_id, 'state', g.state,
                       'request', convert_from(g.upstream_request, 'UTF8')::json, 'idempotencyKey', g.idempotency_key,
                       'labels', g.labels, 'images', g.result_images, 'keptImages', (
                           select json_agg(json_build_object('number', p.image_number, 'state', p.state,
                                      'contentType', p.content_type, 'byteSize', p.byte_size,
                                      'sha256', encode(p.sha256, 'hex'), 'storedAt', p.stored_at) order by p.image_number)
                             from picture p
                            where p.generation_id = g.id and p.erased_at is null), 'error', g.error, 'quotedCredits', g.quoted_credits,
                       'paidCredits', g.captured_credits, 'vendorJobId', g.upstream_job_id,
                       'webhookHost', substring(coalesce(d.url, g.webhook_url) from '^[^:]+://(?:[^/?#]*@)?([^/?#]*)'),
                       'webhookEvents', g.webhook_events, 'webhookStatus', coalesce(d.status, g.webhook_status),
                       'webhookAttempts', d.attempts, 'askedBy', g.asked_by, 'failedAttempts', (
                           select json_agg(json_build_object('at', f.ended_at, 'outcome', f.outcome) order by f.number)
                             from unnest(g.attempts_failed_at, g.attempts_failed_by)
                                      with ordinality as f (ended_at, outcome, number)), 'createdAt', g.created_at, 'completedAt', g.completed_at) as line
              from generation g
              left join webhook_delivery d on d.generation_id = g.id
             where g.tenant_id = :tenant and g.acknowledged and (g.created_at, g.id) > (:at, :id)
             order by g.created_at, g.id
             limit :most
            """),
    /** Without a job: refused while their callers waited, of whom none got a 202. Until their requests are erased. */
    REFUSED_REQUESTS("""
            select completed_at as at, id, null::bigint as seq,
                   json_build_object('type', 'refusedRequest', 'id', id, 'keyId', key_id, 'state', state,
                       'request', convert_from(upstream_request, 'UTF8')::json, 'labels', labels, 'error', error,
                       'askedBy', asked_by, 'createdAt', created_at, 'completedAt', completed_at) as line
              from generation
             where tenant_id = :tenant and not acknowledged and upstream_request is not null and completed_at is not null
               and (completed_at, id) > (:at, :id)
             order by completed_at, id
             limit :most
            """),
    UPLOADS("""
            select null::timestamptz as at, id, null::bigint as seq,
                   json_build_object('type', 'upload', 'id', id, 'keyId', key_id, 'url', url, 'contentType', content_type,
                       'byteSize', byte_size, 'createdAt', created_at, 'expiresAt', expires_at) as line
              from upload
             where tenant_id = :tenant and id > :id
             order by id
             limit :most
            """),
    CHANNELS("""
            select null::timestamptz as at, id, null::bigint as seq,
                   json_build_object('type', 'channel', 'id', id, 'name', name, 'kind', kind) as line
              from notice_channel
             where tenant_id = :tenant and id > :id
             order by id
             limit :most
            """),
    NOTICES("""
            select created_at as at, id, null::bigint as seq,
                   json_build_object('type', 'notice', 'id', id, 'cause', cause, 'subject', subject, 'threshold', threshold,
                       'facts', facts, 'createdAt', created_at) as line
              from notice
             where tenant_id = :tenant and (created_at, id) > (:at, :id)
             order by created_at, id
             limit :most
            """),
    CREDIT_REQUESTS("""
            select asked_at as at, id, null::bigint as seq,
                   json_build_object('type', 'creditRequest', 'id', id, 'credits', credits, 'reason', reason, 'askedBy', asked_by,
                       'status', status, 'answer', answer, 'answeredBy', answered_by, 'askedAt', asked_at,
                       'answeredAt', answered_at) as line
              from credit_request
             where tenant_id = :tenant and (asked_at, id) > (:at, :id)
             order by asked_at, id
             limit :most
            """),
    JOURNAL("""
            select null::timestamptz as at, null::uuid as id, seq,
                   json_build_object('type', 'journal', 'seq', seq, 'kind', entry_kind, 'jobId', generation_id, 'keyId', key_id,
                       'held', held_delta, 'captured', captured_delta, 'granted', granted_delta, 'at', at, 'actor', actor,
                       'reason', reason) as line
              from journal_entry
             where tenant_id = :tenant and seq > :seq
             order by seq
             limit :most
            """),
    AUDIT("""
            select null::timestamptz as at, null::uuid as id, seq,
                   json_build_object('type', 'audit', 'seq', seq, 'at', at, 'actor', actor, 'wayIn', way_in, 'role', role,
                       'person', person, 'action', action, 'subject', subject, 'before', before, 'after', after,
                       'reason', reason) as line
              from audit_entry
             where tenant = :name and seq > :seq
             order by seq
             limit :most
            """);

    private final String sql;

    ExportPart(String sql) {
        this.sql = sql;
    }

    String sql() {
        return sql;
    }
}
