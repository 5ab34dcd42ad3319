package io.klinggateway.generation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.RecoverableDataAccessException;

/**
 * Lets callers that want the same row's lock at the same moment share one transaction. Of an owner's callers one
 * leads at a time: it runs one transaction for itself and for all that are queued behind it, hands the lead to the next one
 * that has come meanwhile, and wakes the others with their answers. A single caller works at once; no caller waits for others
 * to come. Without it each commit waits for the flush of the one before.
 *
 * @param <K> whose row it is
 * @param <T> what is worked on
 * @param <R> what comes of it
 */
final class GroupCommit<K, T, R> {

    private final Map<K, Lane> lanes = new ConcurrentHashMap<>();
    private final int most;
    private final Function<List<T>, List<R>> work;

    /**
     * @param most items in one transaction
     * @param work one transaction for many items; answers each, in their order, or throws and has done nothing for any
     */
    GroupCommit(int most, Function<List<T>, List<R>> work) {
        this.most = most;
        this.work = work;
    }

    /** @throws GroupFailed if a transaction with others failed, perhaps through another's fault */
    R run(K owner, T item) {
        Member<T, R> member = new Member<>(item);
        Lane lane = lanes.computeIfAbsent(owner, _ -> new Lane());
        lane.join(member);
        member.awaitTurn();
        if (!member.isDone()) {
            lane.work();
        }
        return member.result();
    }

    /** How many are in the owner's queue, and in no transaction yet. */
    int waiting(K owner) {
        Lane lane = lanes.get(owner);
        return lane == null ? 0 : lane.waiting();
    }

    private final class Lane {

        private final Deque<Member<T, R>> queue = new ArrayDeque<>();
        private final Lock lock = new ReentrantLock();
        private boolean busy;

        void join(Member<T, R> member) {
            lock.lock();
            try {
                queue.addLast(member);
                if (!busy) {
                    busy = true;
                    member.wake();
                }
            } finally {
                lock.unlock();
            }
        }

        int waiting() {
            lock.lock();
            try {
                return queue.size();
            } finally {
                lock.unlock();
            }
        }

        /** Only by the first in the queue, once it was woken. */
        void work() {
            List<Member<T, R>> members = new ArrayList<>();
            try {
                take(members);
                List<R> results =
                        work.apply(members.stream().map(member -> member.item).toList());
                for (int i = 0; i < results.size(); i++) {
                    members.get(i).answer(results.get(i));
                }
            } catch (RuntimeException failure) {
                members.forEach(member -> member.fail(members.size() == 1 ? failure : new GroupFailed(failure)));
            } finally {
                leave();
                members.forEach(Member::abandon);
                members.forEach(Member::wake);
            }
        }

        private void take(List<Member<T, R>> members) {
            lock.lock();
            try {
                for (int left = Math.min(most, queue.size()); left > 0; left--) {
                    members.add(queue.removeFirst());
                }
            } finally {
                lock.unlock();
            }
        }

        private void leave() {
            lock.lock();
            try {
                Member<T, R> first = queue.peekFirst();
                busy = first != null;
                if (first != null) {
                    first.wake();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Written by whoever works for it before it is woken, and read by its own caller afterwards. */
    private static final class Member<T, R> {

        private final T item;
        private final Semaphore turn = new Semaphore(0);
        private @Nullable R result;
        private @Nullable RuntimeException failure;
        private boolean done;

        Member(T item) {
            this.item = item;
        }

        /** Either its answer is there, or the lane is its own to work in. */
        void awaitTurn() {
            turn.acquireUninterruptibly();
        }

        void wake() {
            turn.release();
        }

        boolean isDone() {
            return done;
        }

        void answer(R answer) {
            result = answer;
            done = true;
        }

        void fail(RuntimeException cause) {
            if (!done) {
                failure = cause;
                done = true;
            }
        }

        /** Only an Error leaves one without an answer, and then it is not known what was committed. */
        void abandon() {
            if (!done) {
                fail(new RecoverableDataAccessException("the group broke down"));
            }
        }

        @SuppressWarnings("NullAway") // done: one of the two is there
        R result() {
            if (failure != null) {
                throw failure;
            }
            return result;
        }
    }

    /** A transaction with others failed: nothing of it is known to be this caller's fault. */
    static final class GroupFailed extends RecoverableDataAccessException {

        GroupFailed(RuntimeException cause) {
            super("a shared transaction failed", cause);
        }
    }
}
