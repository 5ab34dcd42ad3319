package io.klinggateway.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.klinggateway.generation.GroupCommit.GroupFailed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.RecoverableDataAccessException;

@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GroupCommitTests {

    private static final String OWNER = "owner";
    private static final int FIRST = 0;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<List<Integer>> batches = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    @AfterEach
    void close() {
        released.countDown();
        threads.close();
    }

    @Test
    void aCallerThatIsAloneWorksAtOnceAndForItselfOnly() {
        GroupCommit<String, Integer, Integer> groups = new GroupCommit<>(64, this::doubled);

        assertThat(groups.run(OWNER, 7)).isEqualTo(14);
        assertThat(groups.run(OWNER, 8)).isEqualTo(16);
        assertThat(batches).containsExactly(List.of(7), List.of(8));
    }

    @Test
    void callersThatComeMeanwhileShareTransactionsOfBoundedSize() throws InterruptedException {
        GroupCommit<String, Integer, Integer> groups = new GroupCommit<>(4, this::firstHangs);
        List<CompletableFuture<Integer>> answers = startBehindTheFirst(groups, 10);

        released.countDown();

        for (int item = 0; item <= 10; item++) {
            assertThat(answers.get(item).join()).isEqualTo(2 * item);
        }
        assertThat(batches).hasSize(4).allSatisfy(batch -> assertThat(batch).hasSizeLessThanOrEqualTo(4));
        assertThat(batches.stream().flatMap(List::stream)).hasSize(11).doesNotHaveDuplicates();
    }

    @Test
    void ownersDoNotWaitForEachOther() throws InterruptedException {
        GroupCommit<String, Integer, Integer> groups = new GroupCommit<>(64, this::firstHangs);
        startBehindTheFirst(groups, 0);

        assertThat(groups.run("another", 3)).isEqualTo(6);
    }

    @Test
    void aFailureOfAGroupIsNobodysFaultForSure() throws InterruptedException {
        GroupCommit<String, Integer, Integer> groups = new GroupCommit<>(64, batch -> {
            firstHangs(batch);
            if (batch.contains(2)) {
                throw new DataIntegrityViolationException("two is wrong");
            }
            return doubled(batch);
        });
        List<CompletableFuture<Integer>> answers = startBehindTheFirst(groups, 3);

        released.countDown();

        assertThat(answers.getFirst().join()).isZero();
        for (int item = 1; item <= 3; item++) {
            assertThatThrownBy(answers.get(item)::join)
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOf(GroupFailed.class)
                    .hasCauseInstanceOf(DataIntegrityViolationException.class);
        }
        assertThatThrownBy(() -> groups.run(OWNER, 2)).isInstanceOf(DataIntegrityViolationException.class);
        assertThat(groups.run(OWNER, 5)).isEqualTo(10);
    }

    @Test
    void anErrorLeavesNobodyWithoutAnAnswer() throws InterruptedException {
        GroupCommit<String, Integer, Integer> groups = new GroupCommit<>(64, batch -> {
            firstHangs(batch);
            if (batch.size() == 2) {
                throw new AssertionError("broken");
            }
            return doubled(batch);
        });
        List<CompletableFuture<Integer>> answers = startBehindTheFirst(groups, 2);

        released.countDown();

        assertThat(answers.subList(1, 3))
                .extracting(answer -> answer.handle(
                                (_, failure) -> unwrapped(failure).getClass().getName())
                        .join())
                .containsExactlyInAnyOrder(
                        AssertionError.class.getName(), RecoverableDataAccessException.class.getName());
        assertThat(groups.run(OWNER, 5)).isEqualTo(10);
    }

    private static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : failure;
    }

    private List<Integer> doubled(List<Integer> batch) {
        batches.add(batch);
        return batch.stream().map(item -> 2 * item).toList();
    }

    private List<Integer> firstHangs(List<Integer> batch) {
        if (batch.contains(FIRST)) {
            begun.countDown();
            try {
                assertThat(released.await(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        }
        return doubled(batch);
    }

    /** @return the answers of the first, which hangs until it is released, and of as many that came after it */
    private List<CompletableFuture<Integer>> startBehindTheFirst(
            GroupCommit<String, Integer, Integer> groups, int others) throws InterruptedException {
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        answers.add(CompletableFuture.supplyAsync(() -> groups.run(OWNER, FIRST), threads));
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        for (int item = 1; item <= others; item++) {
            int value = item;
            answers.add(CompletableFuture.supplyAsync(() -> groups.run(OWNER, value), threads));
        }
        while (groups.waiting(OWNER) < others) {
            Thread.onSpinWait();
        }
        return answers;
    }
}
