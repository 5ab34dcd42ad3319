package io.klinggateway.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Containers on a network of their own, all removed at the end. */
final class Docker implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final String network = "gateway-" + UUID.randomUUID();
    private final Deque<String> containers = new ArrayDeque<>();

    Docker() {
        docker("network", "create", network);
    }

    /** @param name by which other containers reach it */
    Container run(String name, String... arguments) {
        var command = new ArrayList<>(List.of("run", "--detach", "--network", network, "--network-alias", name));
        command.addAll(List.of(arguments));
        var id = docker(command.toArray(String[]::new));
        containers.push(id);
        return new Container(id);
    }

    @Override
    public void close() {
        containers.forEach(id -> docker("rm", "--force", "--volumes", id));
        docker("network", "rm", network);
    }

    record Container(String id) {

        int port(int inside) {
            var address = docker("port", id, String.valueOf(inside))
                    .lines()
                    .findFirst()
                    .orElseThrow();
            return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        }

        String user() {
            return docker("inspect", "--format", "{{.Config.User}}", id);
        }

        /** As a kubelet ends a container. */
        int terminate() {
            docker("kill", "--signal", "TERM", id);
            return Integer.parseInt(docker("wait", id));
        }

        String logs() {
            return docker("logs", id);
        }
    }

    private static String docker(String... arguments) {
        var command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(arguments));
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException(String.join(" ", command) + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(String.join(" ", command), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
