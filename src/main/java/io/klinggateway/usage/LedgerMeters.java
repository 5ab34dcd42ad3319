package io.klinggateway.usage;

import io.klinggateway.background.BackgroundLoop;
import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.WindowBalance;
import io.klinggateway.usage.LedgerReader.AccountTotals;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Publishes every tenant's books. All replicas read the same rows, so each publishes the same values but for the age of
 * its reading. Nothing is published for a tenant that was never read; what was read stays until it is read again.
 */
@Component
class LedgerMeters implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(LedgerMeters.class);
    private static final Duration INTERVAL = Duration.ofSeconds(15);

    private final LedgerReader reader;
    private final MeterRegistry registry;
    private final BackgroundLoop loop;
    private final Map<String, Published> tenants = new HashMap<>();
    private volatile long readAtNanos;
    private volatile boolean everRead;

    LedgerMeters(LedgerReader reader, MeterRegistry registry) {
        this.reader = reader;
        this.registry = registry;
        this.loop = new BackgroundLoop("ledger-meters", INTERVAL, () -> {
            read();
            return false;
        });
        Gauge.builder("kling.gateway.ledger.reading.age", this, LedgerMeters::ageSeconds)
                .description("How long ago this replica read the books that it publishes")
                .baseUnit("seconds")
                .register(registry);
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

    synchronized void read() {
        List<AccountTotals> accounts = reader.accounts();
        Set<String> gone = new HashSet<>(tenants.keySet());
        for (AccountTotals account : accounts) {
            gone.remove(account.tenant());
            tenants.computeIfAbsent(account.tenant(), _ -> new Published(account))
                    .update(account);
        }
        gone.forEach(this::withdraw);
        readAtNanos = System.nanoTime();
        everRead = true;
    }

    private void withdraw(String tenant) {
        Published published = tenants.remove(tenant);
        if (published != null) {
            published.withdraw();
        }
    }

    private double ageSeconds() {
        return everRead ? (System.nanoTime() - readAtNanos) / 1e9 : Double.NaN;
    }

    /** One tenant's meters. Those of its windows carry their names as a label and are replaced if the windows change. */
    private final class Published {

        private final List<Meter> ofWindows = new ArrayList<>();
        private final List<Meter> totals = new ArrayList<>();
        private volatile AccountTotals account;

        Published(AccountTotals account) {
            this.account = account;
            publishTotals();
            publishWindows();
        }

        void update(AccountTotals read) {
            boolean relabel = !kinds(read).equals(kinds(account));
            account = read;
            if (relabel) {
                ofWindows.forEach(registry::remove);
                ofWindows.clear();
                publishWindows();
            }
        }

        /** Which windows there are, and which of them have a limit. */
        private static Map<String, Boolean> kinds(AccountTotals account) {
            return account.windows().stream()
                    .collect(Collectors.toMap(WindowBalance::name, window -> window.ceiling() != null));
        }

        void withdraw() {
            ofWindows.forEach(registry::remove);
            totals.forEach(registry::remove);
        }

        private void publishWindows() {
            account.windows().forEach(window -> {
                String name = window.name();
                gauge(
                        name,
                        "held",
                        "credits",
                        "Set aside for open generations of this period",
                        now -> now.held().amount());
                gauge(
                        name,
                        "captured",
                        "credits",
                        "Spent in this period",
                        now -> now.captured().amount());
                if (window.ceiling() != null) {
                    gauge(
                            name,
                            "ceiling",
                            "credits",
                            "What the books may stand at in this period",
                            now -> number(now.ceiling()));
                    gauge(
                            name,
                            "available",
                            "credits",
                            "What a new request may take from the window",
                            now -> number(now.available()));
                }
                if (window.resetsAt() != null) {
                    gauge(
                            name,
                            "reset.timestamp",
                            "seconds",
                            "When the window's next period begins",
                            now -> now.resetsAt() == null
                                    ? Double.NaN
                                    : now.resetsAt().getEpochSecond());
                }
                count(name, "refused", "Requests of this period that the window refused", WindowBalance::refused);
                count(
                        name,
                        "shadow.refused",
                        "Requests of this period that the window's shadow limit would have refused",
                        WindowBalance::shadowRefused);
            });
        }

        private static double number(@Nullable Credits amount) {
            return amount == null ? Double.NaN : amount.amount();
        }

        private void gauge(
                String window, String name, String unit, String description, ToDoubleFunction<WindowBalance> value) {
            ofWindows.add(Gauge.builder("kling.gateway.budget." + name, () -> read(window, value))
                    .description(description)
                    .baseUnit(unit)
                    .tag("tenant", account.tenant())
                    .tag("window", window)
                    .register(registry));
        }

        private void count(String window, String name, String description, ToDoubleFunction<WindowBalance> value) {
            ofWindows.add(FunctionCounter.builder("kling.gateway.budget." + name, this, now -> now.read(window, value))
                    .description(description)
                    .baseUnit("requests")
                    .tag("tenant", account.tenant())
                    .tag("window", window)
                    .register(registry));
        }

        private double read(String window, ToDoubleFunction<WindowBalance> value) {
            return account.windows().stream()
                    .filter(now -> now.name().equals(window))
                    .findFirst()
                    .map(now -> value.applyAsDouble(now))
                    .orElse(Double.NaN);
        }

        private void publishTotals() {
            total("kling.gateway.spend", "credits", "Ever spent, by the books", Tags.empty(), AccountTotals::spent);
            total(
                    "kling.gateway.spend.returned",
                    "credits",
                    "Ever given back by operators' corrections, by the books",
                    Tags.empty(),
                    AccountTotals::returned);
            account.images()
                    .keySet()
                    .forEach(model -> total(
                            "kling.gateway.spend.images",
                            null,
                            "Images of completed generations, by the books",
                            Tags.of("model_name", model),
                            now -> now.images().getOrDefault(model, 0L)));
        }

        private void total(
                String name,
                @Nullable String unit,
                String description,
                Tags tags,
                ToDoubleFunction<AccountTotals> value) {
            totals.add(FunctionCounter.builder(name, this, now -> value.applyAsDouble(now.account))
                    .description(description)
                    .baseUnit(unit)
                    .tags(tags.and("tenant", account.tenant()))
                    .register(registry));
        }
    }
}
