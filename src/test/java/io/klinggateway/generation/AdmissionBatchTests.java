package io.klinggateway.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.klinggateway.apiframe.Deadline;
import io.klinggateway.apiframe.UpstreamJob;
import io.klinggateway.apiframe.UpstreamJobId;
import io.klinggateway.credits.Credits;
import io.klinggateway.generation.Admission.Admitted;
import io.klinggateway.generation.Admission.Conflict;
import io.klinggateway.generation.Admission.Decision;
import io.klinggateway.generation.Admission.Insufficient;
import io.klinggateway.generation.Admission.Replayed;
import io.klinggateway.generation.GenerationRepository.Acceptance;
import io.klinggateway.generation.GenerationRepository.Ending;
import io.klinggateway.image.ImageRequest;
import io.klinggateway.image.ImageRequestJson;
import io.klinggateway.image.Quote;
import io.klinggateway.ledger.Budget;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.KeyBudgetId;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.tenant.Caller;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.tenant.Tenants;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.transaction.support.TransactionOperations;

/** Several admissions in one transaction: each is decided as if it were alone. */
class AdmissionBatchTests extends GatewayScenario {

    /** No background work touches what is admitted here. */
    private static final String UPSTREAM = "http://nobody.example";

    private static final Duration LEASE = Duration.ofHours(1);

    @Autowired
    private GenerationRepository generations;

    @Autowired
    private Settlement settlement;

    @Autowired
    private ImageRequestJson json;

    @Autowired
    private Tenants tenants;

    @Autowired
    private Ledger ledger;

    @Autowired
    private TransactionOperations transactions;

    private ImageRequest request;
    private Caller caller;

    @BeforeEach
    void callAsTheTenant() {
        request = json.read(FOX.getBytes(StandardCharsets.UTF_8));
        caller = callerOf(tenant());
    }

    private Caller callerOf(Tenant tenant) {
        UUID key = jdbc.sql("select id from api_key where tenant_id = :tenant")
                .param("tenant", tenant.id().value())
                .query(UUID.class)
                .single();
        return new Caller(tenant, new KeyId(key), "main", "kg_");
    }

    private NewGeneration asking(long credits) {
        return asking(caller, credits, null, 0);
    }

    private NewGeneration asking(Caller caller, long credits, @Nullable String idempotencyKey, int hash) {
        byte[] requestHash = new byte[32];
        requestHash[0] = (byte) hash;
        return new NewGeneration(
                GenerationId.next(Clock.systemUTC()),
                caller,
                idempotencyKey == null ? null : new IdempotencyKey(idempotencyKey),
                request,
                new Quote(1, new Credits(credits)),
                requestHash,
                json.write(request),
                null);
    }

    private List<Admission> admit(List<NewGeneration> batch) {
        return generations.admit(batch, UPSTREAM, LEASE).stream()
                .map(Decision::admission)
                .toList();
    }

    @Test
    void aLargeRequestThatIsRefusedDoesNotBlockASmallOneBehindIt() {
        List<Admission> decisions = admit(List.of(asking(60), asking(50), asking(30), asking(20), asking(10)));

        assertThat(decisions)
                .containsExactly(
                        new Admitted(new Credits(40)),
                        new Insufficient(new Credits(40), ((Insufficient) decisions.get(1)).resetsAt()),
                        new Admitted(new Credits(10)),
                        new Insufficient(new Credits(10), ((Insufficient) decisions.get(3)).resetsAt()),
                        new Admitted(new Credits(0)));
        assertThat(balance()).containsExactly(100L, 0L);
    }

    @Test
    void aBatchThatIsAskedAgainAnswersAsBeforeAndHoldsNothingMore() {
        List<NewGeneration> batch =
                List.of(asking(10), asking(caller, 20, "again", 1), asking(80), asking(caller, 20, "again", 1));
        List<Admission> first = admit(batch);

        List<Admission> second = admit(batch);

        assertThat(first.get(0)).isEqualTo(new Admitted(new Credits(90)));
        assertThat(first.get(1)).isEqualTo(new Admitted(new Credits(70)));
        assertThat(first.get(2)).isInstanceOf(Insufficient.class);
        assertThat(second.get(0)).isInstanceOf(Admitted.class);
        assertThat(second.get(1)).isInstanceOf(Admitted.class);
        assertThat(second.get(2)).isInstanceOf(Insufficient.class);
        assertThat(Stream.of(first, second).map(decisions -> decisions.get(3)))
                .allSatisfy(decision -> assertThat(decision)
                        .isInstanceOfSatisfying(
                                Replayed.class,
                                replayed -> assertThat(replayed.id())
                                        .isEqualTo(batch.get(1).id())));
        assertThat(balance()).containsExactly(30L, 0L);
    }

    @Test
    void anotherRequestUnderTheSameKeyIsAConflictInsideTheBatchToo() {
        Caller other = callerOf(newTenant(100));

        List<Admission> decisions = admit(List.of(
                asking(caller, 2, "key", 1),
                asking(caller, 2, "key", 2),
                asking(other, 2, "key", 2),
                asking(caller, 2, "other", 2)));

        assertThat(decisions.get(0)).isInstanceOf(Admitted.class);
        assertThat(decisions.get(1)).isInstanceOf(Conflict.class);
        assertThat(decisions.get(2)).isInstanceOf(Admitted.class);
        assertThat(decisions.get(3)).isInstanceOf(Admitted.class);
        assertThat(balance()).containsExactly(4L, 0L);
    }

    @Test
    void aKeysOwnBudgetBindsInsideTheBatch() {
        KeyBudgetId budget = new KeyBudgetId(UUID.randomUUID());
        ledger.setKeyBudget(budget, tenant().id(), new Credits(30));
        jdbc.sql("update api_key set key_budget_id = :budget where id = :key")
                .param("budget", budget.value())
                .param("key", caller.keyId().value())
                .update();

        List<Admission> decisions = admit(List.of(asking(20), asking(20), asking(10)));

        assertThat(decisions.get(0)).isEqualTo(new Admitted(new Credits(10)));
        assertThat(decisions.get(1))
                .isInstanceOfSatisfying(
                        Insufficient.class,
                        insufficient -> assertThat(insufficient.available()).isEqualTo(new Credits(10)));
        assertThat(decisions.get(2)).isEqualTo(new Admitted(new Credits(0)));
        assertThat(balance()).containsExactly(30L, 0L);
    }

    @Test
    void limitsOfATenantCountEachMember() {
        jdbc.sql("update tenant set requests_per_minute = 3, concurrent_generations = 2 where id = :tenant")
                .param("tenant", tenant().id().value())
                .update();

        List<Admission> decisions = admit(List.of(asking(2), asking(2), asking(2), asking(2)));

        assertThat(decisions.stream().<Class<?>>map(Object::getClass))
                .containsExactly(
                        Admitted.class,
                        Admitted.class,
                        Admission.ConcurrencyLimited.class,
                        Admission.RateLimited.class);
        assertThat(balance()).containsExactly(4L, 0L);
    }

    @Test
    void aPoisonedMemberFailsAloneAndItsNeighboursAreAdmitted() {
        NewGeneration poisoned = asking(caller, 2, null, 0);
        NewGeneration good = asking(10);
        List<NewGeneration> batch = List.of(good, withTraceparent(poisoned, "\0"));
        assertThatThrownBy(() -> admit(batch)).isInstanceOf(DataAccessException.class);
        assertThat(hasGeneration()).isFalse();
        Batches<NewGeneration, Decision> together = new Batches<>(1, 10, members -> {
            boolean alone = members.size() == 1 && worked;
            worked = true;
            return generations.admit(alone ? members : batch, UPSTREAM, LEASE);
        });

        Decision decision = CertainDatabase.run(Deadline.in(SOON), together, tenant(), good);

        assertThat(decision.admission()).isEqualTo(new Admitted(new Credits(90)));
        assertThatThrownBy(() -> CertainDatabase.run(Deadline.in(SOON), together, tenant(), batch.getLast()))
                .isInstanceOf(DataIntegrityViolationException.class);
        assertThat(balance()).containsExactly(10L, 0L);
    }

    private boolean worked;

    private static NewGeneration withTraceparent(NewGeneration generation, String traceparent) {
        return new NewGeneration(
                generation.id(),
                generation.caller(),
                generation.idempotencyKey(),
                generation.request(),
                generation.quote(),
                generation.requestHash(),
                generation.upstreamRequest(),
                traceparent);
    }

    /** Its first run may still commit, whatever has become of the key meanwhile: only then the answer is known. */
    @Test
    void aRepeatedCallWaitsForWhatItsFirstRunDecides() throws Exception {
        NewGeneration generation = asking(10);
        CompletableFuture<Admission> repeated = new CompletableFuture<>();

        transactions.executeWithoutResult(_ -> {
            assertThat(admit(List.of(generation)).getFirst()).isInstanceOf(Admitted.class);
            CompletableFuture.runAsync(this::revokeKey).join();
            repeated.completeAsync(() -> admit(List.of(generation)).getFirst());
            await().atMost(SOON).until(this::somebodyWaitsForAnAdvisoryLock);
        });

        assertThat(repeated.get(SOON.toSeconds(), TimeUnit.SECONDS)).isInstanceOf(Admitted.class);
        assertThat(admit(List.of(asking(10))).getFirst()).isInstanceOf(Admission.KeyInvalid.class);
        assertThat(balance()).containsExactly(10L, 0L);
    }

    private void revokeKey() {
        jdbc.sql("update api_key set revoked_at = gateway_now() where id = :key")
                .param("key", caller.keyId().value())
                .update();
    }

    private boolean somebodyWaitsForAnAdvisoryLock() {
        return jdbc.sql("select exists (select from pg_locks where locktype = 'advisory' and not granted)")
                .query(Boolean.class)
                .single();
    }

    @Test
    void inCompanyNobodyWaitsLongForARowThatSomebodyKeepsLocked() {
        NewGeneration one = asking(10);
        NewGeneration other = asking(callerOf(newTenant(100)), 10, null, 0);
        admit(List.of(one, other));
        List<Acceptance> acceptances = Stream.of(one, other)
                .map(generation -> new Acceptance(generation.id(), new UpstreamJobId(UUID.randomUUID())))
                .toList();
        generations.accept(acceptances, LEASE);
        List<Ending> endings = acceptances.stream()
                .map(acceptance -> new Ending(acceptance.id(), ended(acceptance, new Random(0)), null))
                .toList();

        transactions.executeWithoutResult(_ -> {
            jdbc.sql("select 1 from generation where id = :id for update")
                    .param("id", one.id().value())
                    .query(Integer.class)
                    .single();
            CompletableFuture<?> together = CompletableFuture.runAsync(() -> settlement.end(endings));
            CompletableFuture<?> alone =
                    CompletableFuture.supplyAsync(() -> settlement.end(List.of(endings.getLast())));

            assertThatThrownBy(() -> together.get(3, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(DataAccessException.class)
                    .hasStackTraceContaining("lock timeout");
            assertThat(alone).succeedsWithin(Duration.ofSeconds(3));
        });

        assertThat(settlement.end(endings))
                .satisfiesExactly(
                        end -> assertThat(end).isPresent(),
                        end -> assertThat(end).isEmpty());
    }

    /** Members of any batch meet those of any other, in any order, on their way through their whole life. */
    @Test
    void batchesOfManyReplicasNeverWaitInACircle() {
        List<Caller> callers = Stream.concat(
                        Stream.of(caller), IntStream.range(0, 4).mapToObj(_ -> callerOf(newTenant(1000))))
                .toList();
        List<CompletableFuture<?>> replicas = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int replica = 0; replica < 6; replica++) {
                Random random = new Random(replica);
                replicas.add(CompletableFuture.runAsync(() -> live(callers, random), threads));
            }
        }

        assertThat(replicas).allSatisfy(replica -> assertThat(replica).isCompleted());
        assertThat(jdbc.sql("select count(*) from budget_period where held + captured > ceiling")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    /** No retries in here: a deadlock, or any other refusal of the database, fails the test. */
    private void live(List<Caller> callers, Random random) {
        for (int round = 0; round < 60; round++) {
            List<NewGeneration> batch = new ArrayList<>();
            for (int member = 0; member < 8; member++) {
                String key = random.nextBoolean() ? "shared-" + random.nextInt(40) : null;
                batch.add(asking(callers.get(random.nextInt(callers.size())), 2L * (1 + random.nextInt(4)), key, 0));
            }
            List<Admission> decisions = admit(batch);
            List<GenerationId> admitted = IntStream.range(0, batch.size())
                    .filter(place -> decisions.get(place) instanceof Admitted)
                    .mapToObj(place -> batch.get(place).id())
                    .toList();
            List<Acceptance> acceptances = new ArrayList<>();
            admitted.forEach(id -> acceptances.add(new Acceptance(id, new UpstreamJobId(UUID.randomUUID()))));
            Collections.shuffle(acceptances, random);
            assertThat(generations.accept(acceptances, LEASE)).hasSameSizeAs(admitted);
            settlement.end(acceptances.stream()
                    .map(acceptance -> new Ending(acceptance.id(), ended(acceptance, random), null))
                    .toList());
        }
    }

    private static UpstreamJob ended(Acceptance acceptance, Random random) {
        return new UpstreamJob(
                acceptance.job(),
                random.nextBoolean() ? UpstreamJob.Status.COMPLETED : UpstreamJob.Status.FAILED,
                100,
                List.of("https://cdn.example/1.png", "https://cdn.example/2.png"),
                null,
                random.nextBoolean() ? new Credits(2) : null,
                false);
    }

    private Tenant newTenant(long credits) {
        Tenant tenant = tenants.register(
                "t-" + UUID.randomUUID(), new Budget(PeriodKind.DAY, new Credits(credits), ZoneOffset.UTC));
        tenants.registerKey(tenant, "main", sha256("kg_" + UUID.randomUUID()));
        return tenant;
    }
}
