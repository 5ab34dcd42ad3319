package io.klinggateway.job;

import io.klinggateway.apiframe.Deadline;
import io.klinggateway.generation.JobView;
import io.klinggateway.generation.OutcomeUnknown;
import io.klinggateway.generation.Settlement;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import java.time.Duration;
import org.springframework.stereotype.Component;

/** Cancels jobs that wait in the queue. The vendor has no such call: what it may have runs to its end. */
@Component
class JobCancellation {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Settlement settlement;
    private final Jobs jobs;

    JobCancellation(Settlement settlement, Jobs jobs) {
        this.settlement = settlement;
        this.jobs = jobs;
    }

    /**
     * May be repeated: what is cancelled stays so.
     *
     * @return the job, CANCELLED
     * @throws ProblemException if it is not the tenant's, or an attempt may have reached the vendor
     * @throws OutcomeUnknown if the database was lost in the middle of the COMMIT and stayed away
     */
    JobView cancel(TenantId tenant, GenerationId id) {
        boolean cancelled = settlement.cancel(tenant, id, Deadline.in(PATIENCE));
        JobView job = jobs.find(tenant, id)
                .orElseThrow(() -> new ProblemException(Problem.of(ProblemCode.NOT_FOUND, "Job not found")))
                .view();
        if (!cancelled && !job.status().equals("CANCELLED")) {
            throw new ProblemException(Problem.of(
                    ProblemCode.ALREADY_SENT,
                    job.completedAt() == null
                            ? "The job was sent to the vendor already, and runs to its end"
                            : "The job has ended already: it is " + job.status()));
        }
        return job;
    }
}
