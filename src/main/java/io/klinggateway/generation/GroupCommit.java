package io.klinggateway.generation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.RecoverableDataAccessException;

/**
 * Lets callers that want the same row's lock at the same moment share one transaction: the caller that has the lane works
 * for all in its queue. A single caller works at once; no caller waits for others to come. Without it each commit waits for
 * the flush of the one before.
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
        lane.queue.add(member);
        lane.lock.lock();
        try {
            while (!member.isDone()) {
                lane.workForNext();
            }
        } finally {
            lane.lock.unlock();
        }
        return member.result();
    }

    /** How many are in the owner's queue, and in no transaction yet. */
    int waiting(K owner) {
        Lane lane = lanes.get(owner);
        return lane == null ? 0 : lane.queue.size();
    }

    private final class Lane {

        private final Queue<Member<T, R>> queue = new ConcurrentLinkedQueue<>();
        private final Lock lock = new ReentrantLock();

        void workForNext() {
            List<Member<T, R>> members = new ArrayList<>();
            for (Member<T, R> next = queue.poll(); next != null; next = members.size() < most ? queue.poll() : null) {
                members.add(next);
            }
            try {
                List<R> results =
                        work.apply(members.stream().map(member -> member.item).toList());
                for (int i = 0; i < results.size(); i++) {
                    members.get(i).answer(results.get(i));
                }
            } catch (RuntimeException failure) {
                members.forEach(member -> member.fail(members.size() == 1 ? failure : new GroupFailed(failure)));
            } finally {
                members.forEach(Member::abandon);
            }
        }
    }

    /** Guarded by the lane's lock. */
    private static final class Member<T, R> {

        private final T item;
        private @Nullable R result;
        private @Nullable RuntimeException failure;
        private boolean done;

        Member(T item) {
            this.item = item;
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
