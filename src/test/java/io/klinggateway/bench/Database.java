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

    /** What still waits is gone, with its holds, as if it had never been asked for. Meanwhile nobody may wait for an answer. */
    private static final String CLEAR = """
            with gone as (
                delete from generation where state = 'WAITING' returning id, idempotency_key),
            holds as (
                delete from journal_entry j using gone where j.generation_id = gone.id
                returning j.windows[1] as window_id, j.period_starts[1] as period_start, j.held_delta),
            freed as (
                update window_period b set held = b.held - h.held
                  from (select window_id, period_start, sum(held_delta) as held
                          from holds group by window_id, period_start) h
                 where (b.window_id, b.period_start) = (h.window_id, h.period_start))
            select count(*) from gone where idempotency_key is null
            """;

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

    /** Of generations. */
    int count(String condition) {
        return (int) number("select count(*) from generation where " + condition);
    }

    String now() {
        return texts("select gateway_now()").getFirst();
    }

    /** @return how many there were that had no idempotency key */
    int clearWaiting() {
        try (var connection = connect();
                var statement = connection.createStatement()) {
            statement.execute("set session_replication_role = replica"); // the journal's trigger refuses it otherwise
            try (var row = statement.executeQuery(CLEAR)) {
                row.next();
                return row.getInt(1);
            } finally {
                statement.execute("vacuum (analyze) generation, journal_entry, window_period");
            }
        } catch (SQLException e) {
            throw new IllegalStateException("cannot clear the queue", e);
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
