package io.klinggateway.job;

import io.klinggateway.imagerequest.ImageRequest;
import io.klinggateway.imagerequest.ImageRequestReader;
import io.klinggateway.problem.MalformedJson;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.webhook.WebhookUrlPolicy;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.HttpOutputMessage;
import org.springframework.http.MediaType;
import org.springframework.http.converter.AbstractHttpMessageConverter;
import org.springframework.http.converter.HttpMessageNotWritableException;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;

/** Lets a controller take a valid {@link ImageRequest} as its body, whose webhook may be called. */
@Component
class ImageRequestConverter extends AbstractHttpMessageConverter<ImageRequest> {

    private final ImageRequestReader reader;
    private final WebhookUrlPolicy webhookUrls;

    ImageRequestConverter(ImageRequestReader reader, WebhookUrlPolicy webhookUrls) {
        super(MediaType.APPLICATION_JSON);
        this.reader = reader;
        this.webhookUrls = webhookUrls;
    }

    @Override
    protected boolean supports(Class<?> type) {
        return type == ImageRequest.class;
    }

    @Override
    public boolean canWrite(Class<?> type, @Nullable MediaType mediaType) {
        return false;
    }

    @Override
    protected ImageRequest readInternal(Class<? extends ImageRequest> type, HttpInputMessage message)
            throws IOException {
        byte[] body = message.getBody().readAllBytes();
        try {
            return reader.read(body, webhookUrls::brokenRule);
        } catch (JacksonException malformed) {
            throw new ProblemException(MalformedJson.problem(malformed, body));
        }
    }

    @Override
    protected void writeInternal(ImageRequest request, HttpOutputMessage message) {
        throw new HttpMessageNotWritableException("requests are only read");
    }
}
