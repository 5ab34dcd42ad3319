package io.klinggateway.notice;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.klinggateway.harness.GatewayCommand;
import io.klinggateway.harness.Ports;
import io.klinggateway.harness.PostgresProcess;
import io.klinggateway.harness.Replica;
import io.klinggateway.running.Receiver;
import io.klinggateway.simulator.SimulatedApiframe;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.json.JsonMapper;

/**
 * The packaged gateway, killed again and again between the hold that reaches a threshold and the delivery that tells of it.
 * Afterwards the database says which thresholds were reached, and the receivers what they were told: each must have been told
 * of each threshold, by one notice.
 */
final class NoticeKills implements AutoCloseable {

    private static final String TOKEN = "token-of-the-notices-kills";
    private static final int TEAMS_A_ROUND = 2;
    private static final int LIMIT = 8;
    private static final int HOLDS = 4;
    private static final int LATEST_KILL_MILLIS = 1_500;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private static final String REACHED = """
            select t.name, p.held + p.captured as used
              from tenant t
              join budget_window w on w.tenant_id = t.id
              join window_period p on p.window_id = w.id
            """;

    private static final String TOLD = """
            select n.id::text as id, t.name || ' ' || n.threshold as what
              from notice n join tenant t on t.id = n.tenant_id
             where n.cause = 'BUDGET_THRESHOLD'
            """;

    private static final String OWED = "select count(*) from notice_delivery where status <> 'delivered'";

    private final Random random;
    private final Path directory;
    private final PostgresProcess postgres;
    private final SimulatedApiframe vendor = SimulatedApiframe.builder()
            .port(0)
            .queuedFor(Duration.ZERO)
            .processingFor(Duration.ofMillis(200))
            .build()
            .start();
    private final GreenMail mail = new GreenMail(new ServerSetup(Ports.free(), "127.0.0.1", "smtp"));
    private final Receiver hook = new Receiver();
    private final Receiver chat = new Receiver();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Replica replica;
    private int teams;

    NoticeKills(String name, long seed) throws IOException, SQLException {
        random = new Random(seed);
        directory = Path.of("target", "notice-kills", name).toAbsolutePath();
        FileSystemUtils.deleteRecursively(directory);
        Files.createDirectories(directory);
        mail.start();
        postgres = new PostgresProcess(directory, Map.of());
        replica = new Replica(
                0,
                GatewayCommand.ofJar(
                        directory.resolve("gateway"),
                        List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")),
                environment(),
                directory);
        replica.start();
        replica.awaitReady();
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put("APIFRAME_API_KEY", SimulatedApiframe.DEFAULT_API_KEY);
        environment.put("APIFRAME_BASE_URL", vendor.baseUrl());
        environment.put("SPRING_DATASOURCE_URL", postgres.url(PostgresProcess.DATABASE));
        environment.put("SPRING_DATASOURCE_USERNAME", PostgresProcess.USERNAME);
        environment.put("SPRING_DATASOURCE_PASSWORD", PostgresProcess.PASSWORD);
        environment.put("SPRING_MAIL_HOST", "127.0.0.1");
        environment.put("SPRING_MAIL_PORT", Integer.toString(mail.getSmtp().getPort()));
        environment.put("GATEWAY_ADMIN_TOKEN", TOKEN);
        environment.put("GATEWAY_NOTICES_MAILFROM", "gateway@kling.example");
        environment.put("GATEWAY_NOTICES_OPERATORS_0_NAME", "chat");
        environment.put("GATEWAY_NOTICES_OPERATORS_0_KIND", "SLACK");
        environment.put("GATEWAY_NOTICES_OPERATORS_0_TARGET", chat.url());
        environment.put("GATEWAY_NOTICES_OPERATORS_0_TEAMS", "true");
        environment.put("GATEWAY_WEBHOOKS_ALLOWEDRECEIVERS", "localhost,127.0.0.0/8");
        // What a killed replica had picked is picked again soon.
        environment.put("DBSCHEDULER_HEARTBEATINTERVAL", "1s");
        return environment;
    }

    /** Some teams reach thresholds, and somewhere in between the gateway is killed. */
    void kill() throws Exception {
        List<String> keys = new ArrayList<>();
        for (int team = 0; team < TEAMS_A_ROUND; team++) {
            keys.add(newTeam());
        }
        CountDownLatch cue = new CountDownLatch(1 + random.nextInt(TEAMS_A_ROUND * HOLDS));
        CompletableFuture<?>[] holds = keys.stream()
                .map(key -> CompletableFuture.runAsync(() -> holdOneByOne(key, cue)))
                .toArray(CompletableFuture[]::new);
        assertThat(cue.await(1, TimeUnit.MINUTES)).as("the holds go on").isTrue();
        LockSupport.parkNanos(
                Duration.ofMillis(random.nextInt(LATEST_KILL_MILLIS)).toNanos());
        replica.kill();
        CompletableFuture.allOf(holds).join();
        replica.start();
        replica.awaitReady();
    }

    /** @return its key */
    private String newTeam() throws Exception {
        String name = "team-" + teams++;
        operator("POST", "/tenants", """
                {"name": "%s", "budget": {"period": "TOTAL", "limit": %d}}
                """.formatted(name, LIMIT));
        var issued = JsonMapper.shared().readTree(operator("POST", "/tenants/" + name + "/keys", "{\"name\": \"ci\"}"));
        operator("PATCH", "/tenants/" + name + "/notices", """
                {"channels": {"hook": {"kind": "WEBHOOK", "target": "%s", "keyId": "%s"},
                              "mail": {"kind": "EMAIL", "target": "%s@example.com"}}}
                """.formatted(
                        hook.url(), issued.path("id").asString(), name));
        return issued.path("key").asString();
    }

    private String operator(String method, String path, String body) throws Exception {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(replica.url("/admin/v1" + path))
                        .header("Authorization", "Bearer " + TOKEN)
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return answer.body();
    }

    /** Each in a transaction of its own. Whether one that was cut off took place, the database knows. */
    private void holdOneByOne(String key, CountDownLatch cue) {
        for (int hold = 0; hold < HOLDS; hold++) {
            try {
                HttpResponse<String> _ = http.send(
                        HttpRequest.newBuilder(replica.url("/v2/images/generate"))
                                .timeout(Duration.ofSeconds(20))
                                .header("X-API-Key", key)
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString("{\"prompt\":\"a fox\",\"model\":\"kling-image\"}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                cue.countDown();
            } catch (IOException killed) {
                return;
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** @return how many notices there were */
    int check() {
        JdbcClient database = JdbcClient.create(new DriverManagerDataSource(
                postgres.url(PostgresProcess.DATABASE), PostgresProcess.USERNAME, PostgresProcess.PASSWORD));
        Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> database.sql(OWED).query(Long.class).single() == 0);
        List<String> reached =
                database
                        .sql(REACHED)
                        .query((row, _) -> thresholds(row.getString("name"), row.getLong("used")))
                        .list()
                        .stream()
                        .flatMap(List::stream)
                        .toList();
        Map<String, String> told = new HashMap<>();
        database.sql(TOLD).query(row -> {
            told.put(row.getString("id"), row.getString("what"));
        });

        assertThat(told.values()).as("each threshold once").containsExactlyInAnyOrderElementsOf(reached);
        assertThat(idsAt(hook)).as("by webhook").isEqualTo(told.keySet());
        assertThat(idsAt(chat)).as("to the operators' chat").isEqualTo(told.keySet());
        assertThat(idsByMail()).as("by e-mail").isEqualTo(told.keySet());
        System.out.printf(
                "notices after kills: %d, deliveries repeated: %d%n",
                told.size(),
                hook.all().size() + chat.all().size() + mail.getReceivedMessages().length - 3 * told.size());
        return told.size();
    }

    /** 80 % of 8 credits is never the highest after whole images. */
    private static List<String> thresholds(String team, long used) {
        return Stream.of(50, 100)
                .filter(threshold -> used * 100 >= (long) LIMIT * threshold)
                .map(threshold -> team + " " + threshold)
                .toList();
    }

    private static Set<String> idsAt(Receiver receiver) {
        return receiver.all().stream()
                .map(received ->
                        lastId(new String(received.body(), java.nio.charset.StandardCharsets.UTF_8), received.id()))
                .collect(Collectors.toSet());
    }

    /** A chat has the id at the end of its text, a webhook in its header. */
    private static String lastId(String body, String header) {
        if (!header.isEmpty()) {
            return header;
        }
        Matcher id = ID.matcher(body);
        String last = "";
        while (id.find()) {
            last = id.group();
        }
        return last;
    }

    private Set<String> idsByMail() {
        Set<String> ids = new HashSet<>();
        for (MimeMessage letter : Arrays.asList(mail.getReceivedMessages())) {
            try {
                ids.add(letter.getMessageID().replaceAll("[<>]|@.*", ""));
            } catch (MessagingException unreadable) {
                throw new IllegalStateException(unreadable);
            }
        }
        return ids;
    }

    @Override
    public void close() {
        replica.close();
        postgres.close();
        vendor.close();
        hook.close();
        chat.close();
        mail.stop();
    }
}
