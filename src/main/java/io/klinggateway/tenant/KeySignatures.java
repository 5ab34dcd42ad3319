package io.klinggateway.tenant;

import io.klinggateway.ledger.KeyId;
import io.klinggateway.support.Sha256;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Signs with tenants' keys. Their digests, which are the signing keys, stay in here. */
@Component
public class KeySignatures {

    private static final String FIND_DIGEST = "select sha256 from api_key where id = :id";

    private final JdbcClient jdbc;

    KeySignatures(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Of any key that was ever registered, revoked and expired ones included; empty if there is no such key. */
    public Optional<Signer> signer(KeyId key) {
        return jdbc.sql(FIND_DIGEST)
                .param("id", key.value())
                .query((row, _) -> new Signer(row.getBytes("sha256")))
                .optional();
    }

    /** Signs with one key; for use at once. */
    public static final class Signer {

        private final byte[] sha256;

        private Signer(byte[] sha256) {
            this.sha256 = sha256;
        }

        /** Signs as if with a key of this text, for receivers that are no tenant's. */
        public static Signer of(String secret) {
            return new Signer(Sha256.of(secret));
        }

        /** HMAC-SHA256 under SHA-256 of the key, as the vendor signs. */
        public byte[] sign(byte[] message) {
            return Sha256.hmac(sha256, message);
        }
    }
}
