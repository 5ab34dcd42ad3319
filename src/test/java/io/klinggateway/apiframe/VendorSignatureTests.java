package io.klinggateway.apiframe;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.simulator.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VendorSignatureTests {

    private static final byte[] BODY = "{\"event\":\"completed\"}".getBytes(StandardCharsets.UTF_8);

    private final VendorSignature signature = verifier("afk_new", null);

    @Test
    void bothReadingsOfTheDocumentationAreGenuineBareAndPrefixed() throws Exception {
        String raw = Sha256.sign("afk_new", BODY);
        String hex =
                HexFormat.of().formatHex(Sha256.hmac(Sha256.hex("afk_new").getBytes(StandardCharsets.US_ASCII), BODY));

        assertThat(signature.isGenuine(BODY, "sha256=" + raw)).isTrue();
        assertThat(signature.isGenuine(BODY, raw)).isTrue();
        assertThat(signature.isGenuine(BODY, "sha256=" + hex)).isTrue();
        assertThat(signature.isGenuine(BODY, hex)).isTrue();
    }

    @Test
    void anyFlippedBitOfTheSignatureIsForged() throws Exception {
        byte[] genuine = HexFormat.of().parseHex(Sha256.sign("afk_new", BODY));
        for (int bit = 0; bit < genuine.length * 8; bit++) {
            byte[] forged = genuine.clone();
            forged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(signature.isGenuine(BODY, "sha256=" + HexFormat.of().formatHex(forged)))
                    .as("bit %d", bit)
                    .isFalse();
        }
    }

    @Test
    void anyFlippedBitOfTheBodyIsForged() throws Exception {
        String genuine = Sha256.sign("afk_new", BODY);
        for (int bit = 0; bit < BODY.length * 8; bit++) {
            byte[] forged = BODY.clone();
            forged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(signature.isGenuine(forged, genuine)).as("bit %d", bit).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sha256=", "sha256", "0", "zz", "sha512=00", "sha256=sha256="})
    void garbageIsForged(String header) {
        assertThat(signature.isGenuine(BODY, header)).isFalse();
        assertThat(signature.isGenuine(BODY, null)).isFalse();
    }

    @Test
    void thePreviousKeyCountsWhileItIsSet() throws Exception {
        String old = Sha256.sign("afk_old", BODY);
        byte[] subject = {1, 2, 3};
        byte[] oldSecret = verifier("afk_old", null).secret(subject);

        assertThat(verifier("afk_new", "afk_old").isGenuine(BODY, old)).isTrue();
        assertThat(verifier("afk_new", "afk_old").isSecret(subject, oldSecret)).isTrue();
        assertThat(verifier("afk_new", "").isGenuine(BODY, old)).isFalse();
        assertThat(verifier("afk_new", null).isSecret(subject, oldSecret)).isFalse();
    }

    @Test
    void whatTheVendorSignsIsNoSecretOfOurs() throws Exception {
        byte[] subject = {1, 2, 3};

        assertThat(signature.isSecret(subject, HexFormat.of().parseHex(Sha256.sign("afk_new", subject))))
                .isFalse();
        assertThat(signature.isSecret(subject, signature.secret(subject))).isTrue();
        assertThat(signature.isSecret(new byte[] {1, 2, 4}, signature.secret(subject)))
                .isFalse();
    }

    private static VendorSignature verifier(String key, @Nullable String previous) {
        return new VendorSignature(new VendorApiKeys(key, previous));
    }
}
