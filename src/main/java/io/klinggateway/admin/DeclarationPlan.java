package io.klinggateway.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a declaration changes, or would change.
 *
 * @param dryRun whether nothing was changed
 * @param revision of the declaration afterwards
 * @param tenants those of the declaration, in its order; then those that it drops; then those that it leaves alone, by name
 */
record DeclarationPlan(boolean dryRun, long revision, List<PlannedTenant> tenants) {

    @Schema(name = "PlannedAction")
    enum PlannedAction {
        CREATE,
        CHANGE,
        /** It was declared before, and is not any more. */
        SUSPEND,
        /** It is as it is declared. */
        NONE,
        /** Nobody declares it. */
        LEAVE_ALONE
    }

    /** @param id absent if it would be created */
    @Schema(name = "PlannedTenant")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record PlannedTenant(@Nullable UUID id, String name, PlannedAction action, List<FieldChange> changes) {

        boolean hasEffect() {
            return action != PlannedAction.NONE && action != PlannedAction.LEAVE_ALONE;
        }

        /** What will be given an id has none yet. */
        PlannedTenant rehearsed() {
            return new PlannedTenant(
                    action == PlannedAction.CREATE ? null : id,
                    name,
                    action,
                    changes.stream().map(FieldChange::withoutNewId).toList());
        }
    }
}
