package io.klinggateway.reconciliation;

import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How operators watch over the gateway.
 *
 * @param interval how often one of the replicas checks the books
 * @param sharedBalance whether others spend from the vendor's account, too; then its balance tells nothing about the books
 * @param vendorBalanceFloor credits; operators are told when the vendor's account falls below; null if they are not
 */
@Validated
@ConfigurationProperties("gateway.reconciliation")
record ReconciliationSettings(
        @DefaultValue("5m") @DurationMin(seconds = 1) Duration interval,
        @DefaultValue("false") boolean sharedBalance,
        @Nullable @Min(1) Long vendorBalanceFloor) {}
