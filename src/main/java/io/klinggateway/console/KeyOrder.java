package io.klinggateway.console;

import io.klinggateway.admin.KeyView;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.ui.Model;

/** In which order a team's keys stand: the oldest first, unless the address says otherwise. */
final class KeyOrder {

    private static final Map<String, Comparator<KeyView>> COLUMNS = Map.of(
            "name", Comparator.comparing(KeyView::name),
            "state", Comparator.comparing(KeyView::status),
            "-left", Comparator.comparing(KeyOrder::left, Comparator.nullsFirst(Comparator.naturalOrder())),
            "-used", Comparator.comparing(KeyView::lastUsedAt, Comparator.nullsFirst(Comparator.naturalOrder())),
            "expires",
                    Comparator.comparing(KeyView::expiresAt, Comparator.nullsLast(Comparator.<Instant>naturalOrder())),
            "created", Comparator.comparing(KeyView::createdAt));

    private KeyOrder() {}

    /** @param asked as {@link TableOrder} reads it */
    static void add(List<KeyView> keys, PageUrl address, @Nullable String asked, Model model) {
        TableOrder<KeyView> order = TableOrder.of(address, asked, COLUMNS, "created");
        model.addAttribute("keys", order.sorted(keys));
        model.addAttribute("keyOrder", order);
    }

    private static @Nullable Long left(KeyView key) {
        return key.budget() == null ? null : key.budget().available();
    }
}
