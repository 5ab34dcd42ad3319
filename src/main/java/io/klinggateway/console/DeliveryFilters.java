package io.klinggateway.console;

import io.klinggateway.support.PageCursor;
import io.klinggateway.webhook.DeliveryFilter.Wanted;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How the address of a page says which webhooks it shows. */
final class DeliveryFilters {

    /** In the order in which a page offers them. */
    static final List<String> STATES =
            Arrays.stream(Wanted.values()).map(DeliveryFilters::name).toList();

    private DeliveryFilters() {}

    /** @param otherwise what is shown if the address says nothing, or nothing that is known */
    static Wanted wanted(@Nullable String state, Wanted otherwise) {
        return Arrays.stream(Wanted.values())
                .filter(wanted -> name(wanted).equals(state))
                .findFirst()
                .orElse(otherwise);
    }

    static String name(Wanted wanted) {
        return wanted.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Null if the newest are asked for, or what no page gave. */
    static @Nullable PageCursor before(@Nullable String cursor) {
        return cursor == null ? null : PageCursor.decode(cursor).orElse(null);
    }
}
