package io.klinggateway.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.connection.Connections.Remote;
import io.klinggateway.generation.JobView;
import io.klinggateway.generation.Labels;
import io.klinggateway.imagerequest.ImageRequest;
import io.klinggateway.job.JobWatcher.Listener;
import io.klinggateway.job.Jobs.FoundJob;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.problem.RedactedValue;
import io.klinggateway.problem.RequestParameters;
import io.klinggateway.problem.Suggestion;
import io.klinggateway.support.Page;
import io.klinggateway.support.PageCursor;
import io.klinggateway.support.Uuids;
import io.klinggateway.tenant.Caller;
import io.swagger.v3.oas.annotations.Hidden;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** The vendor's job endpoints, over the calling tenant's own jobs. */
@RestController
@RequestMapping(path = "/v2/jobs", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Jobs")
class JobsController {

    private static final int LONGEST_WAIT_SECONDS = 60;
    private static final int DEFAULT_LIMIT = 20;
    private static final int HIGHEST_LIMIT = 100;

    private static final String COMPLETED = """
        {
          "id": "0197f1f4-6f3a-7c52-8d1e-2f9a5b7c4e10", "status": "COMPLETED", "model": "kling-image",
          "progress": 100, "result": {"images": ["https://cdn2.apiframe.ai/images/1.png"]}, "error": null,
          "creditCost": 2, "webhookStatus": null,
          "createdAt": "2026-11-19T14:02:11.402Z", "completedAt": "2026-11-19T14:02:38.117Z",
          "input": {"prompt": "a fox", "model": "kling-image"}, "expired": false
        }
        """;

    private final Jobs jobs;
    private final JobWatchers watchers;
    private final QueuePositions places;
    private final JobCancellation cancellation;

    JobsController(Jobs jobs, JobWatchers watchers, QueuePositions places, JobCancellation cancellation) {
        this.jobs = jobs;
        this.watchers = watchers;
        this.places = places;
        this.cancellation = cancellation;
    }

    @GetMapping("/{id}")
    @Operation(
            summary = "One job; poll it until COMPLETED, FAILED or CANCELLED, or let the gateway wait",
            parameters =
                    @Parameter(
                            name = "wait",
                            in = ParameterIn.QUERY,
                            description = "Answer when the status changes, or after so many seconds",
                            schema = @Schema(type = "integer", minimum = "0", maximum = "60")),
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema = @Schema(implementation = JobView.class),
                                            examples = @ExampleObject(name = "It is done", value = COMPLETED))))
    JobView job(
            @AuthenticationPrincipal Caller caller,
            @PathVariable @Schema(format = "uuid") String id,
            HttpServletResponse response) {
        FoundJob job = find(caller, id);
        places.show(job, response);
        return job.view();
    }

    @DeleteMapping("/{id}")
    @Operation(
            summary = "Cancel a job that waits in the queue; its credits come back",
            responses = {
                @ApiResponse(responseCode = "200", description = "The job is CANCELLED", useReturnTypeSchema = true),
                @ApiResponse(
                        responseCode = "409",
                        description = "already_sent: the vendor has the job, or may have it",
                        content = @Content)
            })
    JobView cancel(@AuthenticationPrincipal Caller caller, @PathVariable @Schema(format = "uuid") String id) {
        return cancellation.cancel(caller.tenant().id(), id(id));
    }

    @GetMapping(path = "/{id}", params = "wait")
    @Hidden // the same operation to a caller; the other method describes it
    DeferredResult<JobView> changedJob(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String id,
            @RequestParam String wait,
            HttpServletRequest request,
            HttpServletResponse response) {
        RequestParameters query = new RequestParameters();
        Integer seconds = query.read(
                "wait", wait, JobsController::seconds, "must be an integer from 0 to " + LONGEST_WAIT_SECONDS);
        query.refuseInvalid();
        Duration patience = Duration.ofSeconds(seconds == null ? 0 : seconds);
        if (patience.isPositive()) {
            watchers.requireRoom(caller, response);
        }
        return watchers.await(listener(caller, request), find(caller, id).view(), patience, response);
    }

    private static Listener listener(Caller caller, HttpServletRequest request) {
        return new Listener(caller, Remote.of(request));
    }

    @GetMapping(path = "/{id}/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    @Operation(
            summary = "One job's progress as Server-Sent Events, ending with completed or failed",
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            description =
                                    "Events named progress, completed and failed; their data is what webhooks carry",
                            content =
                                    @Content(
                                            mediaType = MediaType.TEXT_EVENT_STREAM_VALUE,
                                            schema = @Schema(type = "string"))))
    SseEmitter events(
            @AuthenticationPrincipal Caller caller,
            @PathVariable @Schema(format = "uuid") String id,
            HttpServletRequest request,
            HttpServletResponse response) {
        watchers.requireRoom(caller, response);
        return watchers.stream(listener(caller, request), find(caller, id).view(), response);
    }

    private static GenerationId id(String id) {
        return Uuids.parse(id)
                .map(GenerationId::new)
                .orElseThrow(
                        () -> new ProblemException(Problem.invalid("id", "must be a UUID " + RedactedValue.text(id))));
    }

    private FoundJob find(Caller caller, String id) {
        return jobs.find(caller.tenant().id(), id(id))
                .orElseThrow(() -> new ProblemException(Problem.of(ProblemCode.NOT_FOUND, "Job not found")));
    }

    @GetMapping
    @Operation(summary = "The tenant's jobs, newest first")
    JobList jobs(
            @AuthenticationPrincipal Caller caller,
            @RequestParam(required = false)
                    @Schema(allowableValues = {"QUEUED", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED"})
                    @Nullable
                    String status,
            @RequestParam(required = false) @Parameter(example = ImageRequest.MODEL) @Nullable String model,
            @RequestParam(required = false)
                    @Parameter(description = "Several models, separated by commas", example = ImageRequest.MODEL)
                    @Nullable
                    String models,
            @RequestParam(required = false)
                    @Schema(type = "integer", minimum = "1", maximum = "100", defaultValue = "20")
                    @Nullable
                    String limit,
            @RequestParam(required = false) @Parameter(description = "The nextCursor of the page before") @Nullable
                    String cursor,
            @RequestParam(required = false) @Parameter(description = "A job's id") @Schema(format = "uuid") @Nullable
                    String search,
            @RequestParam(required = false)
                    @Parameter(
                            description = "A label that the jobs have; several, if repeated",
                            example = "project:spring")
                    @Nullable
                    String label,
            @RequestParam(required = false)
                    @Schema(
                            allowableValues = {"user", "team"},
                            description = "Both mean the tenant")
                    @Nullable
                    String scope,
            @RequestParam(name = "include_models", required = false) @Schema(type = "boolean") @Nullable
                    String includeModels) {
        RequestParameters query = new RequestParameters();
        VendorJob.Status wanted = query.read("status", status, JobsController::status, "must be one of " + STATUSES);
        int most = query.limit(limit, DEFAULT_LIMIT, HIGHEST_LIMIT);
        PageCursor before = query.cursor("cursor", cursor);
        UUID searched = query.read("search", search, Uuids::parse, "must be a job's UUID");
        Labels labels = query.read("label", label, Labels::filter, Labels.FILTER_RULE);
        boolean ofAnotherModel = isOther(query, "model", model);
        boolean ofOtherModels = isOther(query, "models", models);
        query.read("scope", scope, oneOf("user", "team"), "must be user or team");
        query.read("include_models", includeModels, oneOf("true", "false"), "must be true or false");
        query.refuseInvalid();
        List<String> shown = "true".equals(includeModels) ? List.of(ImageRequest.MODEL) : null;
        if (ofAnotherModel || ofOtherModels) {
            return JobList.of(new Page<>(List.of(), null), shown);
        }
        return JobList.of(
                jobs.list(
                        caller.tenant().id(),
                        new JobFilter(wanted, searched, labels == null ? Labels.NONE : labels),
                        before,
                        most),
                shown);
    }

    /**
     * In the vendor's shape.
     *
     * @param models those that there are jobs of; absent unless asked for
     */
    @Schema(name = "Page")
    record JobList(
            List<JobView> jobs,
            @Nullable String nextCursor,
            boolean hasMore,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            List<String> models) {

        static JobList of(Page<JobView> page, @Nullable List<String> models) {
            return new JobList(page.items(), page.nextCursor(), page.nextCursor() != null, models);
        }
    }

    private static final String STATUSES = String.join(
            ", ", Arrays.stream(VendorJob.Status.values()).map(Enum::name).toList());

    private static Optional<VendorJob.Status> status(String text) {
        return Arrays.stream(VendorJob.Status.values())
                .filter(status -> status.name().equals(text))
                .findFirst();
    }

    /** As with the vendor, there are no jobs of the models that this gateway does not serve; a misspelt one is none of them. */
    private static boolean isOther(RequestParameters query, String name, @Nullable String models) {
        Set<String> asked = models == null
                ? Set.of(ImageRequest.MODEL)
                : Arrays.stream(models.split(",", -1)).map(String::strip).collect(Collectors.toSet());
        query.read(
                name,
                models,
                text -> asked.stream().noneMatch(JobsController::isMisspelt) ? Optional.of(text) : Optional.empty(),
                ImageRequest.MODEL_RULE);
        return !asked.contains(ImageRequest.MODEL);
    }

    private static boolean isMisspelt(String model) {
        return !model.equals(ImageRequest.MODEL)
                && Suggestion.of(model, List.of(ImageRequest.MODEL)).isPresent();
    }

    private static Optional<Integer> seconds(String text) {
        return text.matches("[1-5]?\\d|60") ? Optional.of(Integer.valueOf(text)) : Optional.empty();
    }

    private static Function<String, Optional<String>> oneOf(String... choices) {
        return text -> Arrays.asList(choices).contains(text) ? Optional.of(text) : Optional.empty();
    }
}
