package io.klinggateway.admin;

import io.klinggateway.queue.QueueForecast;
import io.klinggateway.queue.QueueForecast.Overview;
import io.klinggateway.queue.QueueForecast.TeamQueue;
import io.klinggateway.queue.QueueForecast.TeamWaiting;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What waits for the vendor, for operators. */
@RestController
@RequestMapping(path = "/admin/v1", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Queue")
class QueuesController {

    private final QueueForecast forecast;
    private final QueueOperations queues;

    QueuesController(QueueForecast forecast, QueueOperations queues) {
        this.forecast = forecast;
        this.queues = queues;
    }

    @GetMapping("/queue")
    @Operation(summary = "What waits of all tenants, and whether the vendor may be called; counted every two seconds")
    OverviewView overview() {
        return OverviewView.of(forecast.overview());
    }

    @GetMapping("/tenants/{name}/queue")
    @Operation(summary = "How many of a tenant's jobs wait and run, and when the last is likely to start")
    QueueView ofTenant(@PathVariable String name) {
        return QueueView.of(queues.ofTenant(name));
    }

    @DeleteMapping("/tenants/{name}/queue")
    @Operation(summary = "Cancel all that a tenant has waiting; its credits come back, what was sent runs to its end")
    ResponseEntity<QueueOperations.Cancelled> cancelWaiting(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String name,
            @RequestBody QueueOperations.Cancellation asked,
            @RequestHeader(name = OperatorIdempotency.IDEMPOTENCY_KEY, required = false) @Nullable String key) {
        return queues.cancelWaiting(actor, name, asked, OperatorIdempotency.checkedKey(key))
                .toResponse();
    }

    /**
     * @param oldestSeconds how long the first of the queue has waited
     * @param pausedSeconds until the vendor may be called again; 0 if it may be now
     * @param accountRefused whether the vendor refuses the gateway's account
     * @param callsPerMinute that the account may make
     * @param tenants those that have something waiting, the longest queue first
     */
    @Schema(name = "OperatorQueue")
    record OverviewView(
            @Schema(example = "12") long waiting,
            @Schema(example = "3") long oldestSeconds,
            @Schema(example = "0") long pausedSeconds,
            boolean accountRefused,
            @Schema(example = "500") int callsPerMinute,
            List<TenantWaiting> tenants) {

        static OverviewView of(Overview queue) {
            return new OverviewView(
                    queue.waiting(),
                    seconds(queue.oldest()),
                    seconds(queue.paused()),
                    queue.accountRefused(),
                    queue.callsPerMinute(),
                    queue.teams().stream().map(TenantWaiting::of).toList());
        }
    }

    @Schema(name = "OperatorTenantWaiting")
    record TenantWaiting(
            @Schema(example = "design") String tenant,
            @Schema(example = "12") long waiting,
            @Schema(example = "3") long oldestSeconds) {

        static TenantWaiting of(TeamWaiting team) {
            return new TenantWaiting(team.team(), team.waiting(), seconds(team.oldest()));
        }
    }

    /**
     * @param waiting jobs that have not been sent yet
     * @param running jobs that the vendor has, or may have
     * @param lastStartsInSeconds an estimate; null if none waits
     */
    @Schema(name = "OperatorTenantQueue")
    record QueueView(
            @Schema(example = "12") long waiting,
            @Schema(example = "3") long running,
            @Schema(example = "4") @Nullable Long lastStartsInSeconds) {

        static QueueView of(TeamQueue queue) {
            return new QueueView(queue.waiting(), queue.running(), queue.lastStartsInSeconds());
        }
    }

    private static long seconds(Duration duration) {
        return Math.ceilDiv(duration.toMillis(), 1000);
    }
}
