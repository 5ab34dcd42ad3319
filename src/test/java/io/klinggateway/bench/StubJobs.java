package io.klinggateway.bench;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The stub's jobs, all in memory. Not thread-safe. */
final class StubJobs {

    private static final String ACCOUNT = "{\"user\":null,\"team\":{\"id\":\"" + new UUID(0, 1)
            + "\",\"name\":\"bench\",\"plan\":\"pro\",\"credits\":1000000000},\"apiKey\":null}";

    private final List<Job> all = new ArrayList<>();
    private final Map<UUID, Integer> numbers = new HashMap<>();
    private long jobMillis = 40_000;

    private record Job(UUID id, Instant createdAt, Instant endsAt) {}

    void take(long millis) {
        jobMillis = millis;
    }

    int count() {
        return all.size();
    }

    /** The same job for the same key; as random as the vendor's ids are. */
    String submitted(@Nullable String key) {
        UUID id = key == null ? UUID.randomUUID() : UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.US_ASCII));
        if (numbers.putIfAbsent(id, all.size()) == null) {
            Instant now = Instant.now();
            all.add(new Job(id, now, now.plusMillis(jobMillis)));
        }
        return "{\"jobId\":\"" + id + "\",\"status\":\"QUEUED\"}";
    }

    /** Newest first. The cursor is the number of the page's first job; negative for the newest. */
    String listed(int limit, int cursor) {
        int from = cursor < 0 ? all.size() - 1 : cursor;
        int to = Math.max(-1, from - limit);
        var page = new StringBuilder("{\"jobs\":[");
        for (int number = from; number > to; number--) {
            page.append(number == from ? "" : ",").append(json(number));
        }
        return page.append("],\"nextCursor\":")
                .append(to < 0 ? "null" : "\"" + to + "\"")
                .append(",\"hasMore\":")
                .append(to >= 0)
                .append('}')
                .toString();
    }

    /** @return null if there is no such job */
    @Nullable
    String read(String path) {
        Integer number = numbers.get(UUID.fromString(path.substring(path.lastIndexOf('/') + 1)));
        return number == null ? null : json(number);
    }

    private String json(int number) {
        Job job = all.get(number);
        boolean ended = !Instant.now().isBefore(job.endsAt);
        return "{\"id\":\"" + job.id + "\",\"model\":\"kling-image\",\"error\":null,\"webhookStatus\":null,"
                + "\"expired\":false,\"creditCost\":2,\"createdAt\":\"" + job.createdAt
                + (ended
                        ? "\",\"status\":\"COMPLETED\",\"progress\":100,\"completedAt\":\"" + job.endsAt
                                + "\",\"result\":{\"images\":[\"https://cdn.invalid/" + job.id + "/0.png\"]}}"
                        : "\",\"status\":\"PROCESSING\",\"progress\":40,\"completedAt\":null,\"result\":null}");
    }

    static String account() {
        return ACCOUNT;
    }
}
