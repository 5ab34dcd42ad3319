package io.klinggateway.ledger;

import org.springframework.jdbc.core.simple.JdbcClient;

/** The ledger of a test's database, for tests of other packages that start no gateway. */
public final class TestLedger {

    private TestLedger() {}

    public static Ledger on(JdbcClient jdbc) {
        return new Ledger(jdbc);
    }
}
