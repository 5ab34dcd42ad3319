package io.klinggateway.tenant;

/** A key can act for one tenant only. */
final class KeyBelongsToAnother extends RuntimeException {

    private final String tenant;
    private final String keyName;

    KeyBelongsToAnother(String tenant, String keyName) {
        super("the key \"" + keyName + "\" of tenant \"" + tenant + "\" already belongs to another tenant");
        this.tenant = tenant;
        this.keyName = keyName;
    }

    String tenant() {
        return tenant;
    }

    String keyName() {
        return keyName;
    }
}
