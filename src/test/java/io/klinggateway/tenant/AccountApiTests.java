package io.klinggateway.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.Gateway;
import io.klinggateway.GatewayTest;
import io.klinggateway.ledger.PeriodKind;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@GatewayTest
class AccountApiTests {

    private final Gateway gateway;

    AccountApiTests(Gateway gateway) {
        this.gateway = gateway;
    }

    @ParameterizedTest
    @EnumSource(
            value = PeriodKind.class,
            names = {"DAY", "WEEK", "MONTH"})
    void creditsShowThePeriodAndWhatIsLeftOfIt(PeriodKind kind) {
        var client = gateway.newTenant(kind, 10);
        client.accepted(Gateway.FOX);

        var answer = client.get("/v2/credits");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.json().propertyNames())
                .containsExactly(
                        "tenant",
                        "available",
                        "limitedBy",
                        "period",
                        "periodStart",
                        "resetsAt",
                        "ceiling",
                        "held",
                        "captured",
                        "windows");
        assertThat(answer.text("tenant")).isEqualTo(client.tenant().name());
        assertThat(answer.text("period")).isEqualTo(kind.name());
        var start = LocalDate.parse(answer.text("periodStart"))
                .atStartOfDay(ZoneOffset.UTC)
                .toInstant();
        assertThat(Instant.now()).isBetween(start, Instant.parse(answer.text("resetsAt")));
        assertThat(client.books()).isEqualTo(new Gateway.Books(10, 2, 0, 8));
    }

    @Test
    void aPrepaidBudgetShowsNoPeriod() {
        var credits = gateway.newTenant(10).get("/v2/credits").json();

        assertThat(credits.get("period").stringValue()).isEqualTo("TOTAL");
        assertThat(credits.get("periodStart").isNull()).isTrue();
        assertThat(credits.get("resetsAt").isNull()).isTrue();
    }

    @Test
    void meHasTheVendorsShape() {
        var client = gateway.newTenant(PeriodKind.MONTH, 10);
        client.accepted(Gateway.FOX);

        var me = client.get("/v2/me").json();

        assertThat(me.propertyNames()).containsExactly("user", "team", "apiKey");
        assertThat(me.get("user").propertyNames()).containsExactly("id", "email", "role");
        assertThat(me.get("user").get("role").stringValue()).isIn("ADMIN", "MEMBER", "OWNER");
        assertThat(me.get("team").propertyNames()).containsExactly("id", "name", "plan", "credits", "customerId");
        assertThat(me.get("team").get("id").stringValue())
                .isEqualTo(client.tenant().id().toString());
        assertThat(me.get("team").get("plan").stringValue())
                .isEqualTo(PeriodKind.MONTH.name().toLowerCase(Locale.ROOT));
        assertThat(me.get("team").get("credits").longValue()).isEqualTo(8);
        assertThat(me.get("apiKey").propertyNames()).containsExactly("id", "name", "prefix");
        assertThat(me.get("apiKey").get("name").stringValue()).isEqualTo("first");
        assertThat(client.key())
                .startsWith(me.get("apiKey").get("prefix").stringValue())
                .hasSizeGreaterThan(40);
        assertThat(me.get("apiKey").get("prefix").stringValue()).hasSize(8);
    }

    @Test
    void theCatalogueHasTheOneModelAndItsPrice() {
        var models = gateway.newTenant(1).get("/v2/models").json().get("models");

        assertThat(models.size()).isEqualTo(1);
        var model = models.get(0);
        assertThat(model.get("id").stringValue()).isEqualTo("kling-image");
        assertThat(model.get("modality").stringValue()).isEqualTo("image");
        assertThat(model.get("pricingMode").stringValue()).isEqualTo("per-output");
        assertThat(model.get("costMin").longValue()).isEqualTo(2);
        assertThat(model.get("costMax").longValue()).isEqualTo(8);
    }

    @Test
    void theCatalogueIsFilteredByModality() {
        var client = gateway.newTenant(1);

        assertThat(client.get("/v2/models?modality=image").json().get("models").size())
                .isEqualTo(1);
        assertThat(client.get("/v2/models?modality=video").json().get("models").size())
                .isZero();
        var wrong = client.get("/v2/models?modality=smell");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.json().get("details").propertyNames()).containsExactly("modality");
    }
}
