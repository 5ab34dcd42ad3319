package io.klinggateway.picturestore;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.generation.RetentionPass;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the rows of pictures say is due: copies, ends and erasures. */
class PictureRowsTests extends PictureGateway {

    @Test
    void picturesWithoutARequestGoByTheirOwnAgeAndByTheirTeams() {
        String kept = UUID.randomUUID().toString();
        String old = UUID.randomUUID().toString();
        String older = UUID.randomUUID().toString();
        transactions.executeWithoutResult(status -> {
            jdbc.sql("update tenant set retention_days = 5 where name = 'beta'").update();
            keptSince(kept, "alpha", 29);
            keptSince(old, "alpha", 31);
            keptSince(older, "beta", 6);

            RetentionPass.run(jdbc, pictures, transactions, Duration.ofDays(30));

            assertThat(column(kept, "erased_at is null")).isEqualTo("true");
            assertThat(column(old, "erased_at is null")).isEqualTo("false");
            assertThat(column(older, "erased_at is null")).isEqualTo("false");
            status.setRollbackOnly();
        });
    }

    private void keptSince(String id, String tenant, int days) {
        pictures.keep(generation(id), tenant(tenant), List.of("https://v/1"), null);
        jdbc.sql("update picture set created_at = created_at - make_interval(days => :days)"
                        + " where generation_id = cast(:id as uuid)")
                .param("days", days)
                .param("id", id)
                .update();
    }

    @Test
    void theVendorsTimeBeginsWhenItMadeTheJobAndIsTriedForAWhileHoweverLateThatIs() {
        Instant now = Instant.now();
        assertThat(minutesLeft(null)).isBetween(1_435L, 1_445L);
        assertThat(minutesLeft(now.minus(Duration.ofHours(20)))).isBetween(235L, 245L);
        assertThat(minutesLeft(now.minus(Duration.ofDays(3)))).isBetween(10L, 20L);
        assertThat(minutesLeft(now.plus(Duration.ofDays(3))))
                .as("a clock that is fast")
                .isBetween(1_435L, 1_445L);
    }

    /** Of the 24 hours for which the vendor keeps images. */
    private long minutesLeft(@Nullable Instant madeAt) {
        String id = UUID.randomUUID().toString();
        return transactions.execute(status -> {
            pictures.keep(generation(id), tenant("alpha"), List.of("https://v/1"), madeAt);
            status.setRollbackOnly();
            return Long.parseLong(column(id, "floor(extract(epoch from vendor_until - gateway_now()) / 60)"));
        });
    }

    @Test
    void whatIsErasedWhileItIsCopiedIsDeletedAgainOnceTheCopyIsOver() {
        GenerationId copied = new GenerationId(UUID.randomUUID());
        GenerationId waiting = new GenerationId(UUID.randomUUID());
        transactions.executeWithoutResult(status -> {
            pictures.keep(copied, tenant("alpha"), List.of("https://v/1"), null);
            pictures.keep(waiting, tenant("alpha"), List.of("https://v/1"), null);
            jdbc.sql("update picture set attempts = 1, leased = true, due_at = gateway_now() + interval '1 minute'"
                            + " where generation_id = :id")
                    .param("id", copied.value())
                    .update();
            pictures.erase(List.of(copied, waiting));

            assertThat(repository.claimErased(1_000, Duration.ofMinutes(1)))
                    .contains(new PictureId(waiting, 1))
                    .doesNotContain(new PictureId(copied, 1));
            assertThat(repository.failed(
                            new PictureAttempt(new PictureId(copied, 1), "https://v/1", 1, 0), "vendor: timeout"))
                    .as("nothing to try again")
                    .isEmpty();
            status.setRollbackOnly();
        });
    }

    @Test
    void onlyAttemptsWhoseEndIsUnknownCountAgainstAPictureAndNoFailureDoes() {
        transactions.executeWithoutResult(status -> {
            TenantId team = new TenantId(UUID.randomUUID());
            pictures.keep(new GenerationId(UUID.randomUUID()), team, List.of("https://v/1"), null);
            for (int attempt = 1; attempt <= 5; attempt++) {
                PictureAttempt failing = claimed(team);
                assertThat(failing.unendedBefore()).isZero();
                repository.failed(failing, "store: away");
            }
            assertThat(claimed(team).unendedBefore()).isZero();
            assertThat(claimed(team).unendedBefore()).as("one replica died").isOne();
            assertThat(claimed(team)).returns(2, PictureAttempt::unendedBefore).returns(8, PictureAttempt::number);
            status.setRollbackOnly();
        });
    }

    private PictureAttempt claimed(TenantId team) {
        jdbc.sql("update picture set leased = false, due_at = gateway_now() where tenant_id = :team")
                .param("team", team.value())
                .update();
        List<PictureAttempt> attempts = repository.claim(1_000, 1, Duration.ofMinutes(1));
        return attempts.stream()
                .filter(attempt -> attempt.vendorUrl().equals("https://v/1"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aTeamHasNoMoreCopiesUnderWayThanItsShareAndNobodyWaitsForItsBacklog() {
        TenantId busy = new TenantId(UUID.randomUUID());
        TenantId quiet = new TenantId(UUID.randomUUID());
        List<PictureAttempt> first = transactions.execute(status -> {
            for (int job = 0; job < 20; job++) {
                pictures.keep(new GenerationId(UUID.randomUUID()), busy, List.of("https://v/1", "https://v/2"), null);
            }
            pictures.keep(new GenerationId(UUID.randomUUID()), quiet, List.of("https://v/1"), null);
            List<PictureAttempt> claimed = repository.claim(100, 2, Duration.ofMinutes(1));
            List<PictureAttempt> again = repository.claim(100, 2, Duration.ofMinutes(1));
            status.setRollbackOnly();
            assertThat(again).as("its two are under way").isEmpty();
            return claimed;
        });

        assertThat(first).hasSize(3);
    }
}
