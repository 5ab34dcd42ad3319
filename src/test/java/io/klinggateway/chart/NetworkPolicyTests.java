package io.klinggateway.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkPolicyTests {

    private static final String REPLICATED = """
            vendor: {existingSecret: {name: vendor}}
            database: {cloudnativepg: {enabled: true}}
            """;

    private static final String EXTERNAL = """
            vendor: {existingSecret: {name: vendor}}
            database: {existingSecret: {name: db%s}%s}
            %s
            """;

    private static NetworkPolicySpec policy(String values) {
        return Chart.render(values)
                .named(NetworkPolicy.class, "gw-kling-gateway")
                .getSpec();
    }

    private static NetworkPolicySpec external(String database, String more) {
        return policy(EXTERNAL.formatted("", ", " + database, more));
    }

    private static List<Integer> ports(NetworkPolicyEgressRule rule) {
        return rule.getPorts().stream().map(port -> port.getPort().getIntVal()).toList();
    }

    @Test
    void onlyWhatTheGatewayNeedsPasses() {
        var policy = policy(REPLICATED);

        assertThat(policy.getPolicyTypes()).containsExactlyInAnyOrder("Ingress", "Egress");
        assertThat(policy.getIngress())
                .as("tenants, Prometheus, and the chart's own test")
                .hasSize(3)
                .allSatisfy(rule -> {
                    assertThat(rule.getFrom()).isNotEmpty();
                    assertThat(rule.getPorts()).isNotEmpty();
                });
        assertThat(policy.getEgress()).hasSize(3).allSatisfy(rule -> {
            assertThat(rule.getTo()).isNotEmpty();
            assertThat(rule.getPorts()).isNotEmpty();
        });
        var outside = policy.getEgress().getLast();
        assertThat(outside.getTo())
                .flatExtracting(peer -> peer.getIpBlock().getExcept())
                .contains("10.0.0.0/8", "169.254.0.0/16", "fc00::/7");
    }

    @Test
    void whatMigratesIsUnderThePolicyOfTheGateway() {
        assertThat(policy(REPLICATED).getPodSelector().getMatchExpressions())
                .singleElement()
                .satisfies(expression ->
                        assertThat(expression.getValues()).containsExactlyInAnyOrder("gateway", "migrations"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "url: 'jdbc:postgresql://db/gateway'                                      | 5432",
                "url: 'jdbc:postgresql://db:6432/gateway?ApplicationName=a:1'             | 6432",
                "url: 'jdbc:postgresql://one:5433,two/gateway?targetServerType=primary'   | 5433 5432",
                "url: 'jdbc:postgresql://[fd00::5]:5444/gateway'                          | 5444",
                "url: 'jdbc:postgresql://b:6432/g', migrationUrl: 'jdbc:postgresql://a/g' | 6432 5432",
                "url: 'jdbc:postgresql://db/gateway', port: 7000                          | 7000"
            })
    void theDatabaseIsReachedOnThePortsOfItsUrls(String database, String expected) {
        assertThat(ports(external(database, "").getEgress().get(1)))
                .extracting(String::valueOf)
                .containsExactly(expected.split(" "));
    }

    @Test
    void aUrlThatASecretHoldsIsTakenToBeOnTheUsualPort() {
        assertThat(ports(policy(EXTERNAL.formatted(", urlKey: url", "", ""))
                        .getEgress()
                        .get(1)))
                .containsExactly(5432);
    }

    @Test
    void namesAreAskedForOutsideKubeSystemToo() {
        var dns = policy(REPLICATED).getEgress().getFirst();

        assertThat(dns.getTo()).hasSize(2);
        assertThat(dns.getTo()
                        .getFirst()
                        .getNamespaceSelector()
                        .getMatchExpressions()
                        .getFirst()
                        .getValues())
                .containsExactly("kube-system", "openshift-dns");
        assertThat(dns.getTo().getLast().getIpBlock().getCidr())
                .as("the cache on each node")
                .isEqualTo("169.254.20.10/32");
        assertThat(dns.getPorts())
                .extracting(NetworkPolicyPort::getProtocol)
                .containsExactly("UDP", "TCP", "UDP", "TCP");
        assertThat(ports(dns)).containsExactly(53, 53, 5353, 5353);
    }

    @ParameterizedTest
    @CsvSource({
        "http://collector.monitoring:4318/v1/traces, 4318",
        "http://collector.monitoring/v1/traces, 80",
        "https://otlp.example.com, 443"
    })
    void tracesReachTheirReceiver(String endpoint, int port) {
        var url = "url: 'jdbc:postgresql://db/gateway'";

        var rules = external(url, "tracing: {endpoint: '" + endpoint + "'}").getEgress();

        assertThat(rules).hasSize(4);
        assertThat(ports(rules.get(2))).containsExactly(port);
        assertThat(external(url, "").getEgress()).hasSize(3);
    }
}
