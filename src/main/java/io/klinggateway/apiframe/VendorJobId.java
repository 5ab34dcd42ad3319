package io.klinggateway.apiframe;

import java.util.UUID;

/** The vendor's id of a job. Tenants never see it. */
public record VendorJobId(UUID value) {

    @Override
    public String toString() {
        return value.toString();
    }
}
