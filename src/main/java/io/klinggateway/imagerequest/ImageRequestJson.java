package io.klinggateway.imagerequest;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Optional;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The gateway's own serialisation of a request: the same request always gives the same bytes. Everything beyond ASCII
 * is escaped, so that any string that JSON can carry, lone surrogates included, comes out as it went in.
 */
@Component
public class ImageRequestJson {

    private final JsonMapper json = JsonMapper.builder()
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .changeDefaultPropertyInclusion(inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
            .build();

    /** Only what the caller gave: defaults are not filled in. */
    public byte[] write(ImageRequest request) {
        return json.writeValueAsBytes(request);
    }

    /** @return empty if it is no request that this gateway could have written */
    public Optional<ImageRequest> parse(String text) {
        try {
            return Optional.of(json.readValue(text, ImageRequest.class))
                    .filter(request -> request.prompt() != null && ImageRequest.MODEL.equals(request.model()));
        } catch (JacksonException other) {
            return Optional.empty();
        }
    }

    /** Reads what {@link #write} wrote; not for bytes from callers. */
    public ImageRequest read(byte[] written) {
        return json.readValue(written, ImageRequest.class);
    }
}
