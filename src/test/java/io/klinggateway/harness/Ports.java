package io.klinggateway.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** Ports that stay ours while nobody listens: below those that the system gives to outgoing connections. */
public final class Ports {

    private static final int LOWEST = 20_000;
    private static final int HIGHEST = 32_000;
    private static final int FORKS = 2;
    private static final int OF_EACH = (HIGHEST - LOWEST) / FORKS;

    /** Each JVM of tests has its own share: one that the other has chosen may not be listened at yet. */
    private static final int FIRST = LOWEST + Integer.getInteger("test.fork", 1) % FORKS * OF_EACH;

    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private Ports() {}

    public static int free() {
        while (true) {
            var port = ThreadLocalRandom.current().nextInt(FIRST, FIRST + OF_EACH);
            if (GIVEN.add(port) && isFree(port)) {
                return port;
            }
        }
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
