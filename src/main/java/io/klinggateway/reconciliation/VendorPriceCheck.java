package io.klinggateway.reconciliation;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.CataloguePrice;
import io.klinggateway.imagerequest.KlingImageParams;
import io.klinggateway.imagerequest.PriceList;
import io.klinggateway.queue.VendorRateLimiter;
import io.klinggateway.queue.VendorRateLimiter.Purpose;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.math.BigDecimal;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Holds the vendor's catalogue against our price list: a vendor that charges more than is held is a loss with every image. One
 * replica asks, once a day; all publish its answer.
 */
@Component
class VendorPriceCheck {

    private static final Logger log = LoggerFactory.getLogger(VendorPriceCheck.class);

    private static final String CLAIM = """
            insert into upstream_price as price (upstream, due_at)
            values (:upstream, gateway_now() + make_interval(secs => :again))
            on conflict (upstream) do update set due_at = excluded.due_at where price.due_at <= gateway_now()
            """;

    private static final String RECORD = """
            update upstream_price
               set lowest_credits = :lowest, highest_credits = :highest, read_at = gateway_now(),
                   due_at = gateway_now() + interval '1 day'
             where upstream = :upstream
            """;

    private static final String READ = """
            select lowest_credits, highest_credits, extract(epoch from gateway_now() - read_at) as age_seconds
              from upstream_price where upstream = :upstream and read_at is not null
            """;

    /** Where the catalogue was not to be had. */
    private static final Duration AGAIN = Duration.ofHours(1);

    private static final Duration PATIENCE_FOR_CALL = Duration.ofSeconds(10);

    private static final BigDecimal IMAGE = BigDecimal.valueOf(PriceList.CREDITS_PER_IMAGE);

    /** The catalogue's highest may be that of an image, or that of a request. */
    private static final BigDecimal LARGEST_REQUEST = IMAGE.multiply(BigDecimal.valueOf(KlingImageParams.MOST_IMAGES));

    private final JdbcClient jdbc;
    private final Apiframe apiframe;
    private final VendorRateLimiter rate;
    private volatile PriceReading reading = PriceReading.NOT_YET;

    VendorPriceCheck(JdbcClient jdbc, Apiframe apiframe, VendorRateLimiter rate, MeterRegistry registry) {
        this.jdbc = jdbc;
        this.apiframe = apiframe;
        this.rate = rate;
        Gauge.builder("kling.gateway.upstream.price.difference", () -> reading.difference())
                .description(
                        "What the vendor's catalogue asks for beyond our price list, below it if negative; always 0")
                .baseUnit("credits")
                .register(registry);
        Gauge.builder("kling.gateway.upstream.price.age", () -> reading.ageSeconds())
                .description("How long ago the vendor's catalogue was read")
                .baseUnit("seconds")
                .register(registry);
    }

    private record PriceReading(double difference, double ageSeconds) {

        private static final PriceReading NOT_YET = new PriceReading(Double.NaN, Double.NaN);
    }

    boolean pass() {
        if (claim() && rate.take(Purpose.OTHER, PATIENCE_FOR_CALL)) {
            apiframe.price().ifPresent(this::record);
        }
        reading = jdbc.sql(READ)
                .param("upstream", apiframe.upstream())
                .query((row, _) -> new PriceReading(
                        difference(row.getBigDecimal("lowest_credits"), row.getBigDecimal("highest_credits"))
                                .doubleValue(),
                        row.getDouble("age_seconds")))
                .optional()
                .orElse(PriceReading.NOT_YET);
        return false;
    }

    private boolean claim() {
        return jdbc.sql(CLAIM)
                        .param("upstream", apiframe.upstream())
                        .param("again", AGAIN.toSeconds())
                        .update()
                == 1;
    }

    private void record(CataloguePrice price) {
        if (difference(price.lowest(), price.highest()).signum() != 0) {
            log.error(
                    "the vendor's catalogue asks for {} to {} credits, and the price list for {} an image",
                    price.lowest(),
                    price.highest(),
                    IMAGE);
        }
        jdbc.sql(RECORD)
                .param("upstream", apiframe.upstream())
                .param("lowest", price.lowest())
                .param("highest", price.highest())
                .update();
    }

    /** Of the lowest, or else of the highest from whichever it is nearer to. */
    private static BigDecimal difference(BigDecimal lowest, BigDecimal highest) {
        BigDecimal ofLowest = lowest.subtract(IMAGE);
        if (ofLowest.signum() != 0) {
            return ofLowest;
        }
        BigDecimal ofImage = highest.subtract(IMAGE);
        BigDecimal ofRequest = highest.subtract(LARGEST_REQUEST);
        return ofImage.abs().compareTo(ofRequest.abs()) < 0 ? ofImage : ofRequest;
    }
}
