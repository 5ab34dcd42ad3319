package io.klinggateway.admin;

/** What operators' input must be like, in one place for every way in. */
final class Rules {

    static final String NAME = "[a-z0-9-]{1,63}";
    static final String NAME_RULE = "must be 1 to 63 of a-z, 0-9 and -";
    static final String COST_CENTRE =
            "[\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}](?:[\\p{L}\\p{M}\\p{N}\\p{P}\\p{S} ]{0,62}[\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}])?";
    static final String COST_CENTRE_RULE = "must be 1 to 64 visible characters; spaces may stand between them";
    static final long HIGHEST_CREDITS = 1_000_000_000_000L;
    static final String CREDITS_RULE = "must be from 0 to 1000000000000";
    static final String REASON = "[^\\p{Cntrl}]{1,500}";
    static final String REASON_RULE = "must be 1 to 500 characters without line breaks";

    private Rules() {}
}
