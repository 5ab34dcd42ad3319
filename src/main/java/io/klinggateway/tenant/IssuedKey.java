package io.klinggateway.tenant;

/**
 * A new key, this once with the key itself.
 *
 * @param key to be handed on and forgotten
 */
public record IssuedKey(RegisteredKey registered, String key) {

    @Override
    public String toString() {
        return "IssuedKey[registered=" + registered + ", key=hidden]";
    }
}
