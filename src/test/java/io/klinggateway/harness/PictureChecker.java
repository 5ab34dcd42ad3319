package io.klinggateway.harness;

import io.klinggateway.simulator.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Holds the images of completed generations against the store: each is there once, whole, and nothing else is. */
final class PictureChecker {

    private static final String SMALL = "-small";

    /** What a kill has left there is no picture. */
    private static final String UNFINISHED = ".parts/";

    private static final String PENDING = "select count(*) from picture where state = 'PENDING'";

    /** One row for each image that a team paid for. */
    private static final String IMAGES = """
            select g.id, image.number, store.folder || '/' || g.id || '/' || image.number as name,
                   p.state, p.tenant_id = g.tenant_id as own, p.vendor_url = image.url as same,
                   encode(p.sha256, 'hex') as sha256, p.attempts
              from picture_store store, generation g
             cross join lateral unnest(g.result_images) with ordinality as image (url, number)
              left join picture p on p.generation_id = g.id and p.image_number = image.number
             where g.state = 'COMPLETED'
            """;

    private final Path store;
    private final List<Violation> violations = new ArrayList<>();
    private int copied;
    private int copiedAgain;

    PictureChecker(Path store) {
        this.store = store;
    }

    static boolean isAtRest(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(PENDING)) {
            row.next();
            return row.getInt(1) == 0;
        }
    }

    List<Violation> check(Connection connection) throws SQLException {
        var stored = stored();
        try (var statement = connection.createStatement();
                var image = statement.executeQuery(IMAGES)) {
            while (image.next()) {
                var name = image.getString("name");
                var actual = stored.remove(name);
                stored.remove(name + SMALL);
                if (!"STORED".equals(image.getString("state")) || actual == null) {
                    report("picture lost", name + " is " + image.getString("state"));
                } else if (!actual.equals(image.getString("sha256"))
                        || !image.getBoolean("own")
                        || !image.getBoolean("same")) {
                    report("picture mixed up", name);
                } else {
                    copied++;
                    copiedAgain += image.getInt("attempts") > 1 ? 1 : 0;
                }
            }
        }
        stored.keySet().forEach(name -> report("picture of nothing", name));
        return violations;
    }

    private void report(String kind, @Nullable String explanation) {
        violations.add(new Violation(kind, String.valueOf(explanation)));
    }

    /** The digest of each file, by its name. */
    private Map<String, String> stored() {
        var digests = new TreeMap<String, String>();
        try (Stream<Path> files = Files.walk(store)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var name = store.relativize(file).toString();
                if (!name.startsWith(UNFINISHED)) {
                    digests.put(name, HexFormat.of().formatHex(Sha256.of(Files.readAllBytes(file))));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return digests;
    }

    String summary() {
        return copied + " images are in the store, " + copiedAgain + " of them after more than one attempt";
    }
}
