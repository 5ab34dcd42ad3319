package io.klinggateway.upload;

import io.klinggateway.apiframe.UploadOutcome.Stored;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.UUID;

/**
 * A file that the vendor keeps for a while, in the vendor's shape.
 *
 * @param url for {@code klingImageParams.image}
 * @param expiresAt the vendor deletes it then
 */
public record Upload(
        UUID id,
        @Schema(format = "uri") String url,
        @Schema(example = "image") String kind,
        @Schema(example = "image/png") String contentType,
        long byteSize,
        Instant expiresAt) {

    static Upload of(Stored file) {
        return new Upload(file.id(), file.url(), file.kind(), file.contentType(), file.byteSize(), file.expiresAt());
    }
}
