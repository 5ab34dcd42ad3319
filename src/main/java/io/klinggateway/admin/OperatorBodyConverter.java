package io.klinggateway.admin;

import java.io.IOException;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.HttpOutputMessage;
import org.springframework.http.MediaType;
import org.springframework.http.converter.AbstractHttpMessageConverter;
import org.springframework.http.converter.HttpMessageNotWritableException;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/** Lets a controller take an {@link OperatorBody} or a {@link MergePatch} as its body. */
@Component
class OperatorBodyConverter extends AbstractHttpMessageConverter<Object> {

    private final OperatorJson json;

    OperatorBodyConverter(OperatorJson json) {
        super(MediaType.APPLICATION_JSON);
        this.json = json;
    }

    @Override
    protected boolean supports(Class<?> type) {
        return type == MergePatch.class || OperatorBody.class.isAssignableFrom(type);
    }

    @Override
    public boolean canWrite(Class<?> type, @org.jspecify.annotations.Nullable MediaType mediaType) {
        return false;
    }

    @Override
    protected Object readInternal(Class<?> type, HttpInputMessage message) throws IOException {
        ObjectNode object = json.object(message.getBody().readAllBytes());
        return type == MergePatch.class
                ? new MergePatch(object)
                : json.read(object, type.asSubclass(OperatorBody.class));
    }

    @Override
    protected void writeInternal(Object body, HttpOutputMessage message) {
        throw new HttpMessageNotWritableException("bodies of operators are only read");
    }
}
