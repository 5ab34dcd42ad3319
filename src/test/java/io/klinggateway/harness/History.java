package io.klinggateway.harness;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Everything that happened in a run, as JSON lines. Thread-safe. */
final class History implements AutoCloseable {

    private final JsonMapper json = JsonMapper.shared();
    private final BufferedWriter lines;

    History(Path directory) {
        try {
            Files.createDirectories(directory);
            this.lines = Files.newBufferedWriter(directory.resolve("history.jsonl"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void add(String event, Map<String, ?> facts) {
        var line = new LinkedHashMap<String, Object>();
        line.put("at", Instant.now().toString());
        line.put("event", event);
        line.putAll(facts);
        try {
            synchronized (lines) {
                lines.write(json.writeValueAsString(line));
                lines.newLine();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            synchronized (lines) {
                lines.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
