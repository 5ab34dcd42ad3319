package io.klinggateway.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON lines that outlive a killed process: a line is handed to the operating system whole before it counts, and a torn
 * last line, which nobody was told about, is cut off. Not thread-safe.
 */
final class VendorLog implements AutoCloseable {

    private final FileChannel channel;
    private final JsonMapper json;

    /**
     * @param entries receives the lines already there, oldest first
     * @throws IllegalStateException if another process has the log open
     */
    VendorLog(Path directory, JsonMapper json, Consumer<JsonNode> entries) {
        this.json = json;
        try {
            Files.createDirectories(directory);
            var file = directory.resolve("vendor.jsonl");
            this.channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            lock(file);
            replay(file, entries);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the log in " + directory, e);
        }
    }

    private void lock(Path file) throws IOException {
        try {
            if (channel.tryLock() != null) {
                return;
            }
        } catch (OverlappingFileLockException heldByThisJvm) {
            // the same sentence serves
        }
        channel.close();
        throw new IllegalStateException("Another running simulator uses " + file + ". Stop it first.");
    }

    private void replay(Path file, Consumer<JsonNode> entries) throws IOException {
        var text = Files.readString(file, StandardCharsets.ISO_8859_1); // a byte a char: offsets are the file's
        var whole = text.lastIndexOf('\n') + 1;
        channel.truncate(whole).position(whole);
        text.substring(0, whole)
                .lines()
                .map(line -> json.readTree(line.getBytes(StandardCharsets.ISO_8859_1)))
                .forEach(entries);
    }

    void append(@Nullable Object entry) {
        var line = json.writeValueAsString(entry) + '\n';
        var bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the log", e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the log", e);
        }
    }
}
