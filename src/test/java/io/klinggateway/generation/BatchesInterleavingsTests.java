package io.klinggateway.generation;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataIntegrityViolationException;

/**
 * Callers of one lane in the orders that a scheduler could choose, as many as there are runs. What threads share stands in
 * fields: the exploration does not see that a captured variable is shared.
 */
@Tag("interleavings")
class BatchesInterleavingsTests {

    private static final int RUNS = 300;

    private Batches<Integer, Integer> batches = newLane(2, items -> items);
    private List<Integer> seen = new ArrayList<>();
    private List<Integer> told = new ArrayList<>();
    private List<Throwable> failures = new ArrayList<>();
    private int count;

    private static Batches<Integer, Integer> newLane(int most, Function<List<Integer>, List<Integer>> work) {
        return new Batches<>(1, most, work);
    }

    private void explore(int most, Function<List<Integer>, List<Integer>> work, Runnable story) {
        Lincheck.runConcurrentTest(RUNS, () -> {
            batches = newLane(most, work);
            seen = new ArrayList<>();
            told = new ArrayList<>();
            failures = new ArrayList<>();
            count = 0;
            story.run();
        });
    }

    @Test
    void everyCallerGetsItsOwnAnswerAndEveryItemIsWorkedOnOnce() {
        explore(2, this::noteAndAnswer, () -> {
            callFromThreads(3, this::callForOwnAnswer);
            expect(seen.size() == 3 && seen.containsAll(List.of(0, 1, 2)), "worked on " + seen);
            expect(batches.waiting() == 0, "somebody is left behind");
            callForOwnAnswer(9);
        });
    }

    private List<Integer> noteAndAnswer(List<Integer> items) {
        synchronized (this) {
            seen.addAll(items);
        }
        return answers(items);
    }

    @Test
    void twoBatchesOfALaneAreNeverAtWorkAtOnce() {
        explore(1, this::workAlone, () -> callFromThreads(3, this::callForOwnAnswer));
    }

    private List<Integer> workAlone(List<Integer> items) {
        count = count + 1;
        expect(count == 1, "two at work");
        count = count - 1;
        return answers(items);
    }

    @Test
    void aFailureReachesExactlyThoseOfItsBatch() {
        explore(2, this::failForOne, () -> {
            callFromThreads(3, this::callForFailure);
            expect(seen.size() == told.size() && seen.containsAll(told), seen + " failed, told were " + told);
        });
    }

    private List<Integer> failForOne(List<Integer> items) {
        if (items.contains(1)) {
            noteAndAnswer(items);
            throw new DataIntegrityViolationException("poison");
        }
        return answers(items);
    }

    private void callForFailure(int item) {
        try {
            callForOwnAnswer(item);
        } catch (DataIntegrityViolationException poisoned) {
            synchronized (this) {
                told.add(item);
            }
        }
    }

    /** What the other tests rely on: two threads that get into each other's way are seen to. */
    @Test
    void aRaceIsFound() {
        assertThatThrownBy(() -> explore(1, items -> items, () -> {
                    callFromThreads(2, _ -> count = count + 1);
                    expect(count == 2, "one is lost");
                }))
                .hasMessageContaining("one is lost");
    }

    private void callForOwnAnswer(int item) {
        expect(batches.run("tenant", item) == -item, "the answer of another");
    }

    private static List<Integer> answers(List<Integer> items) {
        List<Integer> answers = new ArrayList<>();
        for (Integer item : items) {
            answers.add(-item);
        }
        return answers;
    }

    private void callFromThreads(int callers, IntConsumer call) {
        List<Thread> threads = new ArrayList<>();
        for (int item = 0; item < callers; item++) {
            int own = item;
            threads.add(new Thread(() -> {
                try {
                    call.accept(own);
                } catch (Throwable failure) {
                    synchronized (this) {
                        failures.add(failure);
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        }
        expect(failures.isEmpty(), "a caller failed: " + failures);
    }

    private static void expect(boolean held, String otherwise) {
        if (!held) {
            throw new AssertionError(otherwise);
        }
    }
}
