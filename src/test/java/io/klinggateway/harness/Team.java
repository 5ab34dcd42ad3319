package io.klinggateway.harness;

import io.klinggateway.simulator.Sha256;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tenant of the run.
 *
 * @param limit its declared budget
 * @param weight of its turns, against others'
 * @param keys how many it has
 * @param mostWaiting in the queue; null for as many as it likes
 * @param headroom what an operator keeps topping its budget up to, so that it is always nearly spent; 0 for never
 */
record Team(String name, int weight, int keys, @Nullable Integer mostWaiting, long limit, long headroom) {

    static final List<Team> ALL = List.of(
            new Team("wide", 3, 2, 20, 1_000_000_000, 0),
            new Team("broad", 1, 2, 8, 1_000_000_000, 0),
            new Team("tight", 2, 1, null, 24, 12),
            new Team("tighter", 1, 1, null, 12, 8),
            new Team("spent", 1, 1, null, 60, 0));

    static Team named(String name) {
        return ALL.stream().filter(team -> team.name.equals(name)).findAny().orElseThrow();
    }

    String key(int index) {
        return "kg_harness_" + name + "_000000000000000000000" + index;
    }

    /** As an operator would declare it. */
    Map<String, String> environment(int index) {
        var prefix = "GATEWAY_TENANTS_" + index + "_";
        var environment = new HashMap<String, String>();
        environment.put(prefix + "NAME", name);
        environment.put(prefix + "BUDGET_PERIOD", "TOTAL");
        environment.put(prefix + "BUDGET_LIMIT", Long.toString(limit));
        environment.put(prefix + "LIMITS_WEIGHT", Integer.toString(weight));
        if (mostWaiting != null) {
            environment.put(prefix + "LIMITS_WAITINGGENERATIONS", Integer.toString(mostWaiting));
        }
        for (var key = 0; key < keys; key++) {
            environment.put(prefix + "KEYS_" + key + "_NAME", "harness-" + key);
            environment.put(prefix + "KEYS_" + key + "_SHA256", Sha256.hex(key(key)));
        }
        return environment;
    }

    /** As an operator would, for what the configuration cannot say. */
    void setTerms(Connection connection) throws SQLException {
        try (var set =
                connection.prepareStatement("update tenant set weight = ?, waiting_generations = ? where name = ?")) {
            set.setInt(1, weight);
            set.setObject(2, mostWaiting);
            set.setString(3, name);
            set.execute();
        }
    }
}
