package io.klinggateway.bench;

import io.klinggateway.harness.Waiting;
import java.sql.SQLException;
import java.time.Duration;

/** How long a team that has nothing under way waits until the vendor has accepted an image of its. */
final class FirstTurn {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(50);

    private final Deployment deployment;

    FirstTurn(Deployment deployment) {
        this.deployment = deployment;
    }

    /** Sends one image, and waits. @return milliseconds from its admission; NaN if that took too long */
    double millis(Population team) {
        String accepted = """
                select extract(epoch from accepted_at - created_at) * 1000 from generation
                 where tenant_id = %s and created_at > '%s' and accepted_at is not null
                """.formatted(team.tenantId(), deployment.database().now());
        deployment.once(Requests.generate(team.keys()));
        long end = System.nanoTime() + PATIENCE.toNanos();
        try (var connection = deployment.database().connect();
                var query = connection.prepareStatement(accepted)) {
            while (System.nanoTime() - end < 0) {
                try (var row = query.executeQuery()) {
                    if (row.next()) {
                        return row.getDouble(1);
                    }
                }
                Waiting.pause(POLL);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return Double.NaN;
    }
}
