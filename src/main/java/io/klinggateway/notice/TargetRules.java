package io.klinggateway.notice;

import io.klinggateway.webhook.WebhookUrlPolicy;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.mail.javamail.JavaMailSender;
import org.springframework.stereotype.Component;

/** Which targets a channel may have. */
@Component
@EnableConfigurationProperties(NoticeSettings.class)
class TargetRules {

    static final String MAIL_IS_OFF = "e-mail is not set up (spring.mail.host and gateway.notices.mail-from)";

    private static final int LONGEST_ADDRESS = 254;

    /** One plain address: no quotes, no comments, no lists, nothing that could begin another header. */
    private static final Pattern ADDRESS =
            Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
                    + "@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*");

    private final WebhookUrlPolicy urlPolicy;
    private final @Nullable String mailFrom;

    TargetRules(WebhookUrlPolicy urlPolicy, NoticeSettings settings, ObjectProvider<JavaMailSender> mailServer) {
        this.urlPolicy = urlPolicy;
        String from = settings.mailFrom();
        if (from != null && !isAddress(from)) {
            throw new IllegalArgumentException("gateway.notices.mail-from must be an e-mail address");
        }
        this.mailFrom = mailServer.getIfAvailable() == null ? null : from;
    }

    /** @return what the target must be and is not, as a sentence without its subject; empty if it may be used */
    Optional<String> brokenRule(ChannelKind kind, String target) {
        return switch (kind) {
            case EMAIL ->
                mailFrom == null
                        ? Optional.of("cannot be used: " + MAIL_IS_OFF)
                        : isAddress(target) ? Optional.empty() : Optional.of("must be one e-mail address");
            case SLACK, WEBHOOK ->
                target.contains("…")
                        ? Optional.of("must be the whole URL; the shortened form that is shown cannot be saved")
                        : urlPolicy.brokenRule(target);
        };
    }

    /** Whom e-mail comes from; empty if there is none. */
    Optional<String> mailFrom() {
        return Optional.ofNullable(mailFrom);
    }

    private static boolean isAddress(String text) {
        return text.length() <= LONGEST_ADDRESS && ADDRESS.matcher(text).matches();
    }
}
