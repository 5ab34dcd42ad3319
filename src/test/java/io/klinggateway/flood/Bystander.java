package io.klinggateway.flood;

import io.klinggateway.harness.Waiting;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Another team, which calls now and then: asks for an image, reads its job, asks for a price. In turn over connections that it
 * keeps, as most clients and all proxies do, and over one of its own for each call, which is the worst case.
 */
final class Bystander {

    private static final Duration RHYTHM = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern JOB = Pattern.compile("\"jobId\":\"([^\"]+)\"");
    private static final String BODY = "{\"prompt\":\"an owl\",\"model\":\"kling-image\"}";
    private static final int UNANSWERED = 0;

    private final InetSocketAddress gateway;
    private final String key;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private volatile String job = "";
    private int calls;

    Bystander(InetSocketAddress gateway, String key) {
        this.gateway = gateway;
        this.key = key;
    }

    /** @param kept whether over a connection that was there before */
    record Call(String what, boolean kept, int status, Duration took) {

        boolean isGood() {
            return status == 200 || status == 202;
        }
    }

    private enum Kind {
        GENERATE("POST", "/v2/images/generate"),
        READ("GET", "/v2/jobs/"),
        QUOTE("POST", "/v2/images/quote");

        private final String method;
        private final String path;

        Kind(String method, String path) {
            this.method = method;
            this.path = path;
        }
    }

    /** As many calls as are needed for the code to be compiled that the others' calls run through. */
    void warmUp(int rounds) {
        for (int call = 0; call < rounds * Kind.values().length; call++) {
            call(kind(call), true);
        }
    }

    /** In a steady rhythm, whether the calls before are answered or not. */
    List<Call> callFor(Duration time) {
        var answered = new ConcurrentLinkedQueue<Call>();
        var threads = new ArrayList<Thread>();
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            int number = calls++;
            boolean kept = number / Kind.values().length % 2 == 0;
            threads.add(Thread.startVirtualThread(() -> answered.add(call(kind(number), kept))));
            Waiting.pause(RHYTHM);
        }
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return List.copyOf(answered);
    }

    private static Kind kind(int number) {
        return Kind.values()[number % Kind.values().length];
    }

    private Call call(Kind kind, boolean kept) {
        long begun = System.nanoTime();
        int status;
        try {
            status = kept ? overKept(kind) : overOwn(kind);
        } catch (IOException unanswered) {
            status = UNANSWERED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            status = UNANSWERED;
        }
        return new Call(kind.method + " " + kind.path, kept, status, Duration.ofNanos(System.nanoTime() - begun));
    }

    private String path(Kind kind) {
        return kind == Kind.READ ? kind.path + job : kind.path;
    }

    private int overKept(Kind kind) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(
                        "http://" + gateway.getAddress().getHostAddress() + ":" + gateway.getPort() + path(kind)))
                .timeout(PATIENCE)
                .header("X-API-Key", key);
        if (kind.method.equals("POST")) {
            request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(BODY));
        }
        var answer = http.send(request.build(), BodyHandlers.ofString());
        note(answer.body());
        return answer.statusCode();
    }

    private int overOwn(Kind kind) throws IOException {
        String body = kind.method.equals("POST") ? BODY : "";
        try (Socket socket = new Socket()) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.connect(gateway, (int) PATIENCE.toMillis());
            socket.getOutputStream()
                    .write(AnswerScanner.ascii(kind.method + " " + path(kind)
                            + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-API-Key: " + key
                            + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                            + body));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            note(answer);
            return answer.startsWith("HTTP/1.1 ") ? Integer.parseInt(answer, 9, 12, 10) : UNANSWERED;
        }
    }

    private void note(String answer) {
        Matcher found = JOB.matcher(answer);
        if (found.find()) {
            job = found.group(1);
        }
    }
}
