package io.klinggateway.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.klinggateway.signin.Role;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One thing that an operator, or the configuration, did.
 *
 * @param role what allowed it; absent for the configuration
 * @param person the actor's subject at the identity provider; absent for who did not sign in there
 * @param tenant its name; absent if it was about none
 * @param subject the key or generation that it was about
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AuditEntry(
        long seq,
        Instant at,
        String actor,
        Actor.WayIn wayIn,
        @Nullable Role role,
        @Nullable String person,
        String action,
        @Nullable String tenant,
        @Nullable String subject,
        @Nullable JsonNode before,
        @Nullable JsonNode after,
        @Nullable String reason,
        String requestId) {}
