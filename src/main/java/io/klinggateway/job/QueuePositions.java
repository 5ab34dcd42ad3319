package io.klinggateway.job;

import io.klinggateway.job.Jobs.FoundJob;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.queue.QueueForecast;
import io.klinggateway.queue.QueuePosition;
import io.klinggateway.tenant.Caller;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.stereotype.Component;

/** Tells callers beside the vendor's shape where a job stands in the queue. Both numbers are estimates. */
@Component
class QueuePositions {

    static final String AHEAD = "X-Queue-Ahead";
    static final String STARTS_IN = "X-Queue-Starts-In";

    private final QueueForecast forecast;

    QueuePositions(QueueForecast forecast) {
        this.forecast = forecast;
    }

    /** For a job that has just been admitted and waits. */
    void showAdmitted(Caller caller, HttpServletResponse response) {
        show(forecast.admitted(caller.tenant().id(), caller.keyId()), response);
    }

    /** Nothing for a job that does not wait. */
    void show(FoundJob job, HttpServletResponse response) {
        if (job.waiting()) {
            show(
                    forecast.of(
                            job.tenant(), job.key(), new GenerationId(job.view().id())),
                    response);
        }
    }

    private static void show(QueuePosition place, HttpServletResponse response) {
        response.setHeader(AHEAD, Long.toString(place.ahead()));
        response.setHeader(STARTS_IN, Long.toString(place.startsInSeconds()));
    }
}
