package io.klinggateway.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class TestDatabaseTests {

    @Test
    void freshDatabasesAreRealPostgreSqlAndEmpty() throws SQLException {
        TestDatabase.empty().execute("create table left_behind ()");

        try (var connection = TestDatabase.empty().dataSource().getConnection()) {
            var product = connection.getMetaData();
            assertThat(product.getDatabaseProductName()).isEqualTo("PostgreSQL");
            assertThat(product.getDatabaseMajorVersion()).isEqualTo(TestServer.VERSION);
            try (var tables = product.getTables(null, "public", null, null)) {
                assertThat(tables.next()).isFalse();
            }
        }
    }
}
