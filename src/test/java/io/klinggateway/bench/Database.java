package io.klinggateway.bench;

import io.klinggateway.harness.PostgresProcess;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * One database, reached without any gateway.
 *
 * @param url for JDBC, without credentials
 */
record Database(String url) {

    /** What must never have a row, whatever was done. */
    private static final List<String> DIFFERENCES = List.of(
            "ledger_difference",
            "generation_hold_difference",
            "generation_capture_difference",
            "spend_difference",
            "spend_day_difference");

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url, PostgresProcess.USERNAME, PostgresProcess.PASSWORD);
    }

    void execute(String sql) {
        try (var connection = connect();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot execute: " + sql, e);
        }
    }

    double number(String query) {
        try (var connection = connect();
                var statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            return row.getDouble(1);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot query: " + query, e);
        }
    }

    List<String> texts(String query) {
        try (var connection = connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            var texts = new ArrayList<String>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        } catch (SQLException e) {
            throw new IllegalStateException("cannot query: " + query, e);
        }
    }

    /** @return a sentence for each of the books' proofs that fails: none, or the gateway is wrong */
    List<String> disorder() {
        return DIFFERENCES.stream()
                .filter(view -> number("select count(*) from " + view) != 0)
                .map(view -> view + " is not empty")
                .toList();
    }
}
