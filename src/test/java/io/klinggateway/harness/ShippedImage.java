package io.klinggateway.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How the image runs the gateway, as the Dockerfile says.
 *
 * @param options of the JVM
 */
public record ShippedImage(List<String> options, Map<String, String> environment) {

    private static final Pattern OPTION = Pattern.compile("\"(-XX:(?!AOTCache=)[^\"]+)\"");
    private static final Pattern VARIABLE = Pattern.compile("(\\w+)=(?:\"([^\"]*)\"|(\\S+))");

    /** @param megabytes of the container that it runs in */
    public static ShippedImage in(int megabytes) {
        try {
            List<String> lines = Files.readAllLines(Path.of("Dockerfile"));
            List<String> options = new ArrayList<>();
            OPTION.matcher(last(lines, "ENTRYPOINT ")).results().forEach(option -> options.add(option.group(1)));
            Map<String, String> environment = new LinkedHashMap<>();
            VARIABLE.matcher(last(lines, "ENV "))
                    .results()
                    .forEach(variable -> environment.put(
                            variable.group(1), variable.group(2) == null ? variable.group(3) : variable.group(2)));
            // Where the image's own options are that its cache does not depend on.
            environment.merge(
                    "JAVA_TOOL_OPTIONS", "-XX:MaxRAM=" + megabytes + "m", (image, memory) -> image + " " + memory);
            return new ShippedImage(options, environment);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String last(List<String> lines, String start) {
        return lines.stream()
                .filter(line -> line.startsWith(start))
                .reduce((_, later) -> later)
                .orElseThrow();
    }
}
