package io.klinggateway.harness;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * A tenant of the run.
 *
 * @param limit its declared budget
 * @param headroom what an operator keeps topping its budget up to, so that it is always nearly spent; 0 for never
 */
record Team(String name, long limit, long headroom) {

    static final List<Team> ALL = List.of(
            new Team("wide", 1_000_000_000, 0),
            new Team("tight", 24, 12),
            new Team("tighter", 12, 8),
            new Team("spent", 60, 0));

    String key() {
        return "kg_harness_" + name + "_0000000000000000000000";
    }

    /** As an operator would declare it. */
    Map<String, String> environment(int index) {
        var prefix = "GATEWAY_TENANTS_" + index + "_";
        return Map.of(
                prefix + "NAME",
                name,
                prefix + "BUDGET_PERIOD",
                "TOTAL",
                prefix + "BUDGET_LIMIT",
                Long.toString(limit),
                prefix + "KEYS_0_NAME",
                "harness",
                prefix + "KEYS_0_SHA256",
                sha256(key()));
    }

    private static String sha256(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
