package io.klinggateway.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class RoleMappingTests {

    private static final Map<Role, List<String>> ROLES = Map.of(
            Role.OPERATOR, List.of("ops", "a.b*c"),
            Role.VIEWER, List.of("watchers"),
            Role.MEMBER, List.of("{team}-users"),
            Role.ADMIN, List.of("admin:{team}"));
    private static final Map<String, Map<Role, List<String>>> TEAMS =
            Map.of("design", Map.of(Role.ADMIN, List.of("4711"), Role.MEMBER, List.of("4712")));

    private static SignInSettings settings(
            String claim, Map<Role, List<String>> roles, Map<String, Map<Role, List<String>>> teams) {
        return new SignInSettings(
                "https://login.example.com",
                "gateway",
                "secret",
                Set.of("openid"),
                claim,
                "name",
                new SignInSettings.RoleValues(
                        roles.getOrDefault(Role.OPERATOR, List.of()),
                        roles.getOrDefault(Role.VIEWER, List.of()),
                        roles.getOrDefault(Role.ADMIN, List.of()),
                        roles.getOrDefault(Role.MEMBER, List.of())),
                teams,
                null,
                null,
                Duration.ofMinutes(2),
                null);
    }

    private static List<String> roles(String claim, Map<String, Object> claims) {
        return new RoleMapping(settings(claim, ROLES, TEAMS))
                .roles(claims).stream().map(HeldRole::toString).toList();
    }

    @Test
    void valuesGiveRolesAndOfTwoInOnePlaceTheGreater() {
        assertThat(roles("groups", Map.of("groups", List.of("watchers", "ops", "x"))))
                .containsExactly("operator");
        assertThat(roles("groups", Map.of("groups", "watchers"))).containsExactly("viewer");
        assertThat(roles("groups", Map.of("groups", List.of("web-users", "admin:web", "4712", "watchers"))))
                .containsExactly("viewer", "member of design", "admin of web");
        assertThat(roles("groups", Map.of("groups", List.of("4712", "4711")))).containsExactly("admin of design");
    }

    @Test
    void nothingElseGivesARole() {
        assertThat(roles(
                        "groups",
                        Map.of(
                                "groups",
                                List.of(
                                        "OPS",
                                        "ops ",
                                        "aXbbc",
                                        "a.b",
                                        "-users",
                                        "A-users",
                                        "we b-users",
                                        "admin:",
                                        7))))
                .isEmpty();
        assertThat(roles("groups", Map.of("groups", Map.of("ops", true)))).isEmpty();
        assertThat(roles("groups", Map.of())).isEmpty();
    }

    @Test
    void aClaimMayLieWithinAnother() {
        Map<String, Object> claims =
                Map.of("realm_access", Map.of("roles", List.of("ops")), "https://a.b/groups", "watchers");

        assertThat(roles("realm_access.roles", claims)).containsExactly("operator");
        assertThat(roles("https://a.b/groups", claims)).containsExactly("viewer");
        assertThat(roles("realm_access.groups.deep", claims)).isEmpty();
    }

    @Test
    void aMappingThatCannotBeMeantIsRefusedInASentence() {
        assertThatIllegalStateException()
                .isThrownBy(() -> new RoleMapping(settings("groups", Map.of(), Map.of())))
                .withMessageContaining("gateway.sign-in.roles and gateway.sign-in.teams are empty");
        assertThatIllegalStateException()
                .isThrownBy(() -> new RoleMapping(settings("groups", Map.of(Role.MEMBER, List.of("users")), Map.of())))
                .withMessage("gateway.sign-in.roles.member: \"users\" must have {team} in it");
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        new RoleMapping(settings("groups", Map.of(Role.OPERATOR, List.of("{team}-ops")), Map.of())))
                .withMessage("gateway.sign-in.roles.operator: \"{team}-ops\" must not have {team} in it");
        assertThatIllegalStateException()
                .isThrownBy(() -> new RoleMapping(
                        settings("groups", Map.of(), Map.of("design", Map.of(Role.VIEWER, List.of("x"))))))
                .withMessage("gateway.sign-in.teams.design.viewer: a team has only admin and member");
    }

    @Test
    void theMappingMayBeEnvironmentVariables() {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new SystemEnvironmentPropertySource(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                                Map.of(
                                        "GATEWAY_SIGN_IN_ISSUER", "https://login.example.com",
                                        "GATEWAY_SIGN_IN_CLIENT_ID", "gateway",
                                        "GATEWAY_SIGN_IN_CLIENT_SECRET", "the-secret",
                                        "GATEWAY_SIGN_IN_ROLES_VIEWER", "finance,audit",
                                        "GATEWAY_SIGN_IN_ROLES_MEMBER", "kling-member-{team}",
                                        "GATEWAY_SIGNIN_TEAMS_DESIGN_ADMIN", "4711")));
        ConfigurationPropertySources.attach(environment);

        SignInSettings settings = Binder.get(environment)
                .bind(SignInSettings.PREFIX, SignInSettings.class)
                .get();

        assertThat(SignInIsOn.in(environment)).isTrue();
        assertThat(settings.toString()).doesNotContain("the-secret");
        RoleMapping mapping = new RoleMapping(settings);
        assertThat(mapping.roles(Map.of("groups", List.of("audit", "kling-member-web", "4711")))
                        .toString())
                .isEqualTo("[viewer, admin of design, member of web]");
    }
}
