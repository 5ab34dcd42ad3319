package io.klinggateway.tenant;

/** Names are unique: of tenants everywhere, of live keys within their tenant. */
final class NameTaken extends RuntimeException {

    private final String name;

    NameTaken(String name) {
        super("the name \"" + name + "\" is taken");
        this.name = name;
    }

    String name() {
        return name;
    }
}
