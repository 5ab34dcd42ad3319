package io.klinggateway.apiframe;

import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import com.github.tomakehurst.wiremock.WireMockServer;
import org.junit.jupiter.api.BeforeEach;

/** A vendor that answers as each test says; until then it knows nothing. */
abstract class VendorScenario {

    static final WireMockServer vendor = new WireMockServer(options().dynamicPort());

    static {
        vendor.start();
    }

    @BeforeEach
    void forget() {
        vendor.resetAll();
    }
}
