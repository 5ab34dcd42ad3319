package io.klinggateway.signin;

import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.JwtException;

/** Tells people, and programs that the provider knows, by the access tokens that they send. */
public final class BearerTokens {

    private static final Logger log = LoggerFactory.getLogger(BearerTokens.class);

    /** Three parts: a header, which is a JSON object, and at the end a signature that may not be empty. */
    private static final Pattern JWT = Pattern.compile("eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]+");

    private static final int LONGEST = 16_384;

    private final IdentityProvider provider;
    private final People people;

    BearerTokens(IdentityProvider provider, People people) {
        this.provider = provider;
        this.people = people;
    }

    /** What a token is good for. */
    public sealed interface Bearer {

        /** It is somebody's, who has a role here. */
        record Known(Person person) implements Bearer {}

        /** It is somebody's who has none. */
        record WithoutRole() implements Bearer {}

        /** It is no token of the provider's for this gateway, or not any more. */
        record Bad() implements Bearer {}

        /** Nobody can tell: the provider's keys cannot be read now. */
        record Unanswered() implements Bearer {}
    }

    /** Whether it looks like one of a provider's. */
    public static boolean isPlausible(String token) {
        return JWT.matcher(token).matches();
    }

    public Bearer read(String token) {
        if (token.length() > LONGEST || !isPlausible(token)) {
            return new Bearer.Bad();
        }
        try {
            Optional<Person> person = people.person(
                    provider.discover().accessTokens().decode(token).getClaims());
            return person.isPresent() ? new Bearer.Known(person.get()) : new Bearer.WithoutRole();
        } catch (BadJwtException bad) {
            log.debug("an access token was refused: {}", bad.getMessage());
            return new Bearer.Bad();
        } catch (JwtException | ProviderAway unreadable) {
            if (isOfUnknownKey(unreadable)) {
                log.debug("an access token was refused: its key is unknown, and the keys were read a moment ago");
                return new Bearer.Bad();
            }
            log.warn("an access token cannot be checked: {}", unreadable.getMessage());
            return new Bearer.Unanswered();
        }
    }

    /** Whoever makes up names of keys would have them read all the time. */
    private static boolean isOfUnknownKey(RuntimeException unreadable) {
        return unreadable.getCause() instanceof RateLimitReachedException;
    }
}
