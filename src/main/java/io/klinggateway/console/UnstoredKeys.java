package io.klinggateway.console;

import io.klinggateway.admin.KeyView;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.Sha256;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.stereotype.Component;

/**
 * Keys that were issued in this session, for their page to be loaded again until its reader has stored them. The session,
 * which any replica finds in the database, has them encrypted under the proof that the browser alone has.
 */
@Component
class UnstoredKeys {

    static final Duration SHOWN_FOR = Duration.ofHours(1);

    private static final String ATTRIBUTE = "console.unstored-key.";
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final byte[] PURPOSE = "unstored key".getBytes(StandardCharsets.UTF_8);
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    UnstoredKeys(Clock clock) {
        this.clock = clock;
    }

    /**
     * A key without itself.
     *
     * @param form the key under which its form was sent
     */
    record UnstoredKey(String form, String team, String name) {}

    /** @param form the key under which the form was sent: sent again, it issues nothing, and finds what the first time did */
    void issueOnce(HttpServletRequest request, String form, String team, Supplier<KeyView.Issued> issue) {
        if (find(request, form).isPresent()) {
            return;
        }
        // Without it nothing is issued that could not be shown.
        String proof = proof(request);
        KeyView.Issued issued = issue.get();
        String label =
                String.join(" ", Long.toString(clock.instant().plus(SHOWN_FOR).getEpochSecond()), team, issued.name());
        session(request).setAttribute(ATTRIBUTE + form, label + " " + encrypted(issued.key(), label, proof));
    }

    /** Those of a team that nobody said were stored. */
    List<UnstoredKey> list(HttpServletRequest request, String team) {
        return Collections.list(session(request).getAttributeNames()).stream()
                .filter(name -> name.startsWith(ATTRIBUTE))
                .map(name -> find(request, name.substring(ATTRIBUTE.length())))
                .flatMap(Optional::stream)
                .filter(key -> key.team().equals(team))
                .sorted(Comparator.comparing(UnstoredKey::name))
                .toList();
    }

    /** Empty once it was stored, or its time is over. */
    Optional<UnstoredKey> find(HttpServletRequest request, String form) {
        return parts(request, form).map(parts -> new UnstoredKey(form, parts[1], parts[2]));
    }

    /** The key itself. */
    Optional<String> reveal(HttpServletRequest request, String form) {
        return parts(request, form)
                .map(parts -> decrypted(parts[3], String.join(" ", parts[0], parts[1], parts[2]), proof(request)));
    }

    void stored(HttpServletRequest request, String form) {
        session(request).removeAttribute(ATTRIBUTE + form);
    }

    private Optional<String[]> parts(HttpServletRequest request, String form) {
        HttpSession session = session(request);
        if (!(session.getAttribute(ATTRIBUTE + form) instanceof String text)) {
            return Optional.empty();
        }
        String[] parts = text.split(" ", -1);
        if (clock.instant().getEpochSecond() > Long.parseLong(parts[0])) {
            session.removeAttribute(ATTRIBUTE + form);
            return Optional.empty();
        }
        return Optional.of(parts);
    }

    private static HttpSession session(HttpServletRequest request) {
        return Objects.requireNonNull(request.getSession(false), "only who has signed in issues keys");
    }

    private static String proof(HttpServletRequest request) {
        return Cookies.find(request, SignIns.PROOF).orElseThrow();
    }

    private String encrypted(String key, String label, String proof) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] text = crypt(Cipher.ENCRYPT_MODE, proof, nonce, label, key.getBytes(StandardCharsets.UTF_8));
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(ByteBuffer.allocate(nonce.length + text.length)
                        .put(nonce)
                        .put(text)
                        .array());
    }

    private static String decrypted(String stored, String label, String proof) {
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(stored));
        byte[] nonce = new byte[NONCE_BYTES];
        bytes.get(nonce);
        byte[] text = new byte[bytes.remaining()];
        bytes.get(text);
        return new String(crypt(Cipher.DECRYPT_MODE, proof, nonce, label, text), StandardCharsets.UTF_8);
    }

    private static byte[] crypt(int mode, String proof, byte[] nonce, String label, byte[] text) {
        try {
            Cipher cipher = Cipher.getInstance(CIPHER);
            byte[] key = Sha256.hmac(proof.getBytes(StandardCharsets.UTF_8), PURPOSE);
            cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(label.getBytes(StandardCharsets.UTF_8));
            return cipher.doFinal(text);
        } catch (GeneralSecurityException altered) {
            throw new IllegalStateException("a key that is not stored cannot be read", altered);
        }
    }

    static ProblemException gone() {
        return new ProblemException(Problem.of(
                ProblemCode.NOT_FOUND,
                "This key is not shown any more. If nobody has stored it, put a new one in its place"));
    }
}
