package io.klinggateway.reconciliation;

import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** What this replica knows of the whole gateway, as its meters publish it: at most 15 seconds old. */
@Component
public class SystemStatus {

    private final OpenGenerations open;
    private final VendorBalanceMonitor balance;
    private final Reconciliation reconciliation;

    SystemStatus(OpenGenerations open, VendorBalanceMonitor balance, Reconciliation reconciliation) {
        this.open = open;
        this.balance = balance;
        this.reconciliation = reconciliation;
    }

    /** Empty as long as they were never counted. */
    public List<OpenCount> open() {
        return open.counted();
    }

    /** What all tenants together have set aside, in credits; read at this moment. */
    public long openHolds() {
        return open.heldNow();
    }

    public Optional<VendorBalanceReading> vendorBalance() {
        return balance.known();
    }

    /** Credits that are missing from the vendor's account and unknown to the books; empty if that cannot be told. */
    public Optional<Long> vendorDrift() {
        return balance.drift();
    }

    /** Takes the vendor's account to be right as it stands, from the next reading on. */
    public void acceptVendorDrift() {
        balance.acceptDrift();
    }

    public Optional<Drift> drift() {
        return reconciliation.known();
    }
}
