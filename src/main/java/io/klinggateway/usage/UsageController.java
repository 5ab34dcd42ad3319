package io.klinggateway.usage;

import io.klinggateway.ledger.Ledger;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.tenant.Caller;
import io.klinggateway.tenant.Keys;
import io.klinggateway.tenant.Tenant;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** A tenant's own spend. */
@RestController
@Tag(name = "Account")
class UsageController {

    private final UsageReports reports;
    private final SpendForecast forecasts;
    private final Ledger ledger;
    private final Keys keys;
    private final Clock clock;

    UsageController(UsageReports reports, SpendForecast forecasts, Ledger ledger, Keys keys, Clock clock) {
        this.reports = reports;
        this.forecasts = forecasts;
        this.ledger = ledger;
        this.keys = keys;
        this.clock = clock;
    }

    @GetMapping(path = "/v2/forecast", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            summary = "When the calling key has nothing left, if its team goes on spending as in the last seven days")
    SpendForecast.Forecast forecast(@AuthenticationPrincipal Caller caller) {
        TenantId tenant = caller.tenant().id();
        return forecasts.forecast(tenant, ledger.budgetStatus(tenant, keys.budget(caller)), clock.instant());
    }

    @GetMapping("/v2/usage")
    @Operation(
            summary = "The calling tenant's spend, by key, day, month, model and label, in credits and money",
            description =
                    "A job counts on the day of its hold, whenever it is settled; days and months are those of the "
                            + "budget's zone unless `zone` names another")
    @UsageAnswer
    ResponseEntity<?> usage(
            @AuthenticationPrincipal Caller caller,
            @RequestParam(required = false) @Schema(example = "2026-11-01") @Nullable String from,
            @RequestParam(required = false) @Schema(example = "2026-11-30") @Nullable String to,
            @RequestParam(required = false) @Schema(example = "month,label:project", defaultValue = "day") @Nullable
                    String groupBy,
            @RequestParam(required = false)
                    @Schema(
                            allowableValues = {"json", "csv"},
                            defaultValue = "json")
                    @Nullable
                    String format,
            @RequestParam(required = false) @Schema(example = "Europe/Berlin") @Nullable String zone) {
        Tenant tenant = caller.tenant();
        return reports.forTeam(
                new UsageReports.Request(from, to, groupBy, format, zone),
                new UsageReports.ReportedTeam(
                        tenant.id(),
                        tenant.name(),
                        ledger.budgetStatus(tenant.id(), null).timeZone()));
    }
}
