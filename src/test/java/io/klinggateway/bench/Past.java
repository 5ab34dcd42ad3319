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
 * tenants and within each group. One in fifty failed, one in ten has a label, one in 100,000 is of a rare model, and each prompt
 * has one of 20,000 words beside those of all. Written past the triggers, for they would take hours; the totals are added up
 * instead, so that the books agree.
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
                        attempt, progress, result_images, error, expired, labels, created_at, accepted_at, completed_at)
                    select uuidv7(at - now()), md5('bench-tenant-' || tenant)::uuid, md5('bench-key-' || tenant)::uuid,
                           case when failed then 'FAILED' else 'COMPLETED' end, true, gen_random_uuid(),
                           decode(md5(n::text) || md5(n::text), 'hex'), model, 1, 2,
                           case when failed then 0 else 2 end, case when failed then 0 else 2 end,
                           'http://long.ago.invalid',
                           convert_to('{"prompt":"a lighthouse at dusk, oil painting, motif' || n * 7919::bigint %% 20000
                               || '","model":"kling-image","klingImageParams":{"model_name":"' || model || '","n":1}}', 'UTF8'),
                           gen_random_uuid(), 1, 100,
                           case when not failed then array['https://cdn.invalid/' || n || '/0.png'] end,
                           case when failed then 'the vendor could not make it' end, true,
                           case when n / 3 %% 10 = 0 then jsonb_build_object('project', 'p' || n / 30 %% 40) end,
                           at, at, at + interval '20 seconds'
                      from (select n, n / 7 %% 50 = 0 as failed,
                                   case when n / 11 %% 100000 = 77 then 'kling-v1' else 'kling-v2' end as model,
                                   now() - interval '29 days' * (1.001 - n / %3$d.0) as at,
                                   (array[%4$s])[n %% %6$d + 1] + n / %6$d %% (array[%5$s])[n %% %6$d + 1] as tenant
                              from generate_series(%1$d, %2$d - 1) n) past
                    returning *),
                labelled as (
                    insert into generation_label (tenant_id, name, value, created_at, generation_id)
                    select tenant_id, 'project', labels ->> 'project', created_at, id from made where labels is not null),
                found_by as (
                    insert into generation_prompt (tenant_id, created_at, generation_id, words)
                    select tenant_id, created_at, id, prompt_words(tenant_id, upstream_request) from made)
                insert into journal_entry (generation_id, tenant_id, key_id, windows, period_starts, entry_kind,
                    held_delta, captured_delta, at, actor)
                select made.id, made.tenant_id, made.key_id, array[w.id],
                       array[ledger_period_start('MONTH', 1, 'UTC', created_at)], kind, held,
                       captured, case kind when 'HOLD' then created_at else completed_at end, 'gateway'
                  from made join budget_window w on w.tenant_id = made.tenant_id
                 cross join (values ('HOLD', 2, 0), ('CAPTURE', -2, 2), ('RELEASE', -2, 0)) entry (kind, held, captured)
                 where kind = 'HOLD' or (kind = 'RELEASE') = (state = 'FAILED')
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
                select tenant_id, model_name, sum(images) from generation
                 where state = 'COMPLETED' group by tenant_id, model_name;
                delete from spend_day;
                insert into spend_day (tenant_id, day, key_id, time_zone, credits, images, generations, failures, failed_images)
                select tenant_id, (created_at at time zone 'UTC')::date, key_id, 'UTC', sum(captured_credits),
                       count(*) filter (where state = 'COMPLETED'), count(*) filter (where state = 'COMPLETED'),
                       count(*) filter (where state = 'FAILED'), count(*) filter (where state = 'FAILED')
                  from generation group by tenant_id, 2, key_id;
                update prompt_words_added set until = gateway_now();
                """.formatted(Population.PLENTY));
    }
}
