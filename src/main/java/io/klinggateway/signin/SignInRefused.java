package io.klinggateway.signin;

/** Somebody came back from the provider and is not let in. The message is for the log: it never holds a token or a code. */
public final class SignInRefused extends RuntimeException {

    /** Why, as far as the person is told. */
    public enum NotLetIn {
        /** The answer fits no sign-in that this browser began, or is none that the gateway can trust. */
        NOT_OURS,
        /** The provider itself said no. */
        BY_PROVIDER,
        /** The person is known, and has no role here. */
        NO_ROLE,
        /** The person's teams are suspended, or not known here. */
        NO_TEAM,
        /** The person's teams may not be used from that address. */
        ADDRESS
    }

    private final NotLetIn reason;

    SignInRefused(NotLetIn reason, String message) {
        super(message);
        this.reason = reason;
    }

    public NotLetIn reason() {
        return reason;
    }
}
