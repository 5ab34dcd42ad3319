package io.klinggateway.webhook;

import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.mail.MailAuthenticationException;
import org.springframework.mail.MailSendException;
import org.springframework.mail.javamail.JavaMailSender;
import org.springframework.mail.javamail.MimeMessageHelper;
import org.springframework.stereotype.Component;

/** Hands one letter to the operator's mail server, once. Without {@code spring.mail.host} there is none. */
@Component
class MailClient implements AutoCloseable {

    private static final String ID_DOMAIN = "@kling-gateway";

    private final @Nullable JavaMailSender server;
    private final AttemptTimer timer;

    MailClient(ObjectProvider<JavaMailSender> server, WebhookSettings settings) {
        this.server = server.getIfAvailable();
        this.timer = new AttemptTimer(settings.timeout());
    }

    /** @param messageId the same at every attempt for one letter, so that a receiver can tell a repetition */
    AttemptOutcome send(DeliveryPayload.Letter letter, String messageId) {
        JavaMailSender mail = server;
        if (mail == null) {
            return new AttemptOutcome.Failed("e-mail is not set up");
        }
        return timer.attempt(
                () -> {
                    mail.send(message(mail.createMimeMessage(), letter, messageId));
                    return new AttemptOutcome.Posted();
                },
                MailClient::describe,
                () -> {});
    }

    private static MimeMessage message(MimeMessage message, DeliveryPayload.Letter letter, String messageId)
            throws MessagingException {
        MimeMessageHelper helper = new MimeMessageHelper(message, false, StandardCharsets.UTF_8.name());
        helper.setFrom(new InternetAddress(letter.from(), true));
        helper.setTo(new InternetAddress(letter.to(), true));
        helper.setSubject(letter.subject());
        helper.setText(letter.text());
        message.setHeader("Message-ID", "<" + messageId + ID_DOMAIN + ">");
        message.setHeader("Auto-Submitted", "auto-generated");
        return message;
    }

    /** Kinds of failure only: messages repeat what the server said, and to whom. */
    private static String describe(@Nullable Throwable failure) {
        return causes(failure)
                .map(cause -> switch (cause) {
                    case MailAuthenticationException _ -> "the mail server refuses the sign-in";
                    case SendFailedException _ -> "the mail server refuses the address";
                    case UnknownHostException _ -> "unknown host";
                    case SSLException _ -> "TLS failure";
                    case SocketTimeoutException _ -> "timeout";
                    case ConnectException _ -> "no connection";
                    default -> "";
                })
                .filter(kind -> !kind.isEmpty())
                .findFirst()
                .orElse("the mail server does not take it");
    }

    private static Stream<Throwable> causes(@Nullable Throwable failure) {
        List<Throwable> causes = new ArrayList<>();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            causes.add(cause);
            if (cause instanceof MailSendException several) {
                causes.addAll(List.of(several.getMessageExceptions()));
            }
        }
        return causes.stream();
    }

    @Override
    public void close() {
        timer.close();
    }
}
