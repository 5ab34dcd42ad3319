package io.klinggateway.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;

class BatchesTests {

    private final List<List<Integer>> worked = new CopyOnWriteArrayList<>();
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    /** Work that waits for a permit, and so lets others queue up behind it. */
    private final Semaphore permits = new Semaphore(0);

    private final AtomicInteger begun = new AtomicInteger();

    private List<String> work(List<Integer> items) {
        begun.incrementAndGet();
        permits.acquireUninterruptibly();
        worked.add(List.copyOf(items));
        return items.stream().map(item -> "done " + item).toList();
    }

    private CompletableFuture<String> call(Batches<Integer, String> batches, Object owner, int item) {
        return CompletableFuture.supplyAsync(() -> batches.run(owner, item), callers);
    }

    /** Calls one after the other: the first is at work, the rest queue up in this order. */
    private List<CompletableFuture<String>> queue(Batches<Integer, String> batches, int count) {
        List<CompletableFuture<String>> calls = new ArrayList<>();
        calls.add(call(batches, "tenant", 0));
        await().until(() -> begun.get() == 1);
        for (int item = 1; item < count; item++) {
            int place = item;
            calls.add(call(batches, "tenant", item));
            await().until(() -> batches.waiting() == place);
        }
        return calls;
    }

    @Test
    void whoeverComesFirstWorksAtOnceAndTheRestShareTheNextBatchInTheirOrder() {
        Batches<Integer, String> batches = new Batches<>(1, 100, this::work);
        List<CompletableFuture<String>> calls = queue(batches, 10);

        permits.release(2);

        assertThat(calls.stream().map(CompletableFuture::join))
                .containsExactlyElementsOf(
                        IntStream.range(0, 10).mapToObj(item -> "done " + item).toList());
        assertThat(worked).containsExactly(List.of(0), List.of(1, 2, 3, 4, 5, 6, 7, 8, 9));
    }

    @Test
    void aBatchIsBounded() {
        Batches<Integer, String> batches = new Batches<>(1, 4, this::work);
        List<CompletableFuture<String>> calls = queue(batches, 10);

        permits.release(10);

        calls.forEach(CompletableFuture::join);
        assertThat(worked).containsExactly(List.of(0), List.of(1, 2, 3, 4), List.of(5, 6, 7, 8), List.of(9));
    }

    @Test
    void lanesDoNotWaitForEachOther() {
        Batches<Integer, String> batches = new Batches<>(2, 100, this::work);
        CompletableFuture<String> even = call(batches, 0, 0);
        CompletableFuture<String> odd = call(batches, 1, 1);

        await().until(() -> begun.get() == 2);

        permits.release(2);
        assertThat(even.join()).isEqualTo("done 0");
        assertThat(odd.join()).isEqualTo("done 1");
    }

    @Test
    void aFailureIsToldToEachOfTheBatchAndTheNextGoesOn() {
        Batches<Integer, String> batches = new Batches<>(1, 3, items -> {
            List<String> done = work(items);
            if (items.contains(2)) {
                throw new DataIntegrityViolationException("poison");
            }
            return done;
        });
        List<CompletableFuture<String>> calls = queue(batches, 6);

        permits.release(3);

        assertThat(calls.get(0).join()).isEqualTo("done 0");
        for (int item = 1; item <= 3; item++) {
            assertThatThrownBy(calls.get(item)::join)
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(DataIntegrityViolationException.class);
        }
        assertThat(calls.get(4).join()).isEqualTo("done 4");
        assertThat(calls.get(5).join()).isEqualTo("done 5");
    }

    @Test
    void whoeverQueuesWhileNoConnectionIsToBeHadDoesNotWaitForOneAgain() {
        Batches<Integer, String> batches = new Batches<>(1, 2, items -> {
            work(items);
            throw new CannotGetJdbcConnectionException("gone");
        });
        List<CompletableFuture<String>> calls = queue(batches, 6);

        permits.release();

        for (CompletableFuture<String> call : calls) {
            assertThatThrownBy(call::join).hasCauseInstanceOf(CannotGetJdbcConnectionException.class);
        }
        assertThat(worked).containsExactly(List.of(0));
    }

    @Test
    void anErrorOfWhoWorksLeavesNobodyWaiting() {
        Batches<Integer, String> batches = new Batches<>(1, 100, items -> {
            work(items);
            if (items.contains(1)) {
                throw new StackOverflowError();
            }
            return List.of("done");
        });
        List<CompletableFuture<String>> calls = queue(batches, 3);

        permits.release(2);

        assertThat(calls.get(0).join()).isEqualTo("done");
        assertThatThrownBy(calls.get(1)::join).hasCauseInstanceOf(StackOverflowError.class);
        assertThatThrownBy(calls.get(2)::join).hasCauseInstanceOf(DataAccessException.class);
        permits.release();
        assertThat(batches.runAlone(7)).isEqualTo("done");
        assertThat(batches.waiting()).isZero();
    }
}
