package io.klinggateway.usage;

import io.klinggateway.background.BackgroundLoop;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Publishes every tenant's books, on one replica at a time: the others publish none. Nothing is published for a tenant that
 * was never read; what was read stays until it is read again.
 */
@Component
class LedgerMeters implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(LedgerMeters.class);
    private static final Duration INTERVAL = Duration.ofSeconds(15);

    private final LedgerReader reader;
    private final LedgerMetricsLease lease;
    private final LedgerMetricsSnapshot page = new LedgerMetricsSnapshot();
    private final BackgroundLoop loop;
    private volatile long readAtNanos;
    private volatile boolean everRead;
    private volatile boolean publishes;

    /** @param prometheus none where nobody scrapes */
    LedgerMeters(
            LedgerReader reader,
            LedgerMetricsLease lease,
            MeterRegistry registry,
            ObjectProvider<PrometheusRegistry> prometheus) {
        this.reader = reader;
        this.lease = lease;
        this.loop = new BackgroundLoop("ledger-meters", INTERVAL, () -> {
            read();
            return false;
        });
        Gauge.builder("kling.gateway.ledger.reading.age", this, LedgerMeters::ageSeconds)
                .description("How long ago this replica read the books, or left them to another replica")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("kling.gateway.ledger.publisher", () -> publishes ? 1 : 0)
                .description("1 on the replica that publishes the books, 0 on the others")
                .register(registry);
        prometheus.ifAvailable(scraped -> scraped.register(page));
    }

    /** Reads once before the first scrape can come. Without a database the first reading comes with the loop. */
    @Override
    public void start() {
        try {
            read();
        } catch (DataAccessException | TransactionException away) {
            log.warn("the books are read later: {}", away.getMessage());
        }
        loop.start();
    }

    @Override
    public void stop() {
        loop.stop();
        try {
            lease.giveBack();
        } catch (DataAccessException | TransactionException away) {
            log.debug("the lease of the books runs out by itself: {}", away.getMessage());
        }
    }

    @Override
    public boolean isRunning() {
        return loop.isRunning();
    }

    /** After the declared tenants, which come first of all, and before the web servers. */
    @Override
    public int getPhase() {
        return Integer.MIN_VALUE + 1;
    }

    void read() {
        publishes = lease.take();
        page.show(publishes ? reader.accounts() : List.of());
        readAtNanos = System.nanoTime();
        everRead = true;
    }

    private double ageSeconds() {
        return everRead ? (System.nanoTime() - readAtNanos) / 1e9 : Double.NaN;
    }
}
