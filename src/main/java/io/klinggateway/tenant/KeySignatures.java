package io.klinggateway.tenant;

import io.klinggateway.ledger.KeyId;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Signs with tenants' keys. Their digests, which are the signing keys, stay in here. */
@Component
public class KeySignatures {

    private static final String ALGORITHM = "HmacSHA256";
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

        private final SecretKeySpec key;

        private Signer(byte[] sha256) {
            key = new SecretKeySpec(sha256, ALGORITHM);
        }

        /** HMAC-SHA256 under SHA-256 of the key, as the vendor signs. */
        public byte[] sign(byte[] message) {
            try {
                Mac mac = Mac.getInstance(ALGORITHM);
                mac.init(key);
                return mac.doFinal(message);
            } catch (GeneralSecurityException impossible) {
                throw new IllegalStateException("every Java platform has HMAC-SHA256", impossible);
            }
        }
    }
}
