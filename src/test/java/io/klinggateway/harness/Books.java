package io.klinggateway.harness;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway has on record, read straight from its database.
 *
 * @param turns what the queue and others did to them, in that order
 * @param orphans vendor jobs that are recorded as nobody's
 * @param disorder what the database itself can tell to be wrong
 */
record Books(
        List<Generation> generations,
        List<Turn> turns,
        Map<String, Long> heldByTeam,
        Map<String, Long> capturedByTeam,
        Set<UUID> orphans,
        List<String> disorder) {

    /**
     * @param vendorIdempotencyKey what the vendor is to know it by
     * @param order the number of the order that it was made for
     */
    record Generation(
            UUID id,
            String team,
            UUID key,
            UUID vendorIdempotencyKey,
            int order,
            String state,
            boolean acknowledged,
            int images,
            @Nullable Long captured,
            @Nullable UUID job,
            Instant createdAt,
            @Nullable Instant completedAt) {

        boolean isOpen() {
            return !Callers.isTerminal(state);
        }

        /** Refused, or cancelled while it waited. */
        boolean endedWithoutJob() {
            return job == null && (state.equals("FAILED") || state.equals("CANCELLED"));
        }

        /** Ended by an error answer, before it had a job. */
        boolean isWithdrawn() {
            return state.equals("FAILED") && !acknowledged && job == null;
        }
    }

    /**
     * One change of a generation's state or attempt, as a trigger of the harness saw it. Those that the queue makes are in
     * the order of its choice, since it chooses under a lock.
     *
     * @param claimed whether an attempt was opened
     * @param claimedTwice whether that was done while an earlier one was open and its lease had not ended
     */
    record Turn(
            UUID generation,
            String before,
            String after,
            int attempt,
            boolean claimed,
            boolean claimedTwice,
            Instant at) {

        boolean isFirst() {
            return claimed && attempt == 1;
        }
    }

    private static final String TURNS = "select * from harness_turn order by turn";

    private static final List<String> WATCH_TURNS = List.of("""
            create table harness_turn (
                turn          bigint generated always as identity primary key,
                generation_id uuid not null,
                state_before  text not null,
                state_after   text not null,
                attempt       integer not null,
                claimed       boolean not null,
                claimed_twice boolean not null,
                at            timestamptz not null default clock_timestamp())
            """, """
            create function harness_note_turn() returns trigger language plpgsql as $$
            begin
                insert into harness_turn (generation_id, state_before, state_after, attempt, claimed, claimed_twice)
                values (new.id, old.state, new.state, new.attempt, new.attempt > old.attempt,
                        new.attempt > old.attempt and old.attempt_open and old.due_at > clock_timestamp());
                return null;
            end $$
            """, """
            create trigger harness_turns after update of state, attempt on generation
                for each row when (new.state <> old.state or new.attempt <> old.attempt) execute function harness_note_turn()
            """);

    /** From now on every turn is on record. */
    static void watchTurns(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            for (var sql : WATCH_TURNS) {
                statement.execute(sql);
            }
        }
    }

    private static final String PROMPT = "convert_from(g.upstream_request, 'UTF8')::json ->> 'prompt'";

    private static final String GENERATIONS =
            "select g.*, coalesce(g.vendor_idempotency_key, g.id) as vendor_key, t.name as team, " + PROMPT
                    + " as prompt from generation g join tenant t on t.id = g.tenant_id order by g.created_at";

    private static final String OPEN =
            "select count(*) from generation g" + " where g.state in ('WAITING', 'SENDING', 'QUEUED', 'PROCESSING')";

    private static final String BALANCES = """
            select t.name, sum(p.held) as held, sum(p.captured) as captured
              from window_period p join tenant t on t.id = p.tenant_id group by t.name
            """;

    private static final String DISORDER = """
            select 'balance and journal differ: ' || d::text from ledger_difference d
             union all
            select 'hold without a resolution: ' || generation_id from journal_entry
             group by generation_id
            having generation_id is not null
               and (count(*) filter (where entry_kind = 'HOLD') <> 1
                    or count(*) filter (where entry_kind in ('CAPTURE', 'RELEASE')) <> 1)
             union all
            select 'generation without a hold: ' || id from generation g
             where not exists (select from journal_entry j where j.generation_id = g.id)
             union all
            select 'hold without a generation: ' || generation_id from journal_entry j
             where generation_id is not null and not exists (select from generation g where g.id = j.generation_id)
             union all
            select 'captured otherwise than the generation says: ' || g.id
              from generation g join journal_entry j on j.generation_id = g.id and j.entry_kind <> 'HOLD'
             where j.captured_delta is distinct from g.captured_credits
            """;

    static Books read(Connection connection) throws SQLException {
        var generations = new ArrayList<Generation>();
        var turns = new ArrayList<Turn>();
        var held = new HashMap<String, Long>();
        var captured = new HashMap<String, Long>();
        var orphans = new HashSet<UUID>();
        var disorder = new ArrayList<String>();
        forEach(connection, GENERATIONS, row -> generations.add(generation(row)));
        forEach(connection, TURNS, row -> turns.add(turn(row)));
        forEach(connection, BALANCES, row -> {
            held.put(row.getString("name"), row.getLong("held"));
            captured.put(row.getString("name"), row.getLong("captured"));
        });
        forEach(connection, "select upstream_job_id from orphan_job", row -> orphans.add(row.getObject(1, UUID.class)));
        forEach(connection, DISORDER, row -> disorder.add(row.getString(1)));
        return new Books(generations, turns, held, captured, orphans, disorder);
    }

    static int openGenerations(Connection connection) throws SQLException {
        return count(connection, OPEN);
    }

    /** Empty if the database cannot be asked now. */
    static OptionalInt openGenerations(PostgresProcess postgres, Order order) {
        try (var connection = postgres.connect()) {
            return OptionalInt.of(count(connection, OPEN + " and " + PROMPT + " = '" + order.prompt() + "'"));
        } catch (SQLException databaseIsDown) {
            return OptionalInt.empty();
        }
    }

    private static int count(Connection connection, String query) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            return row.getInt(1);
        }
    }

    private interface RowReader {
        void read(ResultSet row) throws SQLException;
    }

    private static void forEach(Connection connection, String query, RowReader reader) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            while (rows.next()) {
                reader.read(rows);
            }
        }
    }

    private static Turn turn(ResultSet row) throws SQLException {
        return new Turn(
                row.getObject("generation_id", UUID.class),
                row.getString("state_before"),
                row.getString("state_after"),
                row.getInt("attempt"),
                row.getBoolean("claimed"),
                row.getBoolean("claimed_twice"),
                row.getObject("at", OffsetDateTime.class).toInstant());
    }

    private static Generation generation(ResultSet row) throws SQLException {
        var completedAt = row.getObject("completed_at", OffsetDateTime.class);
        return new Generation(
                row.getObject("id", UUID.class),
                row.getString("team"),
                row.getObject("key_id", UUID.class),
                row.getObject("vendor_key", UUID.class),
                Order.numberOf(row.getString("prompt")),
                row.getString("state"),
                row.getBoolean("acknowledged"),
                row.getInt("images"),
                row.getObject("captured_credits", Long.class),
                row.getObject("upstream_job_id", UUID.class),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                completedAt == null ? null : completedAt.toInstant());
    }
}
