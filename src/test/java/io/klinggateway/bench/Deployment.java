package io.klinggateway.bench;

import io.klinggateway.harness.Waiting;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Replicas of the gateway on a database and a vendor of their own. Sends to all of them in turn, looks at every answer, and
 * knows in the end whether the books say what the callers were told. Thread-safe.
 */
final class Deployment implements AutoCloseable {

    private static final Duration SLICE = Duration.ofMillis(400);
    private static final Duration LONGEST_ATTEMPT = Duration.ofSeconds(30);

    private final BenchSettings settings;
    private final Database database;
    private final VendorProcess vendor;
    private final List<Gateway> gateways;
    private final List<String> wrong = new ArrayList<>();
    private int accepted;
    private int cleared;

    Deployment(BenchSettings settings, Database database, VendorProcess vendor, List<Gateway> gateways) {
        this.settings = settings;
        this.database = database;
        this.vendor = vendor;
        this.gateways = gateways;
    }

    BenchSettings settings() {
        return settings;
    }

    Database database() {
        return database;
    }

    VendorProcess vendor() {
        return vendor;
    }

    List<Gateway> gateways() {
        return gateways;
    }

    Gateway gateway() {
        return gateways.getFirst();
    }

    double gatewaySeconds() {
        return gateways.stream()
                .mapToDouble(gateway -> Cpu.secondsOf(gateway.pid()))
                .sum();
    }

    double vendorSeconds() {
        return Cpu.secondsOf(vendor.pid());
    }

    private List<URI> targets() {
        return gateways.stream().map(Gateway::url).toList();
    }

    Load.Outcome closedLoop(Requests requests, int connections, Duration duration) {
        return checked(requests, Load.closedLoop(targets(), requests, connections, duration));
    }

    Load.Outcome closedLoop(Requests requests, int connections, BooleanSupplier goesOn) {
        return checked(requests, Load.closedLoop(targets(), requests, connections, goesOn));
    }

    Load.Outcome atOnce(Requests requests, int connections) {
        return checked(requests, Load.atOnce(targets(), requests, connections));
    }

    Load.Outcome openLoop(Requests requests, double perMinute, Duration duration) {
        return checked(requests, Load.openLoop(targets(), requests, perMinute / 60, duration));
    }

    Load.Outcome once(Requests requests) {
        return checked(requests, Load.once(targets(), requests));
    }

    private synchronized Load.Outcome checked(Requests requests, Load.Outcome outcome) {
        outcome.answers().forEach((status, count) -> {
            if (status != requests.status()) {
                wrong.add(count + " answers with " + status + " in place of " + requests.status());
            }
        });
        if (outcome.lost() > 0) {
            wrong.add(outcome.lost() + " requests without an answer");
        }
        accepted += requests.admits() ? outcome.answered(202) : 0;
        return outcome;
    }

    /** With all that is fast. Nothing of it waits any more afterwards. */
    void warmUp() {
        once(Requests.generate(Population.SPENT.keys()));
        List<Requests> all = List.of(
                Requests.generate(Population.MANY.keys()),
                Requests.generate(Population.HOT.keys()),
                Requests.generateWithoutCredits(Population.SPENT.keys()),
                Requests.generateWrongly(Population.MANY.keys()));
        long end = System.nanoTime() + settings.warmUp().toNanos();
        while (System.nanoTime() - end < 0) {
            all.forEach(requests -> closedLoop(requests, 32, SLICE));
        }
        clear();
    }

    /** @return how many waited, and do no more */
    synchronized int clear() {
        int waited = database.clearWaiting();
        cleared += waited;
        return waited;
    }

    /** @return a sentence for each thing that was not as it must be */
    synchronized List<String> wrong() {
        clear();
        Waiting.until("nothing is being sent", LONGEST_ATTEMPT, () -> database.count("state = 'SENDING'") == 0);
        List<String> all = new ArrayList<>(wrong);
        all.addAll(database.disorder());
        String own = "upstream = '" + vendor.url() + "' and ";
        int booked = database.count(own + "idempotency_key is null and (acknowledged or captured_credits is null)")
                + cleared;
        if (booked != accepted) {
            all.add(accepted + " times 202, but " + booked + " generations");
        }
        int sent = database.count(own + "upstream_job_id is not null");
        int jobs = vendor.calls().jobs();
        if (sent != jobs) {
            all.add(jobs + " jobs of the vendor, but " + sent + " generations that have one");
        }
        return all;
    }

    @Override
    public void close() {
        gateways.forEach(Gateway::close);
        vendor.close();
    }
}
