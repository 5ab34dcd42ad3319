package io.klinggateway.harness;

import java.sql.SQLException;
import java.util.Map;

/** A mistake made on purpose, to see the checker find it. */
record PlantedBug(String name, Map<String, String> environment) {

    void plantIn(PostgresProcess postgres) throws SQLException {}
}
