package io.klinggateway.datasource;

import com.zaxxer.hikari.HikariDataSource;
import io.klinggateway.problem.RequestId;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.MDC;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Lends the pool's connections so that no team's requests have them all: those of one team have three quarters of them at most,
 * and beyond it wait for each other. What is asked before it is known whose request it is, such as who has a key, and what the
 * gateway does by itself has no share. Thread-safe.
 */
final class ConnectionShares extends DelegatingDataSource {

    private static final String TENANT = "tenant";

    private final int share;
    private final long patienceMillis;
    private final Map<String, Semaphore> free = new ConcurrentHashMap<>();

    ConnectionShares(HikariDataSource pool) {
        super(pool);
        this.share = Math.max(1, pool.getMaximumPoolSize() * 3 / 4);
        this.patienceMillis = pool.getConnectionTimeout();
    }

    /** @throws SQLTransientConnectionException if there is none for as long as the pool makes anybody wait */
    @Override
    public Connection getConnection() throws SQLException {
        String team = MDC.get(TENANT);
        // Whoever holds one already must not wait for others who may wait for it.
        if (team == null
                || RequestId.current().isEmpty()
                || TransactionSynchronizationManager.isActualTransactionActive()) {
            return super.getConnection();
        }
        Semaphore own = free.computeIfAbsent(team, _ -> new Semaphore(share, true));
        acquire(own);
        try {
            return lent(super.getConnection(), own);
        } catch (SQLException | RuntimeException | Error none) {
            own.release();
            throw none;
        }
    }

    /** How many requests wait for others of their own team. */
    int waiting() {
        return free.values().stream().mapToInt(Semaphore::getQueueLength).sum();
    }

    private void acquire(Semaphore own) throws SQLTransientConnectionException {
        try {
            if (own.tryAcquire(patienceMillis, TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        throw new SQLTransientConnectionException("the " + share + " connections that one team may have are in use");
    }

    private static Connection lent(Connection connection, Semaphore share) {
        AtomicBoolean returned = new AtomicBoolean();
        return (Connection) Proxy.newProxyInstance(
                ConnectionShares.class.getClassLoader(), new Class<?>[] {Connection.class}, (_, method, arguments) -> {
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException failed) {
                        throw failed.getTargetException();
                    } finally {
                        if (method.getName().equals("close") && returned.compareAndSet(false, true)) {
                            share.release();
                        }
                    }
                });
    }
}
