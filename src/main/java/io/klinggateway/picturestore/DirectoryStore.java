package io.klinggateway.picturestore;

import java.io.FileNotFoundException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Pictures as files below one directory, for gateways on one machine. */
final class DirectoryStore implements PictureStore {

    private static final String PARTS = ".parts";

    /** Nothing is written for so long: whoever wrote it has ended. */
    private static final Duration OLDEST_PART = Duration.ofDays(1);

    private final Path directory;

    /** @throws IllegalArgumentException if it cannot be written to */
    DirectoryStore(Path directory, Clock clock) {
        this.directory = directory.toAbsolutePath();
        try {
            Files.createDirectories(parts());
            deleteParts(clock.instant().minus(OLDEST_PART));
        } catch (IOException failure) {
            throw new IllegalArgumentException(
                    "gateway.pictures.directory: " + this.directory + " cannot be written to", failure);
        }
        if (!Files.isWritable(parts())) {
            throw new IllegalArgumentException(
                    "gateway.pictures.directory: " + this.directory + " cannot be written to");
        }
    }

    private void deleteParts(Instant writtenBefore) throws IOException {
        for (String part : names(parts())) {
            Path file = parts().resolve(part);
            if (modified(file).isBefore(writtenBefore)) {
                Files.deleteIfExists(file);
            }
        }
    }

    private Path parts() {
        return directory.resolve(PARTS);
    }

    @Override
    public void put(String name, Content content) throws IOException {
        Path part = parts().resolve(UUID.randomUUID().toString());
        Path file = directory.resolve(name);
        try {
            try (FileChannel written = FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                    OutputStream to = Channels.newOutputStream(written);
                    InputStream from = content.open()) {
                from.transferTo(to);
                written.force(true);
            }
            Files.createDirectories(parent(file));
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            force(parent(file));
            force(parent(parent(file)));
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** A name, too, is to outlive a power cut; only some systems open a directory for that. */
    private static void force(Path directory) throws IOException {
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel opened = FileChannel.open(directory, StandardOpenOption.READ)) {
                opened.force(true);
            }
        }
    }

    private static Path parent(Path file) {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IllegalStateException(file + " lies in no directory");
        }
        return parent;
    }

    @Override
    public InputStream open(String name, long offset, long length) throws IOException {
        try {
            FileChannel channel = FileChannel.open(directory.resolve(name), StandardOpenOption.READ);
            channel.position(offset);
            return new FilePart(Channels.newInputStream(channel), length);
        } catch (NoSuchFileException missing) {
            throw new FileNotFoundException(name);
        }
    }

    @Override
    public void delete(String name) throws IOException {
        Path file = directory.resolve(name);
        Files.deleteIfExists(file);
        try {
            Files.deleteIfExists(parent(file));
        } catch (DirectoryNotEmptyException _) {
            // Others of the same generation.
        }
    }

    @Override
    public List<Kept> list(String folder, @Nullable String after, int most) throws IOException {
        List<Kept> page = new ArrayList<>();
        for (String inner : names(directory.resolve(folder))) {
            String path = folder + "/" + inner;
            if (after != null && path.compareTo(folderOf(after)) < 0) {
                continue;
            }
            for (String file : names(directory.resolve(path))) {
                String name = path + "/" + file;
                if (after == null || name.compareTo(after) > 0) {
                    page.add(new Kept(name, modified(directory.resolve(name))));
                }
                if (page.size() == most) {
                    return page;
                }
            }
        }
        return page;
    }

    private static String folderOf(String name) {
        return name.substring(0, name.lastIndexOf('/'));
    }

    /** In order; none if it is no directory, or one no more. */
    private static List<String> names(Path parent) throws IOException {
        try (Stream<Path> children = Files.list(parent)) {
            return children.map(child -> String.valueOf(child.getFileName()))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException | NotDirectoryException none) {
            return List.of();
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        }
    }

    private static Instant modified(Path file) throws IOException {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (NoSuchFileException gone) {
            return Instant.MAX;
        }
    }

    /** The bytes up to a length. */
    private static final class FilePart extends FilterInputStream {

        private long left;

        FilePart(InputStream in, long length) {
            super(in);
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            if (left <= 0) {
                return -1;
            }
            left--;
            return super.read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (left <= 0) {
                return -1;
            }
            int count = super.read(into, offset, (int) Math.min(length, left));
            left -= Math.max(0, count);
            return count;
        }
    }
}
