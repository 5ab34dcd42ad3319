package io.klinggateway.contract;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** The vendor's shapes, with what the gateway promises beyond them, as JSON Schemas under {@code /contract}. */
enum Shape {
    JOB,
    JOBS,
    SUBMITTED,
    ME,
    MODELS,
    UPLOAD,
    ERROR,
    WEBHOOK;

    private static Schema read(String name) {
        try (InputStream json =
                Objects.requireNonNull(Shape.class.getResourceAsStream("/contract/" + name + ".json"), name)) {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(json);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** @return what violates it; empty if nothing does */
    List<String> violations(String json) {
        return read(name().toLowerCase(Locale.ROOT))
                .validate(
                        json,
                        InputFormat.JSON,
                        context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .stream()
                .map(Error::toString)
                .toList();
    }
}
