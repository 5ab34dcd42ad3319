package io.klinggateway.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.util.FileSystemUtils;

class KeptDatabaseTests {

    /** No temporary directory of JUnit's: the server works in it until this JVM ends. */
    private final Path directory = Path.of("target", "kept-database-tests").toAbsolutePath();

    @BeforeEach
    void startFromNothing() throws IOException {
        FileSystemUtils.deleteRecursively(directory);
    }

    @Test
    void dataOutlivesAKilledJvmWhosePostmasterStillRuns() throws IOException, InterruptedException, SQLException {
        assertThat(runJvmThatDies()).isEqualTo(DyingJvm.STATUS);

        var database = TestDatabase.kept(directory);

        try (var connection = database.dataSource().getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select word, current_setting('fsync') from survivor")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getString(1)).isEqualTo("kept");
            assertThat(rows.getString(2)).isEqualTo("on");
        }
        assertThatThrownBy(() -> TestDatabase.kept(directory))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Another running process uses the database in " + directory);
    }

    private int runJvmThatDies() throws IOException, InterruptedException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var classPath = System.getProperty("java.class.path");
        return new ProcessBuilder(java, "-cp", classPath, DyingJvm.class.getName(), directory.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start()
                .waitFor();
    }

    static final class DyingJvm {

        static final int STATUS = 77;

        private DyingJvm() {}

        /** Halting skips the shutdown hooks, as kill -9 does. */
        public static void main(String[] args) {
            var database = TestDatabase.kept(Path.of(args[0]));
            database.execute("create table survivor as select 'kept' as word");
            Runtime.getRuntime().halt(STATUS);
        }
    }
}
