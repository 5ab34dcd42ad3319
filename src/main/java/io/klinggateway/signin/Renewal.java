package io.klinggateway.signin;

/** What the provider answers when it is asked whether somebody's session still may go on. */
sealed interface Renewal {

    /** It may, and this is what the person is by now. */
    record Renewed(Identity identity) implements Renewal {}

    /** It may not: the grant is gone. */
    record Withdrawn(String why) implements Renewal {}

    /** Nobody can tell. */
    record Unanswered(String why) implements Renewal {}
}
