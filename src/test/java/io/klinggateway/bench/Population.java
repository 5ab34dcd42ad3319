package io.klinggateway.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * Tenants with one key each, known by consecutive numbers.
 *
 * @param from the number of the first
 */
record Population(int from, int count) {

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

    /** @param kind of what each of them has one of: tenant or key */
    UUID[] ids(String kind) {
        return IntStream.range(from, from + count)
                .mapToObj(number -> md5("bench-" + kind + "-" + number))
                .toArray(UUID[]::new);
    }

    private static UUID md5(String text) {
        try {
            ByteBuffer digest =
                    ByteBuffer.wrap(MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.US_ASCII)));
            return new UUID(digest.getLong(), digest.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @param credits that each may spend a month */
    void register(Database database, long credits) {
        database.execute("""
                with tenants as (
                    insert into tenant (id, name) select %1$s, 'bench-' || n from generate_series(%2$d, %3$d) n)
                , keys as (
                    insert into api_key (id, tenant_id, name, prefix, sha256)
                    select md5('bench-key-' || n)::uuid, %1$s, 'bench', 'kg_bench', sha256(convert_to(%4$s, 'UTF8'))
                      from generate_series(%2$d, %3$d) n)
                select ledger_set_budget(%1$s, 'MONTH', %5$d, 'UTC') from generate_series(%2$d, %3$d) n
                """.formatted(TENANT_ID, from, from + count - 1, KEY, credits));
    }
}
