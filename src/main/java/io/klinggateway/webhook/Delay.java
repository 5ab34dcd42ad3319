package io.klinggateway.webhook;

/** What a delivery's task remembers: how often in a row it had to wait because its tenant's receivers were busy. */
record Delay(int times) {

    static final Delay NONE = new Delay(0);

    Delay next() {
        return new Delay(times + 1);
    }
}
