package io.klinggateway.webhook;

/** What a delivery's task remembers: how often in a row it was put off because its tenant's receivers were busy. */
record BusyDeferrals(int times) {

    static final BusyDeferrals NONE = new BusyDeferrals(0);

    BusyDeferrals next() {
        return new BusyDeferrals(times + 1);
    }
}
