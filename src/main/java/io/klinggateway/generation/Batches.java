package io.klinggateway.generation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.transaction.CannotCreateTransactionException;

/**
 * Lets callers that wait at the same moment share one transaction. The first to come works at once, alone; whoever comes
 * while it works waits, and the foremost of them then works for all of them: nobody waits for company. Items of the same
 * owner go through the same lane, first come first served; lanes are independent of each other.
 *
 * <p>The queue holds one item for each thread that waits in {@link #run}: what bounds those threads bounds it.
 *
 * @param <T> what is worked on
 * @param <R> what comes of it
 */
final class Batches<T, R> {

    private final List<Lane> lanes;
    private final int most;
    private final Function<List<T>, List<R>> work;

    /**
     * @param most items in one batch
     * @param work one transaction for many items; answers each, in their order, or throws and has done nothing for any
     */
    Batches(int lanes, int most, Function<List<T>, List<R>> work) {
        this.lanes = new ArrayList<>(lanes);
        for (int lane = 0; lane < lanes; lane++) {
            this.lanes.add(new Lane());
        }
        this.most = most;
        this.work = work;
    }

    /**
     * Works on the item, perhaps together with others. If it throws, the fault may be another's: what is to be known of
     * this item alone, {@link #runAlone} tells.
     *
     * @param owner decides the lane
     */
    R run(Object owner, T item) {
        return laneOf(owner).run(new Member<>(item));
    }

    /** How many wait, in all lanes, for whoever is at work there. */
    int waiting() {
        return lanes.stream().mapToInt(Lane::waiting).sum();
    }

    private Lane laneOf(Object owner) {
        return lanes.get(Math.floorMod(owner.hashCode(), lanes.size()));
    }

    R runAlone(T item) {
        return work.apply(List.of(item)).getFirst();
    }

    private static final class Member<T, R> {

        private final T item;
        private final CountDownLatch turn = new CountDownLatch(1);
        private @Nullable R result;
        private @Nullable RuntimeException failure;
        private boolean answered;

        Member(T item) {
            this.item = item;
        }

        void answer(R result) {
            this.result = result;
            answered = true;
            turn.countDown();
        }

        void fail(RuntimeException failure) {
            if (!answered) {
                this.failure = failure;
                answered = true;
                turn.countDown();
            }
        }

        /** Only an Error leaves somebody without an answer, and then nobody knows what was committed. */
        void failUnlessAnswered() {
            if (!answered) {
                fail(new RecoverableDataAccessException("who worked on it broke down"));
            }
        }

        /** Without an answer, it is this member's turn to work. */
        void letWork() {
            turn.countDown();
        }

        /** Not to be interrupted: somebody may be at work on the item. */
        void awaitTurn() {
            boolean interrupted = false;
            while (true) {
                try {
                    turn.await();
                    break;
                } catch (InterruptedException later) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        @SuppressWarnings("NullAway") // answered: one of the two is there
        R get() {
            if (failure != null) {
                throw failure;
            }
            return result;
        }
    }

    private final class Lane {

        private final ArrayDeque<Member<T, R>> waiting = new ArrayDeque<>();
        private boolean working;

        R run(Member<T, R> member) {
            if (!startWith(member)) {
                member.awaitTurn();
            }
            if (!member.answered) {
                work();
            }
            return member.get();
        }

        /** @return false if somebody is at work, and the member has to wait */
        private synchronized boolean startWith(Member<T, R> member) {
            waiting.addLast(member);
            if (working) {
                return false;
            }
            working = true;
            return true;
        }

        /** Works for the foremost, of whom the caller is the first; then hands on, come what may. */
        private void work() {
            List<Member<T, R>> batch = new ArrayList<>();
            try {
                take(most, batch);
                List<R> results =
                        work.apply(batch.stream().map(member -> member.item).toList());
                for (int i = 0; i < batch.size(); i++) {
                    batch.get(i).answer(results.get(i));
                }
            } catch (CannotGetJdbcConnectionException | CannotCreateTransactionException unreached) {
                // They waited for a connection as long as one should; the next would wait as long again.
                take(Integer.MAX_VALUE, batch);
                batch.forEach(member -> member.fail(unreached));
            } catch (RuntimeException failure) {
                batch.forEach(member -> member.fail(failure));
            } finally {
                try {
                    batch.forEach(Member::failUnlessAnswered);
                } finally {
                    handOn();
                }
            }
        }

        synchronized int waiting() {
            return waiting.size();
        }

        private synchronized void take(int atMost, List<Member<T, R>> batch) {
            for (int taken = 0; taken < atMost && !waiting.isEmpty(); taken++) {
                batch.add(waiting.removeFirst());
            }
        }

        private synchronized void handOn() {
            Member<T, R> next = waiting.peekFirst();
            if (next == null) {
                working = false;
            } else {
                next.letWork();
            }
        }
    }
}
