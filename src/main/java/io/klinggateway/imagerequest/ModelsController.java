package io.klinggateway.imagerequest;

import com.fasterxml.jackson.annotation.JsonValue;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.problem.RedactedValue;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.security.SecurityRequirements;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The catalogue, in the vendor's shape. */
@RestController
@Tag(name = "Models")
class ModelsController {

    private static final Model KLING_IMAGE = new Model(
            ImageRequest.MODEL,
            "Kling Image",
            Modality.IMAGE,
            "Images from text, or from text and a reference image, by Kling v1, v1.5 and v2.",
            PriceList.PER_IMAGE.amount(),
            PriceList.PER_IMAGE.times(KlingImageParams.MOST_IMAGES).amount(),
            "per-output");

    @GetMapping(path = "/v2/models", produces = MediaType.APPLICATION_JSON_VALUE)
    @SecurityRequirements
    @Operation(summary = "The models that the gateway serves, with their price in credits")
    Catalogue models(@RequestParam(required = false) @Nullable String modality) {
        return new Catalogue(
                modality == null || Modality.of(modality) == KLING_IMAGE.modality() ? List.of(KLING_IMAGE) : List.of());
    }

    record Catalogue(List<Model> models) {}

    /** @param costMin credits for the smallest request; {@code costMax} for the largest */
    record Model(
            String id,
            String label,
            Modality modality,
            String description,
            long costMin,
            long costMax,
            String pricingMode) {}

    enum Modality {
        IMAGE,
        VIDEO,
        MUSIC;

        @JsonValue
        String wire() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Modality of(String wire) {
            return Arrays.stream(values())
                    .filter(modality -> modality.wire().equals(wire))
                    .findFirst()
                    .orElseThrow(() -> new ProblemException(Problem.invalid(
                            "modality", "must be one of image, video, music " + RedactedValue.text(wire))));
        }
    }
}
