package io.klinggateway.admin;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.tenant.TenantRecord;

/** Why an operator's call ends without an effect. */
final class Refusals {

    private Refusals() {}

    static ProblemException notFound(String sentence) {
        return new ProblemException(Problem.of(ProblemCode.NOT_FOUND, sentence));
    }

    static ProblemException conflict(String sentence) {
        return new ProblemException(Problem.of(ProblemCode.CONFLICT, sentence));
    }

    static ProblemException noTenant(String name) {
        return notFound("There is no team \"" + name + "\"");
    }

    static ProblemException declared(TenantRecord tenant) {
        return conflict(
                "The team \"" + tenant.tenant().name()
                        + "\" is declared by the gateway's configuration (gateway.tenants, or PUT /admin/v1/declaration); change it there");
    }
}
