package io.klinggateway.harness;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How the gateway is started: by the JDK that runs the tests, small and quick to start. */
final class GatewayCommand {

    private static final List<String> OPTIONS =
            List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData");

    private GatewayCommand() {}

    /** The packaged jar, as it is shipped. */
    static List<String> ofJar() {
        var jar = Path.of("target", "kling-gateway.jar").toAbsolutePath();
        if (Files.notExists(jar)) {
            throw new IllegalStateException(jar + " is not there: run ./mvnw package first");
        }
        return command("-jar", jar.toString());
    }

    /** The classes of the build with those of the tests, so that some may be replaced. */
    static List<String> ofClassPath() {
        return command("-cp", System.getProperty("java.class.path"), "io.klinggateway.KlingGatewayApplication");
    }

    private static List<String> command(String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(OPTIONS);
        command.addAll(List.of(arguments));
        return command;
    }
}
