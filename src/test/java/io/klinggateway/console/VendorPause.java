package io.klinggateway.console;

import io.klinggateway.running.RunningGateway;
import org.springframework.jdbc.core.simple.JdbcClient;

/** As long as it is open, the vendor may not be called: what is asked for waits in the queue. */
final class VendorPause implements AutoCloseable {

    private final JdbcClient database;

    private VendorPause(JdbcClient database) {
        this.database = database;
    }

    static VendorPause begin(JdbcClient database) {
        VendorPause pause = new VendorPause(database);
        pause.call("rate_pause");
        return pause;
    }

    void refuseAccount() {
        call("account_refused");
    }

    private void call(String function) {
        database.sql("select " + function + "(:upstream, interval '1 hour')")
                .param("upstream", RunningGateway.vendor().baseUrl())
                .query((_, _) -> true)
                .list();
    }

    @Override
    public void close() {
        database.sql("update upstream_rate set paused_until = 'epoch', account_refused = false")
                .update();
    }
}
