package io.klinggateway.bench;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Tenants with one key each, known by consecutive numbers.
 *
 * @param from the number of the first
 */
record Population(int from, int count) {

    /** One busy team, many that are not, one that has spent its credits, and one beside all these. */
    static final Population HOT = new Population(0, 1);

    static final Population MANY = new Population(1, 1000);
    static final Population SPENT = new Population(1001, 1);
    static final Population NEIGHBOUR = new Population(1002, 1);

    static final String TENANT_ID = "md5('bench-tenant-' || n)::uuid";
    private static final String KEY = "'kg_bench_' || lpad(n::text, 40, '0')";

    /** No budget may be larger. */
    static final long PLENTY = 1_000_000_000_000L;

    List<String> keys() {
        return IntStream.range(from, from + count).mapToObj(Population::key).toList();
    }

    static String key(int number) {
        return "kg_bench_%040d".formatted(number);
    }

    /** In SQL, as {@code n}. */
    String numbers() {
        return "generate_series(%d, %d) n".formatted(from, from + count - 1);
    }

    /** In SQL, of the first. */
    String tenantId() {
        return TENANT_ID.replace("|| n", "|| " + from);
    }

    Population member(int index) {
        return new Population(from + Objects.checkIndex(index, count), 1);
    }

    /** @param credits that each may spend a month */
    void register(Database database, long credits) {
        database.execute("""
                with tenants as (
                    insert into tenant (id, name) select %1$s, 'bench-' || n from %2$s)
                , keys as (
                    insert into api_key (id, tenant_id, name, prefix, sha256)
                    select md5('bench-key-' || n)::uuid, %1$s, 'bench', 'kg_bench', sha256(convert_to(%3$s, 'UTF8'))
                      from %2$s)
                select ledger_set_budget(%1$s, 'UTC', '{MONTH}', '{1}', '{%4$d}', '{null}') from %2$s
                """.formatted(TENANT_ID, numbers(), KEY, credits));
    }
}
