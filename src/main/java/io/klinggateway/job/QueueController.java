package io.klinggateway.job;

import io.klinggateway.queue.QueueForecast;
import io.klinggateway.queue.QueueForecast.TeamQueue;
import io.klinggateway.tenant.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The calling tenant's part of the queue. */
@RestController
@Tag(name = "Jobs")
class QueueController {

    private final QueueForecast forecast;

    QueueController(QueueForecast forecast) {
        this.forecast = forecast;
    }

    @GetMapping(path = "/v2/queue", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "How many of the team's jobs wait and run, and when the last is likely to start")
    Queue queue(@AuthenticationPrincipal Caller caller) {
        TeamQueue queue = forecast.ofTeam(caller.tenant().id());
        return new Queue(queue.waiting(), queue.running(), queue.lastStartsInSeconds());
    }

    /**
     * @param waiting jobs that have not been sent yet; each may still be cancelled
     * @param running jobs that the vendor has, or may have
     * @param lastStartsInSeconds an estimate; null if none waits
     */
    @Schema(name = "Queue")
    record Queue(
            @Schema(example = "12") long waiting,
            @Schema(example = "3") long running,
            @Schema(example = "4") @Nullable Long lastStartsInSeconds) {}
}
