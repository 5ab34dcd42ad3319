package io.klinggateway.bench;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * Generations of the last weeks that have all ended, with both their entries in the journal, shared evenly among groups of
 * tenants and within each group. Written past the triggers, for they would take hours; the totals are added up instead, so
 * that the books agree.
 */
final class Past {

    private static final int CHUNK = 50_000;
    private static final int WRITERS = 2;

    private final Database database;
    private final List<Population> groups;

    Past(Database database, List<Population> groups) {
        this.database = database;
        this.groups = groups;
    }

    /** Takes the number of generations from what it is to what it is to be. */
    void grow(int from, int to) {
        List<Callable<Void>> chunks = new ArrayList<>();
        for (int start = from; start < to; start += CHUNK) {
            String chunk = chunk(start, Math.min(to, start + CHUNK), to);
            chunks.add(() -> {
                write(chunk);
                return null;
            });
        }
        try (var threads = Executors.newFixedThreadPool(WRITERS)) {
            for (var written : threads.invokeAll(chunks)) {
                written.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        addUp();
        database.execute("vacuum (analyze)");
    }

    /** In the order of time, as life would have done it; ids and times run together. */
    private String chunk(int from, int to, int all) {
        String firsts =
                groups.stream().map(group -> Integer.toString(group.from())).collect(Collectors.joining(","));
        String counts =
                groups.stream().map(group -> Integer.toString(group.count())).collect(Collectors.joining(","));
        return """
                with made as (
                    insert into generation (id, tenant_id, key_id, state, acknowledged, admitted_by, request_hash, model_name, images,
                        quoted_credits, captured_credits, charged_credits, upstream, upstream_request, upstream_job_id,
                        attempt, progress, result_images, expired, created_at, accepted_at, completed_at)
                    select uuidv7(at - now()), md5('bench-tenant-' || tenant)::uuid, md5('bench-key-' || tenant)::uuid,
                           'COMPLETED', true, gen_random_uuid(), decode(md5(n::text) || md5(n::text), 'hex'), 'kling-v2', 1, 2, 2, 2,
                           'http://long.ago.invalid',
                           convert_to('{"prompt":"a lighthouse at dusk, oil painting","model":"kling-image",'
                               || '"klingImageParams":{"model_name":"kling-v2","n":1}}', 'UTF8'),
                           gen_random_uuid(), 1, 100, array['https://cdn.invalid/' || n || '/0.png'], true,
                           at, at, at + interval '20 seconds'
                      from (select n,
                                   now() - interval '29 days' * (1.001 - n / %3$d.0) as at,
                                   (array[%4$s])[n %% %6$d + 1] + n / %6$d %% (array[%5$s])[n %% %6$d + 1] as tenant
                              from generate_series(%1$d, %2$d - 1) n) past
                    returning id, tenant_id, key_id, created_at, completed_at)
                insert into journal_entry (generation_id, tenant_id, key_id, windows, period_starts, entry_kind,
                    held_delta, captured_delta, at, actor)
                select made.id, made.tenant_id, made.key_id, array[w.id],
                       array[ledger_period_start('MONTH', 1, 'UTC', created_at)], kind, held,
                       captured, case kind when 'HOLD' then created_at else completed_at end, 'gateway'
                  from made join budget_window w on w.tenant_id = made.tenant_id cross join (values ('HOLD', 2, 0), ('CAPTURE', -2, 2)) entry (kind, held, captured)
                """.formatted(from, to, all, firsts, counts, groups.size());
    }

    private void write(String sql) throws SQLException {
        try (var connection = database.connect();
                var statement = connection.createStatement()) {
            statement.execute("set session_replication_role = replica");
            statement.execute("set synchronous_commit = off");
            statement.execute(sql);
        }
    }

    /** Every tenant has a row for this month, whether it has spent or not: no request is to be the first one. */
    private void addUp() {
        database.execute("""
                delete from window_period;
                insert into window_period (window_id, period_start, tenant_id, allowed, ceiling, captured)
                select windows[1], period_starts[1], tenant_id, %1$d, %1$d, sum(captured_delta)
                  from journal_entry group by windows[1], period_starts[1], tenant_id;
                insert into window_period (window_id, period_start, tenant_id, allowed, ceiling)
                select id, ledger_period_start('MONTH', 1, 'UTC', gateway_now()), tenant_id, %1$d, %1$d from budget_window
                on conflict do nothing;
                delete from spend_total;
                insert into spend_total (tenant_id, credits, returned)
                select tenant_id, sum(captured_delta), 0 from journal_entry group by tenant_id;
                delete from spend_images;
                insert into spend_images (tenant_id, model_name, images)
                select tenant_id, model_name, sum(images) from generation group by tenant_id, model_name;
                delete from spend_day;
                insert into spend_day (tenant_id, day, key_id, time_zone, credits, images, generations)
                select c.tenant_id, (h.at at time zone 'UTC')::date, c.key_id, 'UTC', sum(c.captured_delta), count(*), count(*)
                  from journal_entry c
                  join journal_entry h on h.generation_id = c.generation_id and h.entry_kind = 'HOLD'
                 where c.entry_kind = 'CAPTURE' group by c.tenant_id, 2, c.key_id;
                """.formatted(Population.PLENTY));
    }
}
