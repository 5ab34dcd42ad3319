package io.klinggateway.usage;

import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.WindowBalance;
import io.klinggateway.usage.LedgerReader.AccountTotals;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Instant;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The books as Prometheus reads them, made once a reading, so that a scrape only writes them down. They are no meters of the
 * registry: those of ten thousand teams would be more than a hundred thousand objects, each asked anew at every scrape.
 */
final class LedgerMetricsSnapshot implements MultiCollector {

    private static final String NAME = "kling_gateway_";

    private volatile MetricSnapshots books = new MetricSnapshots();

    /** @param labels by which its series are told apart */
    private record Labelled<T>(Labels labels, T books) {}

    /** Replaces what was there. Nothing is shown for nobody, not even names. */
    void show(List<AccountTotals> accounts) {
        books = accounts.isEmpty() ? new MetricSnapshots() : of(accounts);
    }

    @Override
    public MetricSnapshots collect() {
        return books;
    }

    private static MetricSnapshots of(List<AccountTotals> accounts) {
        List<Labelled<AccountTotals>> teams = accounts.stream()
                .map(account -> new Labelled<>(Labels.of("tenant", account.tenant()), account))
                .toList();
        List<Labelled<WindowBalance>> windows = accounts.stream()
                .flatMap(account -> account.windows().stream()
                        .map(window ->
                                new Labelled<>(Labels.of("tenant", account.tenant(), "window", window.name()), window)))
                .toList();
        List<Labelled<Long>> images = accounts.stream()
                .flatMap(account -> account.images().entrySet().stream()
                        .map(model -> new Labelled<>(
                                Labels.of("tenant", account.tenant(), "model_name", model.getKey()), model.getValue())))
                .toList();
        return MetricSnapshots.of(
                gauge(
                        "budget_ceiling_credits",
                        "The most that held and captured credits together may reach in this period: the limit and what was granted,"
                                + " or what is held and captured already where that is more",
                        windows,
                        window -> amount(window.ceiling())),
                gauge(
                        "budget_held_credits",
                        "Set aside for open generations of this period",
                        windows,
                        window -> amount(window.held())),
                gauge("budget_captured_credits", "Spent in this period", windows, window -> amount(window.captured())),
                gauge(
                        "budget_available_credits",
                        "What a new request may take from the window",
                        windows,
                        window -> amount(window.available())),
                gauge(
                        "budget_reset_timestamp_seconds",
                        "When the window's next period begins",
                        windows,
                        window -> seconds(window.resetsAt())),
                gauge(
                        "budget_first_threshold_ratio",
                        "Share of a window from which on its team is told",
                        teams,
                        account -> ratio(account.firstThreshold())),
                counter(
                        "budget_refused_requests",
                        "Requests of this period that the window refused",
                        windows,
                        WindowBalance::refused),
                counter(
                        "budget_shadow_refused_requests",
                        "Requests of this period that the window's shadow limit would have refused",
                        windows,
                        WindowBalance::shadowRefused),
                counter("spend_credits", "Ever spent, by the books", teams, AccountTotals::spent),
                counter(
                        "spend_returned_credits",
                        "Ever given back by operators' corrections, by the books",
                        teams,
                        AccountTotals::returned),
                counter("spend_images", "Images of completed generations, by the books", images, Long::doubleValue));
    }

    private static double amount(@Nullable Credits credits) {
        return credits == null ? Double.NaN : credits.amount();
    }

    private static double ratio(@Nullable Integer percent) {
        return percent == null ? Double.NaN : percent / 100.0;
    }

    private static double seconds(@Nullable Instant time) {
        return time == null ? Double.NaN : time.getEpochSecond();
    }

    /** @param value NaN where there is none; nothing is shown then */
    private static <T> MetricSnapshot gauge(
            String name, String description, List<Labelled<T>> series, ToDoubleFunction<T> value) {
        return new GaugeSnapshot(
                new MetricMetadata(NAME + name, description),
                series.stream()
                        .map(one -> new GaugeDataPointSnapshot(value.applyAsDouble(one.books()), one.labels(), null))
                        .filter(point -> !Double.isNaN(point.getValue()))
                        .toList());
    }

    private static <T> MetricSnapshot counter(
            String name, String description, List<Labelled<T>> series, ToDoubleFunction<T> value) {
        return new CounterSnapshot(
                new MetricMetadata(NAME + name, description),
                series.stream()
                        .map(one ->
                                new CounterDataPointSnapshot(value.applyAsDouble(one.books()), one.labels(), null, 0L))
                        .toList());
    }
}
