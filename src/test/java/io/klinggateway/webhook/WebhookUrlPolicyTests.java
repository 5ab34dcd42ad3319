package io.klinggateway.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookUrlPolicyTests {

    private final WebhookUrlPolicy nobodyAllowed = allowing();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://hooks.example.com/kling",
                "HTTPS://Hooks.Example.COM:8443/a?b=c#d",
                "https://1.1.1.1/hook",
                "https://[2606:4700:4700::1111]/hook",
                "https://münchen.example/straße/a b"
            })
    void publicHttpsIsTaken(String url) {
        assertThat(nobodyAllowed.brokenRule(url)).isEmpty();
    }

    /** Every form that the URL standard reads as the same four bytes. */
    static Stream<String> hostsThatMeanForbiddenAddresses() {
        List<String> hosts = new ArrayList<>();
        for (int[] a :
                new int[][] {{127, 0, 0, 1}, {10, 1, 2, 3}, {169, 254, 169, 254}, {192, 168, 0, 1}, {100, 64, 0, 1}}) {
            long whole = ((long) a[0] << 24) | (a[1] << 16) | (a[2] << 8) | a[3];
            long lastThree = ((long) a[1] << 16) | (a[2] << 8) | a[3];
            hosts.add("%d.%d.%d.%d".formatted(a[0], a[1], a[2], a[3]));
            hosts.add("%d.%d.%d.%d.".formatted(a[0], a[1], a[2], a[3]));
            hosts.add(Long.toString(whole));
            hosts.add("0x%x".formatted(whole));
            hosts.add("0%o".formatted(whole));
            hosts.add("0x%x.0x%x.0x%x.0x%x".formatted(a[0], a[1], a[2], a[3]));
            hosts.add("0%o.0%o.0%o.0%o".formatted(a[0], a[1], a[2], a[3]));
            hosts.add("%d.%d".formatted(a[0], lastThree));
            hosts.add("%d.0x%x.%d".formatted(a[0], a[1], (a[2] << 8) | a[3]));
            hosts.add("[::ffff:%d.%d.%d.%d]".formatted(a[0], a[1], a[2], a[3]));
            hosts.add("[::ffff:%x:%x]".formatted((a[0] << 8) | a[1], (a[2] << 8) | a[3]));
            hosts.add("[64:ff9b::%d.%d.%d.%d]".formatted(a[0], a[1], a[2], a[3]));
            hosts.add("%%3%d".formatted(a[0] / 100).substring(0, 3)
                    + Integer.toString(a[0]).substring(1)
                    + ".%d.%d.%d".formatted(a[1], a[2], a[3]));
        }
        hosts.removeIf(host -> host.startsWith("%30"));
        hosts.addAll(List.of(
                "[::1]",
                "[::]",
                "[fe80::1]",
                "[fd00:ec2::254]",
                "0",
                "localhost",
                "LOCALHOST",
                "localhost.",
                "a.localhost",
                "１２７.０.０.１",
                "127。0。0。1"));
        return hosts.stream();
    }

    @ParameterizedTest
    @MethodSource("hostsThatMeanForbiddenAddresses")
    void everySpellingOfAnInternalAddressIsRefused(String host) {
        assertThat(nobodyAllowed.brokenRule("https://" + host + "/hook"))
                .hasValueSatisfying(rule ->
                        assertThat(rule).containsAnyOf("must not lead to", "as one number", "must be an absolute"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://hooks.example.com/", "http://1.1.1.1/"})
    void plainHttpIsRefusedWithARule(String url) {
        assertThat(ruleAgainst(nobodyAllowed, url)).startsWith("must be https");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://hooks.example.com/",
                "file:///etc/passwd",
                "gopher://hooks.example.com/",
                "hooks",
                "",
                "https://",
                "https:///",
                "javascript:alert(1)",
                "https://a b/",
                "https://[::1",
                "https://1.2.3.4.5.6/",
                "https://256.256.256.256/"
            })
    void whatIsNoWebUrlIsRefused(String url) {
        assertThat(nobodyAllowed.brokenRule(url)).isNotEmpty();
    }

    @Test
    void aUserInTheUrlIsRefused() {
        assertThat(ruleAgainst(nobodyAllowed, "https://user:secret@hooks.example.com/"))
                .contains("user name");
        assertThat(ruleAgainst(nobodyAllowed, "https://1.1.1.1@127.0.0.1/")).contains("user name");
    }

    @Test
    void anAllowedNameMayBeInternalAndPlainButNeverLinkLocal() throws Exception {
        WebhookUrlPolicy policy = allowing("*.corp.example", "hooks.internal");

        assertThat(policy.parse("http://a.corp.example/x")).hasScheme("http");
        policy.admit("a.b.corp.example", InetAddress.getByName("10.0.0.7"));
        policy.admit("hooks.internal", InetAddress.getLoopbackAddress());
        assertThat(ruleAgainst(policy, "http://corp.example/")).startsWith("must be https");
        assertThat(ruleAgainst(policy, "http://evilcorp.example/")).startsWith("must be https");
        assertThatThrownBy(() -> policy.admit("a.corp.example", InetAddress.getByName("169.254.169.254")))
                .isInstanceOf(WebhookUrlNotAllowed.class);
        assertThatThrownBy(() -> policy.admit("other.example", InetAddress.getByName("10.0.0.7")))
                .isInstanceOf(WebhookUrlNotAllowed.class);
    }

    @Test
    void anAllowedNetworkCoversItsAddressesAlone() throws Exception {
        WebhookUrlPolicy policy = allowing("10.20.0.0/16", "fd12::/16");

        assertThat(policy.parse("http://10.20.255.1/x")).hasHost("10.20.255.1");
        policy.admit("any.example", InetAddress.getByName("10.20.0.1"));
        policy.admit("any.example", InetAddress.getByName("fd12::1"));
        assertThatThrownBy(() -> policy.admit("any.example", InetAddress.getByName("10.21.0.1")))
                .isInstanceOf(WebhookUrlNotAllowed.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "0.0.0.0/0",
                "::/0",
                "fd00::/00",
                "10.0.0.0/x",
                "10.0.0/8",
                "*",
                "a*.example",
                "http://hooks",
                ""
            })
    void aSettingThatMeansNothingStopsTheStart(String allowed) {
        assertThatThrownBy(() -> allowing(allowed)).isInstanceOf(IllegalArgumentException.class);
    }

    private static WebhookUrlPolicy allowing(String... allowed) {
        return new WebhookUrlPolicy(new WebhookSettings(List.of(allowed), Duration.ofSeconds(15), 8, List.of(), null));
    }

    private static String ruleAgainst(WebhookUrlPolicy policy, String url) {
        try {
            policy.parse(url);
            return "";
        } catch (WebhookUrlNotAllowed refused) {
            return refused.rule();
        }
    }
}
