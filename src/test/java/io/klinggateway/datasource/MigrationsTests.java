package io.klinggateway.datasource;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.database.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The rule for indexes of tables that are in use: they are built concurrently, each by a migration of its own. */
class MigrationsTests {

    private static final Path MIGRATIONS = Path.of("src/main/resources/db/migration");
    private static final String FIRST = "V1__tables.sql";
    private static final Pattern INDEX =
            Pattern.compile("create (?:unique )?index (concurrently )?.*?\\bon (\\w+)", Pattern.DOTALL);

    /** @return of a versioned migration, the tables that writers could not use while an index of theirs is built */
    private static List<String> blocked(String migration) {
        String sql =
                migration.replaceAll("(?m)--.*$", "").toLowerCase(Locale.ROOT).replaceAll("\\s+", " ");
        return INDEX.matcher(sql)
                .results()
                .filter(index -> index.group(1) == null && !sql.contains("create table " + index.group(2) + " "))
                .map(index -> index.group(2))
                .toList();
    }

    @Test
    void noMigrationBlocksATableThatIsInUse() throws IOException {
        try (Stream<Path> files = Files.list(MIGRATIONS)) {
            for (Path file : (Iterable<Path>)
                    files.filter(file -> file.getFileName().toString().matches("V.*\\.sql"))::iterator) {
                if (!file.endsWith(FIRST)) {
                    assertThat(blocked(Files.readString(file)))
                            .as(file.toString())
                            .isEmpty();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create index a on generation (b);",
                "create table other (a int); create unique index c\n  on generation (d) where e;",
                "create index concurrently a on generation (b); create index c on generation (d);"
            })
    void oneThatWouldIsFound(String sql) {
        assertThat(blocked(sql)).containsExactly("generation");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create index concurrently a on generation (b);",
                "create table generation_text (a int); create index c on generation_text (a);",
                "-- create index a on generation (b)"
            })
    void oneThatWouldNotIsLeftInPeace(String sql) {
        assertThat(blocked(sql)).isEmpty();
    }

    @Test
    @Timeout(60)
    void anIndexIsBuiltConcurrentlyAlthoughFlywayHoldsItsLock(@TempDir Path directory) throws IOException {
        TestDatabase database = TestDatabase.empty();
        Files.writeString(
                directory.resolve("V1__table.sql"), "create table big as select generate_series(1, 1000) as id");
        Files.writeString(
                directory.resolve("V2__index.sql"),
                "drop index concurrently if exists big_id; create index concurrently big_id on big (id);");
        Files.writeString(directory.resolve("V2__index.sql.conf"), "executeInTransaction=false");
        var flyway = Flyway.configure().dataSource(database.dataSource()).locations("filesystem:" + directory);
        new DatabaseSessionsSetup().sessionsOfMigrations().customize(flyway);

        assertThat(flyway.load().migrate().migrationsExecuted).isEqualTo(2);
    }

    @Test
    void theLimitsOfTheRoleDoNotBindAMigration(@TempDir Path directory) throws IOException {
        TestDatabase database = TestDatabase.empty();
        JdbcClient.create(database.dataSource())
                .sql("alter role %s in database %s set statement_timeout = '%d ms'"
                        .formatted(
                                database.username(),
                                database.name(),
                                Duration.ofMillis(300).toMillis()))
                .update();
        Files.writeString(directory.resolve("V1__long.sql"), "select pg_sleep(1)");
        var flyway = Flyway.configure().dataSource(database.dataSource()).locations("filesystem:" + directory);
        new DatabaseSessionsSetup().sessionsOfMigrations().customize(flyway);

        assertThat(flyway.load().migrate().migrationsExecuted).isEqualTo(1);
    }
}
