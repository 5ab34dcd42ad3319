package io.klinggateway.datasource;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.util.Set;

/**
 * After which errors the pool gives a connection up, beside those that it knows. One that leads to a standby would go on
 * refusing what is written through it. Public because the pool makes it by its name.
 */
public final class ConnectionEviction implements SQLExceptionOverride {

    private static final Set<String> STATES = Set.of(
            "25006", // read_only_sql_transaction: a standby, or a primary that was made read-only
            "25P03", // idle_in_transaction_session_timeout, with which the server hangs up
            "25P04", // transaction_timeout, likewise
            "57P04", // database_dropped
            "57P05"); // idle_session_timeout, likewise

    @java.lang.Override
    public Override adjudicate(SQLException failure) {
        return STATES.contains(failure.getSQLState()) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
    }
}
