package io.klinggateway.webhook;

/** What a delivery's task remembers: how often in a row it was put off because its tenant's receivers were busy. */
record Postponements(int times) {

    static final Postponements NONE = new Postponements(0);

    Postponements next() {
        return new Postponements(times + 1);
    }
}
