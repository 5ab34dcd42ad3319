package io.klinggateway.notice;

/** Why a notice was raised. The names are part of the API and of the table. */
enum NoticeCause {
    /** The use of a budget's window has reached a threshold. */
    BUDGET_THRESHOLD,
    /** A key expires soon. */
    KEY_EXPIRES,
    /** No more attempts are made to deliver a job's webhook. */
    WEBHOOK_GIVEN_UP,
    /** Only an operator can find out what became of a job. */
    JOB_IN_REVIEW,
    /** A team asks for credits. */
    CREDITS_REQUESTED,
    /** An operator has granted or refused credits that the team had asked for. */
    CREDITS_ANSWERED,
    /** The vendor's account has fallen below the floor that the operators set. */
    VENDOR_BALANCE_LOW,
    /** The vendor refuses the gateway's account. */
    VENDOR_ACCOUNT_REFUSED,
    /** An operator tries a channel. */
    TEST
}
