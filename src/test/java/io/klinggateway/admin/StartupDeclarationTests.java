package io.klinggateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.klinggateway.KlingGatewayApplication;
import io.klinggateway.credits.Credits;
import io.klinggateway.database.TestDatabase;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.simulator.Sha256;
import io.klinggateway.tenant.Tenants;
import io.klinggateway.webhook.WebhookUrlPolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.ConfigurationPropertiesAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.FilterType;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Starts against one database: of what takes the tenants over, and of the whole application. */
class StartupDeclarationTests {

    private static final TestDatabase DATABASE = TestDatabase.migrated();

    private final Map<String, Object> declaration = new HashMap<>();
    private final JdbcClient jdbc = JdbcClient.create(DATABASE.dataSource());
    private final String name = "t-" + UUID.randomUUID();
    private final String sha256 = Sha256.hex("kg_" + UUID.randomUUID());

    @BeforeEach
    void declareATenant() {
        declare(0, name, sha256);
    }

    @Test
    void aDeclaredTenantIsTakenOverWithItsBudgetAndItsKey() {
        try (var gateway = started()) {
            var balance = gateway.getBean(Ledger.class)
                    .budgetStatus(new TenantId(tenantId()), null)
                    .limiting();

            assertThat(balance.window().period()).isEqualTo(PeriodKind.MONTH);
            assertThat(balance.ceiling()).isEqualTo(new Credits(100));
        }
        assertThat(keys()).containsExactly("main:" + sha256);
    }

    @Test
    void startingAgainChangesNothing() {
        started().close();
        var first = tenantId();
        declaration.put("gateway.tenants[0].keys[0].sha256", sha256.toUpperCase(Locale.ROOT));

        started().close();

        assertThat(tenantId()).isEqualTo(first);
        assertThat(keys()).containsExactly("main:" + sha256);
    }

    @Test
    void aCostCentreIsTakenOverAndGoesWithItsDeclaration() {
        declaration.put("gateway.tenants[0].cost-centre", "4711");
        started().close();
        assertThat(costCentre()).isEqualTo("4711");
        declaration.remove("gateway.tenants[0].cost-centre");

        started().close();

        assertThat(costCentre()).isEqualTo("none");
    }

    private String costCentre() {
        return jdbc.sql("select coalesce(cost_centre, 'none') from tenant where name = ?")
                .param(name)
                .query(String.class)
                .single();
    }

    @Test
    void aChangedBudgetBinds() {
        started().close();
        hold(60);
        declaration.put("gateway.tenants[0].budget.limit", "50");

        try (var gateway = started()) {
            var balance = gateway.getBean(Ledger.class)
                    .budgetStatus(new TenantId(tenantId()), null)
                    .limiting();

            assertThat(balance.available()).isEqualTo(Credits.ZERO);
            assertThat(balance.held().amount()).isEqualTo(60);
        }
    }

    @Test
    void aSecondKeyIsAddedBesideTheFirst() {
        started().close();
        var second = Sha256.hex("kg_" + UUID.randomUUID());
        declaration.put("gateway.tenants[0].keys[1].name", "second");
        declaration.put("gateway.tenants[0].keys[1].sha256", second);

        started().close();

        assertThat(keys()).containsExactlyInAnyOrder("main:" + sha256, "second:" + second);
    }

    @Test
    void aKeysNetworksAreTakenOverAndGoWithTheirDeclaration() {
        declaration.put("gateway.tenants[0].keys[0].allowed-networks", "10.20.0.0/16, 2001:db8::/32");
        started().close();
        assertThat(networks()).isEqualTo("10.20.0.0/16 2001:db8::/32");
        declaration.keySet().removeIf(property -> property.contains("networks"));

        started().close();

        assertThat(networks()).isEmpty();
    }

    private String networks() {
        return jdbc.sql("select array_to_string(allowed_networks, ' ') from api_key where tenant_id = ?")
                .param(tenantId())
                .query(String.class)
                .single();
    }

    @Test
    void declaredLimitsAreTakenOverAndThoseThatGoAreGone() {
        started().close();
        assertThat(limits()).isEqualTo("none none none 1");
        declaration.put("gateway.tenants[0].limits.requests-per-minute", "60");
        declaration.put("gateway.tenants[0].limits.concurrent-generations", "10");
        declaration.put("gateway.tenants[0].limits.waiting-generations", "500");
        declaration.put("gateway.tenants[0].limits.weight", "100");

        started().close();
        assertThat(limits()).isEqualTo("60 10 500 100");

        declaration.keySet().removeIf(property -> property.contains("limits"));
        started().close();
        assertThat(limits()).isEqualTo("none none none 1");
    }

    @Test
    void environmentVariablesDeclareTenantsToo() {
        declaration.clear();
        var environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource(
                        "test-" + StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        Map.of(
                                "GATEWAY_TENANTS_0_NAME", name,
                                "GATEWAY_TENANTS_0_BUDGET_PERIOD", "week",
                                "GATEWAY_TENANTS_0_BUDGET_LIMIT", "7",
                                "GATEWAY_TENANTS_0_BUDGET_TIME_ZONE", "Europe/Berlin",
                                "GATEWAY_TENANTS_0_LIMITS_WAITING_GENERATIONS", "8",
                                "GATEWAY_TENANTS_0_LIMITS_WEIGHT", "2",
                                "GATEWAY_TENANTS_0_KEYS_0_NAME", "main",
                                "GATEWAY_TENANTS_0_KEYS_0_SHA256", sha256)));

        gateway().environment(environment).run().close();

        assertThat(jdbc.sql("""
                        select period_kind || ' ' || credit_limit || ' ' || time_zone
                          from budget_window join budget using (tenant_id) where in_force and tenant_id = ?
                        """).param(tenantId()).query(String.class).single()).isEqualTo("WEEK 7 Europe/Berlin");
        assertThat(limits()).isEqualTo("none none 8 2");
        assertThat(keys()).containsExactly("main:" + sha256);
    }

    @Test
    void twoReplicasMayTakeThemOverAtOnce() throws Exception {
        for (int tenant = 1; tenant < 10; tenant++) {
            declare(tenant, name + "-" + tenant, Sha256.hex("kg_" + UUID.randomUUID()));
        }
        var together = new CountDownLatch(2);
        // Two applications of one JVM share its logging, and one would take it from the other at its start.
        System.setProperty(LoggingSystem.SYSTEM_PROPERTY, LoggingSystem.NONE);
        try (var replicas = Executors.newFixedThreadPool(2)) {
            List<Future<?>> starts = new ArrayList<>();
            for (int replica = 0; replica < 2; replica++) {
                starts.add(replicas.submit(() -> {
                    together.countDown();
                    together.await();
                    gateway().run().close();
                    return true;
                }));
            }
            for (var start : starts) {
                start.get();
            }
        } finally {
            System.clearProperty(LoggingSystem.SYSTEM_PROPERTY);
        }

        assertThat(jdbc.sql("select count(*) from tenant where name like ?")
                        .param(name + "%")
                        .query(Long.class)
                        .single())
                .isEqualTo(10);
        assertThat(keys()).containsExactly("main:" + sha256);
    }

    @ParameterizedTest
    @CsvSource({
        "gateway.tenants[0].name, Team A, tenants[0].name",
        "gateway.tenants[0].name, '', tenants[0].name",
        "gateway.tenants[0].budget.period, YEAR, gateway.tenants[0].budget.period",
        "gateway.tenants[0].budget.limit, -1, tenants[0].budget.limit",
        "gateway.tenants[0].budget.limit, 1000000000001, tenants[0].budget.limit",
        "gateway.tenants[0].budget.limit, many, gateway.tenants[0].budget.limit",
        "gateway.tenants[0].budget.time-zone, Mars/Olympus, tenants[0].budget.timeZone",
        "gateway.tenants[0].budget.time-zone, +01:00, tenants[0].budget.timeZone",
        "gateway.tenants[0].limits.concurrent-generations, 0, tenants[0].limits.concurrentGenerations",
        "gateway.tenants[0].limits.waiting-generations, 0, tenants[0].limits.waitingGenerations",
        "gateway.tenants[0].limits.waiting-generations, 1000001, tenants[0].limits.waitingGenerations",
        "gateway.tenants[0].limits.weight, 0, tenants[0].limits.weight",
        "gateway.tenants[0].limits.weight, 101, tenants[0].limits.weight",
        "gateway.tenants[0].limits.weight, heavy, gateway.tenants[0].limits.weight",
        "gateway.tenants[0].self-service.most-keys, 0, tenants[0].selfService.mostKeys",
        "gateway.tenants[0].default-webhook.url, https://10.0.0.1/hook, a default webhook whose url must not lead to",
        "gateway.tenants[0].default-webhook.events, completed, tenants[0].defaultWebhook.url",
        "gateway.tenants[0].cost-centre, ' ', tenants[0].costCentre",
        "gateway.tenants[0].keys[0].allowed-networks, 10.0.0.1/8, 10.0.0.1/8",
        "gateway.tenants[0].keys[0].name, My Key, tenants[0].keys[0].name",
        "gateway.tenants[0].keys[0].sha256, kg_plain, with a sha256 that is not 64 hexadecimal digits"
    })
    void aWrongDeclarationStopsTheStartAndIsNamed(String property, String value, String named) {
        declaration.put(property, value);

        assertRefused(named);
    }

    @ParameterizedTest
    @CsvSource({
        "gateway.tenants[0].name, tenants[0].name",
        "gateway.tenants[0].budget.period, tenants[0].budget.period",
        "gateway.tenants[0].budget.limit, tenants[0].budget.limit",
        "gateway.tenants[0].keys[0].name, tenants[0].keys[0].name",
        "gateway.tenants[0].keys[0].sha256, tenants[0].keys[0].sha256"
    })
    void anIncompleteDeclarationStopsTheStartAndIsNamed(String property, String named) {
        declaration.remove(property);

        assertRefused(named);
    }

    @Test
    void aTenantWithoutABudgetStopsTheStart() {
        declaration.keySet().removeIf(property -> property.contains("budget"));

        assertRefused("tenants[0].budget");
    }

    @Test
    void aNameDeclaredTwiceStopsTheStart() {
        declare(1, name, Sha256.hex("kg_" + UUID.randomUUID()));

        assertRefused("gateway.tenants declares the name \"" + name + "\" twice");
    }

    @Test
    void aKeyDeclaredTwiceStopsTheStart() {
        declare(1, name + "-2", sha256.toUpperCase(Locale.ROOT));

        assertRefused("gateway.tenants declares the sha256 of key \"main\" of tenant \"" + name + "-2\" twice");
    }

    @Test
    void aKeyOfAnotherTenantStopsTheStartAndNothingIsTakenOver() {
        started().close();
        declaration.clear();
        declare(0, name + "-2", sha256);

        assertThatThrownBy(this::started)
                .satisfies(failure -> assertThat(messages(failure))
                        .contains("the key \"main\" of tenant \"" + name + "-2\" already belongs to another tenant")
                        .doesNotContain(sha256));

        assertThat(jdbc.sql("select count(*) from tenant where name = ?")
                        .param(name + "-2")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    private void assertRefused(String named) {
        assertThatThrownBy(this::started)
                .satisfies(
                        failure -> assertThat(messages(failure)).contains(named).doesNotContain(sha256));
        assertThat(jdbc.sql("select count(*) from tenant where name = ?")
                        .param(name)
                        .query(Long.class)
                        .single())
                .isZero();
    }

    private static String messages(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .map(String::valueOf)
                .collect(Collectors.joining("\n"));
    }

    private void declare(int index, String tenant, String keySha256) {
        var prefix = "gateway.tenants[" + index + "].";
        declaration.put(prefix + "name", tenant);
        declaration.put(prefix + "budget.period", "MONTH");
        declaration.put(prefix + "budget.limit", "100");
        declaration.put(prefix + "keys[0].name", "main");
        declaration.put(prefix + "keys[0].sha256", keySha256);
    }

    private ConfigurableApplicationContext started() {
        return settings(new SpringApplicationBuilder(TakeOver.class).web(WebApplicationType.NONE))
                .run();
    }

    private SpringApplicationBuilder gateway() {
        return settings(new SpringApplicationBuilder(KlingGatewayApplication.class));
    }

    private SpringApplicationBuilder settings(SpringApplicationBuilder application) {
        Map<String, Object> properties = new HashMap<>(declaration);
        properties.put("spring.datasource.url", DATABASE.url());
        properties.put("spring.datasource.username", DATABASE.username());
        properties.put("spring.datasource.password", DATABASE.password());
        properties.put("apiframe.api-key", "afk_test");
        properties.put("apiframe.base-url", "http://localhost:1");
        properties.put("server.port", "0");
        properties.put("management.server.port", "0");
        properties.put("spring.main.register-shutdown-hook", "false");
        return application.initializers(context ->
                context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("test", properties)));
    }

    private UUID tenantId() {
        return jdbc.sql("select id from tenant where name = ?")
                .param(name)
                .query(UUID.class)
                .single();
    }

    private List<@Nullable String> keys() {
        return jdbc.sql("select name || ':' || encode(sha256, 'hex') from api_key where tenant_id = ?")
                .param(tenantId())
                .query(String.class)
                .list();
    }

    private String limits() {
        return jdbc.sql("""
                        select concat_ws(' ', coalesce(requests_per_minute::text, 'none'),
                                              coalesce(concurrent_generations::text, 'none'),
                                              coalesce(waiting_generations::text, 'none'), weight)
                          from tenant where id = ?
                        """).param(tenantId()).query(String.class).single();
    }

    private void hold(long credits) {
        jdbc.sql("select accepted from ledger_hold(?, ?, ?, ?, 'test')")
                .params(UUID.randomUUID(), tenantId(), UUID.randomUUID(), credits)
                .query(Boolean.class)
                .single();
    }

    /** The real parts that a declaration passes through, and no more: a start takes a fraction of a second. */
    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        ConfigurationPropertiesAutoConfiguration.class,
        ValidationAutoConfiguration.class,
        DataSourceAutoConfiguration.class,
        DataSourceTransactionManagerAutoConfiguration.class,
        TransactionAutoConfiguration.class,
        JdbcTemplateAutoConfiguration.class,
        JdbcClientAutoConfiguration.class
    })
    @Import({
        StartupDeclaration.class,
        DeclarationReconciler.class,
        Ledger.class,
        AuditLog.class,
        OperatorJson.class,
        WebhookUrlPolicy.class
    })
    @ComponentScan(
            basePackageClasses = Tenants.class,
            useDefaultFilters = false,
            includeFilters =
                    @ComponentScan.Filter(type = FilterType.REGEX, pattern = ".*\\.(Tenants|Keys|ApiKeyCache)"))
    static class TakeOver {}
}
