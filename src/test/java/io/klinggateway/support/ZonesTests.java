package io.klinggateway.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.database.TestDatabase;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

class ZonesTests {

    /** Years gone by: what is changed for the future reaches the one or the other first. */
    private static final Instant BEGIN = Instant.parse("2024-01-01T12:00:00Z");

    private static final Instant END = BEGIN.plus(731, ChronoUnit.DAYS);

    /** On every day, and on both sides of every change of the clock. */
    @Test
    void everyAcceptedZoneMeansTheSameToJavaAndToPostgreSql() throws SQLException {
        try (var connection = TestDatabase.empty().dataSource().getConnection()) {
            assertThat(differences(JdbcClient.create(new SingleConnectionDataSource(connection, true))))
                    .isEmpty();
        }
    }

    private static Map<String, List<Instant>> differences(JdbcClient database) {
        var differences = new TreeMap<String, List<Instant>>();
        var zones = ZoneId.getAvailableZoneIds().stream()
                .map(Zones::parse)
                .flatMap(Optional::stream)
                .distinct()
                .toList();
        for (ZoneId zone : zones) {
            var moments = moments(zone.getRules());
            var seconds = database.sql("""
                            select extract(epoch from (at at time zone :zone) - (at at time zone 'UTC'))::integer
                              from unnest(:moments::timestamptz[]) with ordinality as moment (at, place) order by place
                            """)
                    .param("zone", zone.getId())
                    .param("moments", moments.stream().map(Timestamp::from).toArray(Timestamp[]::new))
                    .query(Integer.class)
                    .list();
            for (int place = 0; place < moments.size(); place++) {
                if (zone.getRules().getOffset(moments.get(place)).getTotalSeconds() != seconds.get(place)) {
                    differences
                            .computeIfAbsent(zone.getId(), _ -> new ArrayList<>())
                            .add(moments.get(place));
                }
            }
        }

        assertThat(zones).hasSizeGreaterThan(500);
        return differences;
    }

    private static List<Instant> moments(ZoneRules rules) {
        var moments = new ArrayList<Instant>();
        for (Instant day = BEGIN; day.isBefore(END); day = day.plus(1, ChronoUnit.DAYS)) {
            moments.add(day);
        }
        ZoneOffsetTransition change = rules.nextTransition(BEGIN);
        while (change != null && change.getInstant().isBefore(END)) {
            moments.add(change.getInstant());
            moments.add(change.getInstant().minusSeconds(1));
            change = rules.nextTransition(change.getInstant());
        }
        return moments;
    }

    @ParameterizedTest
    @CsvSource({"CET, Europe/Brussels", "EET, Europe/Athens", "MET, Europe/Brussels", "WET, Europe/Lisbon", "Z, UTC"})
    void anOldNameIsItsRegion(String name, String region) {
        assertThat(Zones.parse(name)).contains(ZoneId.of(region));
    }
}
