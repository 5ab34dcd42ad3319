package io.klinggateway.apiframe;

import io.klinggateway.credits.Credits;
import io.klinggateway.imagerequest.ImageRequest;
import io.klinggateway.support.Uuids;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** Reads the vendor's JSON, trusting none of it: what is not as documented is absent. */
final class VendorJson {

    private static final int LONGEST_TEXT = 1000;
    private static final Pattern HTTP_URL = Pattern.compile("https?://\\S{1,2000}");
    private static final JsonMapper JSON = JsonMapper.shared();

    private final List<String> keys;

    /** @param keys never come out of any text, should the vendor repeat them */
    VendorJson(List<String> keys) {
        this.keys = keys;
    }

    /** @return a missing node if the bytes are no JSON */
    static JsonNode parse(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (JacksonException garbage) {
            return MissingNode.getInstance();
        }
    }

    Optional<VendorJobId> jobId(JsonNode id) {
        String text = text(id);
        return text == null ? Optional.empty() : Uuids.parse(text).map(VendorJobId::new);
    }

    Optional<VendorJob> job(JsonNode job) {
        Optional<VendorJob.Status> status = status(job.path("status"));
        return status.flatMap(known -> jobId(job.path("id"))
                .map(id -> new VendorJob(
                        id,
                        known,
                        progress(job.path("progress")),
                        images(job.path("result")),
                        error(job),
                        charged(job.path("creditCost")),
                        job.path("expired").asBoolean(false),
                        time(job.path("createdAt")),
                        job.path("input").isObject() ? job.path("input").toString() : null)));
    }

    JobListing page(JsonNode list) {
        if (!list.path("jobs").isArray()) {
            return new JobListing.Unavailable("HTTP 200 without a list of jobs");
        }
        List<VendorJob> jobs = new ArrayList<>();
        Instant oldest = null;
        for (JsonNode entry : list.path("jobs")) {
            job(entry).ifPresent(jobs::add);
            oldest = time(entry.path("createdAt"));
        }
        JsonNode next = list.path("nextCursor");
        boolean more = list.path("hasMore").asBoolean(false) && next.isString();
        return new JobListing.Page(jobs, oldest, more ? next.stringValue() : null);
    }

    /** Empty unless all is there that the vendor's documentation promises. */
    Optional<UploadOutcome.Stored> upload(JsonNode file) {
        UUID id =
                Optional.ofNullable(text(file.path("id"))).flatMap(Uuids::parse).orElse(null);
        String url = text(file.path("url"));
        String kind = text(file.path("kind"));
        String contentType = text(file.path("contentType"));
        JsonNode size = file.path("byteSize");
        Instant expiresAt = time(file.path("expiresAt"));
        return id == null
                        || url == null
                        || !HTTP_URL.matcher(url).matches()
                        || kind == null
                        || contentType == null
                        || !size.canConvertToLong()
                        || expiresAt == null
                ? Optional.empty()
                : Optional.of(new UploadOutcome.Stored(id, url, kind, contentType, size.longValue(), expiresAt));
    }

    private static @Nullable Instant time(JsonNode time) {
        try {
            return time.isString() ? OffsetDateTime.parse(time.stringValue()).toInstant() : null;
        } catch (DateTimeParseException garbage) {
            return null;
        }
    }

    static Optional<VendorAccount> account(JsonNode me) {
        return Optional.ofNullable(charged(me.path("team").path("credits"))).map(VendorAccount::new);
    }

    static Optional<CataloguePrice> price(JsonNode catalogue) {
        return catalogue
                .path("models")
                .valueStream()
                .filter(model -> ImageRequest.MODEL.equals(model.path("id").asString("")))
                .filter(model -> model.path("costMin").isNumber()
                        && model.path("costMax").isNumber())
                .findFirst()
                .map(model -> new CataloguePrice(
                        model.path("costMin").decimalValue(),
                        model.path("costMax").decimalValue()));
    }

    /** What a vendor client would show of an error. */
    String error(JsonNode body, String otherwise) {
        String error = error(body);
        return error == null || error.isBlank() ? otherwise : error;
    }

    private @Nullable String error(JsonNode body) {
        String error = text(body.path("error"));
        return error == null ? null : shorten(error);
    }

    Map<String, List<String>> details(JsonNode body) {
        Map<String, List<String>> details = new LinkedHashMap<>();
        body.path("details").properties().forEach(entry -> {
            List<String> messages = texts(entry.getValue());
            if (!messages.isEmpty()) {
                details.put(
                        clean(entry.getKey()),
                        messages.stream().map(VendorJson::shorten).toList());
            }
        });
        return details;
    }

    private Optional<VendorJob.Status> status(JsonNode status) {
        for (VendorJob.Status known : VendorJob.Status.values()) {
            if (known.name().equals(text(status))) {
                return Optional.of(known);
            }
        }
        return Optional.empty();
    }

    /** {@code {"images": […]}} today, a bare URL in older documentation. */
    private List<String> images(JsonNode result) {
        return result.isString() ? texts(result) : texts(result.path("images"));
    }

    private static @Nullable Integer progress(JsonNode progress) {
        return progress.isNumber()
                ? (int) Math.clamp(Math.round(progress.numberValue().doubleValue()), 0L, 100L)
                : null;
    }

    private static @Nullable Credits charged(JsonNode cost) {
        return cost.isIntegralNumber() && cost.canConvertToLong() && cost.longValue() >= 0
                ? new Credits(cost.longValue())
                : null;
    }

    private List<String> texts(JsonNode node) {
        List<String> texts = new ArrayList<>();
        if (node.isArray()) {
            node.forEach(element -> texts.addAll(texts(element)));
        } else {
            String text = text(node);
            if (text != null) {
                texts.add(text);
            }
        }
        return texts;
    }

    private @Nullable String text(JsonNode node) {
        return node.isString() ? clean(node.stringValue()) : null;
    }

    /** PostgreSQL stores no NUL characters. */
    private String clean(String text) {
        String clean = text.replace("\0", "");
        for (String key : keys) {
            clean = clean.replace(key, "[hidden]");
        }
        return clean;
    }

    private static String shorten(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT);
    }
}
