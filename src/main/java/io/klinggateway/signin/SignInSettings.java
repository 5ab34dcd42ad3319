package io.klinggateway.signin;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How people sign in. What the settings hold is checked by who uses it: a report of a failed binding might show the secret.
 *
 * @param issuer the identity provider's
 * @param clientId of the gateway at the provider
 * @param clientSecret of the gateway at the provider; also what the provider's tokens are encrypted under here
 * @param scopes asked for at the provider
 * @param rolesClaim the claim that holds what {@code roles} and {@code teams} name; dots lead into objects
 * @param nameClaim the claim that names a person for others to read
 * @param roles values of that claim by role; those of a team's roles have {@code {team}} where the team's name stands
 * @param teams values of that claim by team and role, for those that do not hold the team's name
 * @param audience that tokens for the operators' API are made for; by default the client's id
 * @param consoleUrl where browsers reach the gateway; by default what the browser says
 * @param checkInterval how long a session goes on before the provider is asked whether it still may
 * @param sslBundle whose certificates the provider's is checked against; null for those that Java knows
 */
@ConfigurationProperties(SignInSettings.PREFIX)
record SignInSettings(
        String issuer,
        String clientId,
        String clientSecret,
        @DefaultValue({"openid", "profile"}) Set<String> scopes,
        @DefaultValue("groups") String rolesClaim,
        @DefaultValue("name") String nameClaim,
        @DefaultValue RoleValues roles,
        @DefaultValue Map<String, Map<Role, List<String>>> teams,
        @Nullable String audience,
        @Nullable String consoleUrl,
        @DefaultValue("2m") Duration checkInterval,
        @Nullable String sslBundle) {

    static final String PREFIX = "gateway.sign-in";

    /**
     * Values of the claim that give a role.
     *
     * @param operator who changes everything
     * @param viewer who sees everything
     * @param admin of a team, with {@code {team}} where its name stands
     * @param member of a team, likewise
     */
    record RoleValues(
            @DefaultValue List<String> operator,
            @DefaultValue List<String> viewer,
            @DefaultValue List<String> admin,
            @DefaultValue List<String> member) {

        Map<Role, List<String>> byRole() {
            return Map.of(Role.OPERATOR, operator, Role.VIEWER, viewer, Role.ADMIN, admin, Role.MEMBER, member);
        }
    }

    @Override
    public String toString() {
        return "SignInSettings[issuer=" + issuer + ", clientId=" + clientId + ", clientSecret=hidden]";
    }
}
