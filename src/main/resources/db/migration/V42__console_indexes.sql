-- For pages that would walk a tenant's whole history to find few rows or none. Built within the migration's transaction, so
-- that a failure leaves nothing half-made; writes wait meanwhile: for one read of each table, whose indexes are small.
create index generation_failed on generation (tenant_id, state, created_at desc, id desc)
    where promised and state in ('FAILED', 'CANCELLED');
create index webhook_delivery_failing_of_tenant on webhook_delivery (tenant_id, created_at)
    where status = 'failed' or status = 'pending' and attempts > 0;
