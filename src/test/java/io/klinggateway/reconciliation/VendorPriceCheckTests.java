package io.klinggateway.reconciliation;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.Gateway;
import io.klinggateway.GatewayTest;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the vendor's catalogue asks for is held against what the gateway holds. */
@GatewayTest
class VendorPriceCheckTests {

    private final Gateway gateway;
    private final VendorPriceCheck price;
    private final MeterRegistry meters;

    VendorPriceCheckTests(Gateway gateway, VendorPriceCheck price, MeterRegistry meters) {
        this.gateway = gateway;
        this.price = price;
        this.meters = meters;
    }

    @AfterEach
    void theVendorsOwnCatalogue() {
        gateway.openDoor();
        due();
        await().until(() -> difference() == 0);
    }

    @ParameterizedTest
    @CsvSource({
        "2, 8, 0",
        "2, 2, 0",
        "2.0, 8.0, 0",
        "3, 12, 1",
        "3, 3, 1",
        "2, 12, 4",
        "2, 3, 1",
        "2.5, 10, 0.5",
        "1, 4, -1"
    })
    void aDifferenceShowsWhicheverPriceTheCatalogueMeans(String lowest, String highest, double difference) {
        catalogue("""
                {"models": [{"id": "flux", "costMin": 9, "costMax": 9},
                            {"id": "kling-image", "modality": "image", "costMin": %s, "costMax": %s}]}
                """.formatted(lowest, highest));
        due();

        await().until(() -> difference() == difference);
        assertThat(gateway.getFrom(gateway.managementPort(), "/actuator/prometheus")
                        .body())
                .contains("kling_gateway_upstream_price_difference_credits " + difference);
    }

    @Test
    void itIsReadOnceADayAndAgainInAnHourIfItWasNotToBeHad() {
        catalogue("{\"models\": [{\"id\": \"kling-image\", \"costMin\": 3, \"costMax\": 12}]}");
        due();
        await().until(() -> difference() == 1);
        gateway.door().resetRequests();
        assertThat(hoursUntilNext()).isBetween(23.9, 24.0);

        price.pass();
        gateway.door().verify(0, getRequestedFor(urlPathEqualTo("/v2/models")));

        gateway.door()
                .stubFor(get(urlPathEqualTo("/v2/models"))
                        .willReturn(aResponse().withStatus(200).withBody("{\"models\": []}")));
        due();
        await().until(() -> {
            price.pass();
            return hoursUntilNext() < 2 && hoursUntilNext() > 0;
        });
        assertThat(difference()).as("what it said last").isEqualTo(1);
    }

    private void catalogue(String json) {
        gateway.door().stubFor(get(urlPathEqualTo("/v2/models")).willReturn(okJson(json)));
    }

    private void due() {
        gateway.database()
                .sql("update upstream_price set due_at = gateway_now()")
                .update();
    }

    private double hoursUntilNext() {
        return gateway.database()
                .sql("select extract(epoch from due_at - gateway_now()) / 3600 from upstream_price")
                .query(Double.class)
                .single();
    }

    private double difference() {
        price.pass();
        return meters.get("kling.gateway.upstream.price.difference").gauge().value();
    }
}
