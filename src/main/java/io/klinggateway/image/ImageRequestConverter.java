package io.klinggateway.image;

import java.io.IOException;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.HttpOutputMessage;
import org.springframework.http.MediaType;
import org.springframework.http.converter.AbstractHttpMessageConverter;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.http.converter.HttpMessageNotWritableException;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;

/** Lets a controller take an {@link ImageRequest} as its body, read by {@link ImageRequestReader}. */
@Component
class ImageRequestConverter extends AbstractHttpMessageConverter<ImageRequest> {

    private final ImageRequestReader reader;

    ImageRequestConverter(ImageRequestReader reader) {
        super(MediaType.APPLICATION_JSON);
        this.reader = reader;
    }

    @Override
    protected boolean supports(Class<?> type) {
        return type == ImageRequest.class;
    }

    @Override
    public boolean canWrite(Class<?> type, @org.jspecify.annotations.Nullable MediaType mediaType) {
        return false;
    }

    @Override
    protected ImageRequest readInternal(Class<? extends ImageRequest> type, HttpInputMessage message)
            throws IOException {
        byte[] body = message.getBody().readAllBytes();
        try {
            return reader.read(body);
        } catch (JacksonException malformed) {
            throw new HttpMessageNotReadableException("not JSON", malformed, message);
        }
    }

    @Override
    protected void writeInternal(ImageRequest request, HttpOutputMessage message) {
        throw new HttpMessageNotWritableException("requests are only read");
    }
}
