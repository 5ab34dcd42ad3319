package io.klinggateway.signin;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The sessions of people. One whose row is gone has ended, on every replica. Times are the database's. One replica at a time
 * asks the provider about a session: a refresh token may be good only once.
 */
public final class PersonSessions {

    private static final String BEGIN = """
            insert into person_session (id, subject, provider_session, name, roles, tokens)
            values (:id, :subject, :providerSession, :name, :roles, :tokens)
            """;

    private static final String FORGET =
            "delete from person_session where begun_at < gateway_now() - make_interval(secs => :seconds)";

    private static final String FIND = """
            select subject, name, roles, checked_at <= gateway_now() - make_interval(secs => :seconds) as due
              from person_session where id = :id
            """;

    private static final String CLAIM = """
            update person_session set checking_until = gateway_now() + make_interval(secs => :lease)
             where id = :id and (checking_until is null or checking_until < gateway_now())
               and checked_at <= gateway_now() - make_interval(secs => :seconds)
            returning tokens
            """;

    private static final String CONFIRM = """
            update person_session
               set name = :name, roles = :roles, tokens = :tokens, checked_at = gateway_now(), checking_until = null
             where id = :id
            """;

    private static final String UNCLAIM = """
            update person_session set tokens = coalesce(cast(:tokens as text), tokens), checking_until = null
             where id = :id
            """;

    private static final String TOKENS = "select tokens from person_session where id = :id";
    private static final String END = "delete from person_session where id = :id";
    private static final String END_OF_PERSON = "delete from person_session where subject = :subject";

    private static final String END_AT_PROVIDER = """
            delete from person_session
             where (cast(:subject as text) is null or subject = :subject)
               and (cast(:providerSession as text) is null or provider_session = :providerSession
                    or (cast(:subject as text) is not null and provider_session is null))
            """;

    private static final String LIST = """
            select distinct on (subject) subject, name, roles, checked_at,
                   count(*) over whole as sessions, min(begun_at) over whole as since
              from person_session
            window whole as (partition by subject)
             order by subject, checked_at desc
             limit :most
            """;

    private final JdbcClient jdbc;

    PersonSessions(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Somebody who is signed in.
     *
     * @param roles as the provider said last
     * @param checkedAt when that was
     */
    public record SignedIn(
            String subject, String name, List<String> roles, long sessions, Instant since, Instant checkedAt) {}

    /** @param due whether the provider is to be asked again before this counts */
    record KnownSession(Person person, boolean due) {}

    /** @param longest what began earlier is forgotten with it */
    void begin(UUID id, Person person, @Nullable String providerSession, String tokens, Duration longest) {
        jdbc.sql(FORGET).param("seconds", longest.toSeconds()).update();
        jdbc.sql(BEGIN)
                .param("id", id)
                .param("subject", person.subject())
                .param("providerSession", providerSession)
                .param("name", person.name())
                .param("roles", texts(person))
                .param("tokens", tokens)
                .update();
    }

    private static String[] texts(Person person) {
        return person.roles().stream().map(HeldRole::toString).toArray(String[]::new);
    }

    Optional<KnownSession> find(UUID id, Duration interval) {
        return jdbc.sql(FIND)
                .param("id", id)
                .param("seconds", interval.toSeconds())
                .query((row, _) -> new KnownSession(
                        new Person(
                                row.getString("subject"),
                                row.getString("name"),
                                roles(row).stream().map(HeldRole::parse).toList()),
                        row.getBoolean("due")))
                .optional();
    }

    private static List<String> roles(ResultSet row) throws SQLException {
        return Arrays.asList((String[]) row.getArray("roles").getArray());
    }

    /** Its tokens, for one that is due and that nobody else asks about; the claim ends by itself. */
    Optional<String> claim(UUID id, Duration interval, Duration lease) {
        return jdbc.sql(CLAIM)
                .param("id", id)
                .param("seconds", interval.toSeconds())
                .param("lease", lease.toSeconds())
                .query(String.class)
                .optional();
    }

    void confirm(UUID id, Person person, String tokens) {
        jdbc.sql(CONFIRM)
                .param("id", id)
                .param("name", person.name())
                .param("roles", texts(person))
                .param("tokens", tokens)
                .update();
    }

    /** @param tokens null to keep those that it has */
    void unclaim(UUID id, @Nullable String tokens) {
        jdbc.sql(UNCLAIM).param("id", id).param("tokens", tokens).update();
    }

    Optional<String> tokens(UUID id) {
        return jdbc.sql(TOKENS).param("id", id).query(String.class).optional();
    }

    void end(UUID id) {
        jdbc.sql(END).param("id", id).update();
    }

    /** Either may be null, but not both. Of a person, what has no session of the provider's ends too: it may be that one. */
    int endAtProvider(@Nullable String subject, @Nullable String providerSession) {
        if (subject == null && providerSession == null) {
            throw new IllegalArgumentException("whose?");
        }
        return jdbc.sql(END_AT_PROVIDER)
                .param("subject", subject)
                .param("providerSession", providerSession)
                .update();
    }

    /** Ends all that the person has. Repeating it changes nothing. @return how many those were */
    public int endAll(String subject) {
        return jdbc.sql(END_OF_PERSON).param("subject", subject).update();
    }

    /** By subject. Whose sessions were left behind is listed until somebody signs in after their end. */
    public List<SignedIn> list(int most) {
        return jdbc.sql(LIST)
                .param("most", most)
                .query((row, _) -> new SignedIn(
                        row.getString("subject"),
                        row.getString("name"),
                        roles(row),
                        row.getLong("sessions"),
                        row.getObject("since", OffsetDateTime.class).toInstant(),
                        row.getObject("checked_at", OffsetDateTime.class).toInstant()))
                .list();
    }
}
