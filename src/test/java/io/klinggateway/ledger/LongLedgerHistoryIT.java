package io.klinggateway.ledger;

import java.sql.SQLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** As {@link LedgerHistoryTests}, with other and more histories: in the profile "harness" for half an hour. */
@Tag("slow")
@Tag("long")
class LongLedgerHistoryIT {

    private static final int HISTORIES = Integer.getInteger("ledger.histories", 1000);
    private static final long FIRST_SEED = Long.getLong("ledger.seed", 1_000_000);

    @Test
    void balancesAlwaysEqualTheModel() throws SQLException {
        LedgerHistoryTests.compare(HISTORIES, FIRST_SEED);
    }
}
