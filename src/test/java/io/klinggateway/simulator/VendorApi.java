package io.klinggateway.simulator;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The vendor's calls over HTTP: authentication, reading, checking, answering. Holds no state but counters. */
final class VendorApi implements HttpHandler {

    private static final int BODY_MAX_BYTES = 1 << 20;
    private static final int IDEMPOTENCY_KEY_MAX_LENGTH = 255;
    private static final int LIMIT_DEFAULT = 20;
    private static final int LIMIT_MAX = 100;
    private static final Pattern UUID_TEXT =
            Pattern.compile("\\p{XDigit}{8}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{12}");
    private static final Pattern JOB_PATH = Pattern.compile("/v2/jobs/([^/]+)");
    private static final Pattern UPLOAD_PATH = Pattern.compile("/uploads/(" + UUID_TEXT + ")");
    private static final Pattern FILE_PATH = Pattern.compile("/files/(" + UUID_TEXT + ")/([0-9])\\.png");
    private static final Set<String> MODALITIES = Set.of("image", "video", "music");

    private final SimulatedVendor vendor;
    private final ApiKeys keys;
    private final JobView view;
    private final UploadedFiles uploads;
    private final JsonMapper json;
    private final Consumer<SimulatedJob> onAccepted;
    private final ConcurrentMap<Operation, LongAdder> counts = new ConcurrentHashMap<>();

    /** @param onAccepted is told of every accepted job that wants webhooks, replays excepted */
    VendorApi(
            SimulatedVendor vendor,
            ApiKeys keys,
            JobView view,
            UploadedFiles uploads,
            JsonMapper json,
            Consumer<SimulatedJob> onAccepted) {
        this.uploads = uploads;
        this.vendor = vendor;
        this.keys = keys;
        this.view = view;
        this.json = json;
        this.onAccepted = onAccepted;
    }

    /** Requests that came for an operation, refused ones included. */
    long requests(Operation operation) {
        var count = counts.get(operation);
        return count == null ? 0 : count.sum();
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var answer = answer(exchange);
            var headers = exchange.getResponseHeaders();
            headers.set("Content-Type", answer.contentType());
            headers.set("X-Request-Id", UUID.randomUUID().toString());
            exchange.sendResponseHeaders(answer.status(), answer.body().length);
            exchange.getResponseBody().write(answer.body());
        }
    }

    private Answer answer(HttpExchange exchange) throws IOException {
        try {
            return route(exchange);
        } catch (Refusal refusal) {
            return refusal.answer;
        }
    }

    private Answer route(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestURI().getPath();
        var jobPath = JOB_PATH.matcher(path);
        var filePath = FILE_PATH.matcher(path);
        var uploadPath = UPLOAD_PATH.matcher(path);
        if (path.equals("/v2/images/generate")) {
            var key = admit(exchange, "POST", Operation.GENERATE);
            return generate(exchange, key);
        }
        if (path.equals("/v2/jobs")) {
            var key = admit(exchange, "GET", Operation.LIST_JOBS);
            return list(query(exchange), key);
        }
        if (jobPath.matches()) {
            var key = admit(exchange, "GET", Operation.GET_JOB);
            return json(200, view.single(job(jobPath.group(1), key)));
        }
        if (path.equals("/v2/me")) {
            return json(200, me(admit(exchange, "GET", Operation.ME)));
        }
        if (path.equals("/v2/uploads")) {
            admit(exchange, "POST", Operation.UPLOAD);
            return upload(exchange);
        }
        if (uploadPath.matches()) {
            return uploads.find(UUID.fromString(uploadPath.group(1)), vendor.now())
                    .map(file -> new Answer(200, file.contentType(), file.bytes()))
                    .orElseThrow(() -> refusal(404, "Not found"));
        }
        if (path.equals("/v2/models")) {
            counted(exchange, "GET", Operation.MODELS);
            return models(query(exchange).get("modality"));
        }
        if (filePath.matches()) {
            counted(exchange, "GET", Operation.FILE);
            return file(UUID.fromString(filePath.group(1)), Integer.parseInt(filePath.group(2)));
        }
        throw refusal(404, "Not found");
    }

    private ApiKeys.ApiKey admit(HttpExchange exchange, String method, Operation operation) {
        counted(exchange, method, operation);
        var text = exchange.getRequestHeaders().getFirst("X-API-Key");
        if (text == null || text.isEmpty()) {
            throw refusal(401, "API key is required");
        }
        var key = keys.find(text).orElseThrow(() -> refusal(401, "Invalid API key"));
        if (!key.active()) {
            throw refusal(403, "API key is inactive");
        }
        return key;
    }

    private void counted(HttpExchange exchange, String method, Operation operation) {
        if (!exchange.getRequestMethod().equals(method)) {
            throw refusal(405, "Method not allowed");
        }
        counts.computeIfAbsent(operation, first -> new LongAdder()).increment();
    }

    private Answer generate(HttpExchange exchange, ApiKeys.ApiKey key) throws IOException {
        var idempotencyKey = exchange.getRequestHeaders().getFirst("Idempotency-Key");
        if (idempotencyKey != null && idempotencyKey.length() > IDEMPOTENCY_KEY_MAX_LENGTH) {
            throw invalid("Idempotency-Key", "Must contain at most " + IDEMPOTENCY_KEY_MAX_LENGTH + " character(s)");
        }
        return switch (vendor.submit(request(exchange), idempotencyKey, key.id())) {
            case Submission.Accepted(var job, var replayed) -> {
                if (!replayed && vendor.webhookStatus(job) == WebhookStatus.PENDING) {
                    onAccepted.accept(job);
                }
                yield json(202, accepted(job));
            }
            case Submission.Conflict() ->
                throw refusal(409, "Idempotency key was already used with a different request body");
            case Submission.InsufficientCredits(var required, var available) ->
                json(
                        402,
                        error("Insufficient credits")
                                .put("creditsRequired", required)
                                .put("creditsAvailable", available));
        };
    }

    private ObjectNode accepted(SimulatedJob job) {
        return json.createObjectNode()
                .put("jobId", job.id().toString())
                .put("status", job.statusAt(vendor.now()).name());
    }

    private ObjectNode request(HttpExchange exchange) throws IOException {
        var bytes = exchange.getRequestBody().readNBytes(BODY_MAX_BYTES + 1);
        if (bytes.length > BODY_MAX_BYTES) {
            throw refusal(413, "Request body is too large");
        }
        var body = parsed(bytes);
        var violations = RequestRules.violations(body);
        if (!violations.isEmpty()) {
            throw invalid(violations);
        }
        return body.asObject();
    }

    private JsonNode parsed(byte[] bytes) {
        try {
            return json.readTree(bytes);
        } catch (JacksonException e) {
            throw refusal(400, "Invalid JSON in the request body");
        }
    }

    private Answer upload(HttpExchange exchange) throws IOException {
        var body = exchange.getRequestBody().readNBytes(UploadedFiles.LARGEST_BYTES + BODY_MAX_BYTES);
        var file = UploadedFiles.fileIn(body, exchange.getRequestHeaders().getFirst("Content-Type"))
                .orElseThrow(() -> refusal(400, "No file was uploaded"));
        if (file.length > UploadedFiles.LARGEST_BYTES) {
            throw refusal(413, "File is too large");
        }
        var contentType = UploadedFiles.sniff(file).orElseThrow(() -> refusal(415, "Unsupported file type"));
        var kept = uploads.keep(file, contentType, vendor.now());
        return json(
                201,
                json.createObjectNode()
                        .put("id", kept.id().toString())
                        .put("url", uploads.url(kept))
                        .put("kind", "image")
                        .put("contentType", kept.contentType())
                        .put("byteSize", kept.bytes().length)
                        .put("expiresAt", kept.expiresAt().toString()));
    }

    private SimulatedJob job(String id, ApiKeys.ApiKey key) {
        if (!isUuid(id)) {
            throw refusal(400, "Invalid job id");
        }
        return vendor.job(UUID.fromString(id))
                .filter(job -> keys.mayRead(key, job))
                .orElseThrow(() -> refusal(404, "Job not found"));
    }

    private Answer list(Map<String, String> query, ApiKeys.ApiKey key) {
        var limit = limit(query.get("limit"));
        var cursor = query.get("cursor");
        oneOf("scope", query.get("scope"), Set.of("user", "team"));
        oneOf("include_models", query.get("include_models"), Set.of("true", "false"));
        var candidates = cursor == null ? vendor.jobs() : vendor.jobsAfter(jobAt(cursor));
        var found = candidates
                .filter(job -> keys.mayRead(key, job))
                .filter(filter(query))
                .limit(limit + 1L)
                .toList();
        var page = found.stream().limit(limit).toList();
        var hasMore = found.size() > limit;
        var body = json.createObjectNode();
        var jobs = body.putArray("jobs");
        page.forEach(job -> jobs.add(view.listed(job)));
        return json(
                200,
                body.put("nextCursor", hasMore ? cursorOf(page.getLast()) : null)
                        .put("hasMore", hasMore));
    }

    private Predicate<SimulatedJob> filter(Map<String, String> query) {
        var now = vendor.now();
        var status = query.get("status");
        var model = query.get("model");
        var search = query.get("search");
        oneOf(
                "status",
                status,
                Arrays.stream(JobStatus.values()).map(Enum::name).collect(Collectors.toSet()));
        if (search != null && !isUuid(search)) {
            throw invalid("search", "Expected a job UUID");
        }
        return job -> (status == null || job.statusAt(now).name().equals(status))
                && (model == null || job.model().equals(model))
                && (search == null || job.id().equals(UUID.fromString(search)));
    }

    private static int limitOrZero(String text) {
        return text.matches("[0-9]{1,3}") ? Integer.parseInt(text) : 0;
    }

    private int limit(@Nullable String text) {
        var limit = text == null ? LIMIT_DEFAULT : limitOrZero(text);
        if (limit < 1 || limit > LIMIT_MAX) {
            throw invalid("limit", "Expected an integer from 1 to " + LIMIT_MAX);
        }
        return limit;
    }

    /** Jobs are never deleted, so the last job of a page marks the place. */
    private static String cursorOf(SimulatedJob job) {
        return job.id().toString();
    }

    private SimulatedJob jobAt(String cursor) {
        if (!isUuid(cursor)) {
            throw invalid("cursor", "Invalid cursor");
        }
        return vendor.job(UUID.fromString(cursor)).orElseThrow(() -> invalid("cursor", "Invalid cursor"));
    }

    private ObjectNode me(ApiKeys.ApiKey key) {
        var body = json.createObjectNode();
        body.putObject("user")
                .put("id", id("user").toString())
                .put("email", "owner@example.com")
                .put("role", "OWNER");
        body.putObject("team")
                .put("id", id("team").toString())
                .put("name", "Simulated team")
                .put("plan", "simulated")
                .put("credits", vendor.availableCredits())
                .putNull("customerId");
        body.putObject("apiKey")
                .put("id", key.id().toString())
                .put("name", "simulated")
                .put("prefix", key.prefix());
        return body;
    }

    private static UUID id(String name) {
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }

    private Answer models(@Nullable String modality) {
        oneOf("modality", modality, MODALITIES);
        var body = json.createObjectNode();
        var models = body.putArray("models");
        if (modality == null || modality.equals("image")) {
            models.addObject()
                    .put("id", "kling-image")
                    .put("label", "Kling Image")
                    .put("modality", "image")
                    .put("costMin", 2)
                    .put("costMax", 8)
                    .put("pricingMode", "per-output");
        }
        return json(200, body);
    }

    private Answer file(UUID id, int index) {
        var job = vendor.job(id)
                .filter(found -> found.statusAt(vendor.now()) == JobStatus.COMPLETED)
                .filter(found -> index < found.imageCount() && !view.isExpired(found))
                .orElseThrow(() -> refusal(404, "Not found"));
        return new Answer(200, "image/png", JobPicture.png(job.prompt(), index, job.aspectRatio()));
    }

    private static Map<String, String> query(HttpExchange exchange) {
        var raw = exchange.getRequestURI().getRawQuery();
        return raw == null
                ? Map.of()
                : Pattern.compile("&")
                        .splitAsStream(raw)
                        .map(parameter -> parameter.split("=", 2))
                        .collect(Collectors.toMap(
                                parts -> decoded(parts[0]),
                                parts -> parts.length == 2 ? decoded(parts[1]) : "",
                                (first, second) -> second));
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static boolean isUuid(String text) {
        return UUID_TEXT.matcher(text).matches();
    }

    private void oneOf(String name, @Nullable String value, Set<String> allowed) {
        if (value != null && !allowed.contains(value)) {
            throw invalid(
                    name,
                    "Expected one of "
                            + String.join(", ", allowed.stream().sorted().toList()));
        }
    }

    private Refusal invalid(String path, String message) {
        return invalid(Map.of(path, List.of(message)));
    }

    private Refusal invalid(Map<String, List<String>> details) {
        return new Refusal(json(400, error("Validation failed").set("details", json.valueToTree(details))));
    }

    private Refusal refusal(int status, String message) {
        return new Refusal(json(status, error(message)));
    }

    private ObjectNode error(String message) {
        return json.createObjectNode().put("error", message);
    }

    private Answer json(int status, JsonNode body) {
        return new Answer(status, "application/json; charset=utf-8", json.writeValueAsBytes(body));
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Answer(int status, String contentType, byte[] body) {}

    private static final class Refusal extends RuntimeException {

        final transient Answer answer;

        Refusal(Answer answer) {
            super(null, null, false, false);
            this.answer = answer;
        }
    }
}
