package io.klinggateway.notice;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.List;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Whom the gateway tells of what needs attention.
 *
 * @param operators the operators' own channels
 * @param mailFrom the sender of e-mail, which is off without it or without {@code spring.mail.host}
 * @param retention how long a notice is kept
 */
@Validated
@ConfigurationProperties("gateway.notices")
record NoticeSettings(
        @DefaultValue List<@Valid OperatorChannel> operators,
        @Nullable String mailFrom,
        @DefaultValue("90d") @DurationMin(days = 1) Duration retention) {

    private static final String NAME = "[a-z0-9-]{1,63}";

    /**
     * A channel of the operators. Their URLs and addresses are checked after binding, because a failed binding shows the value.
     *
     * @param target a URL or an address; the URL of a chat is a credential
     * @param secret signs a webhook as a team's key does; null for other kinds
     * @param teams whether it gets the teams' notices, too
     */
    record OperatorChannel(
            @NotNull(message = "is required") @Pattern(regexp = NAME, message = "must be 1 to 63 of a-z, 0-9 and -")
            String name,

            @NotNull(message = "is required: WEBHOOK, SLACK or EMAIL")
            ChannelKind kind,

            @NotNull(message = "is required") String target,
            @Nullable String secret,
            @DefaultValue("false") boolean teams) {

        @Override
        public String toString() {
            return "OperatorChannel[name=" + name + ", kind=" + kind + ", target=hidden, secret=hidden]";
        }
    }
}
