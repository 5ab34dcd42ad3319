package io.klinggateway.generation;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Describes the timers that come of observed steps, which have no place for a description of their own. */
@Component
class StepMeters implements MeterFilter {

    private static final Map<String, String> DESCRIPTIONS = Map.of(
            "kling.gateway.admission", "Admission in the database: replay, limits, hold and the generation's row",
            "kling.gateway.settlement", "Terminal state and movement of credits, in the database");

    @Override
    public Meter.Id map(Meter.Id id) {
        String description = DESCRIPTIONS.get(id.getName());
        return description == null
                ? id
                : new Meter.Id(
                        id.getName(), Tags.of(id.getTagsAsIterable()), id.getBaseUnit(), description, id.getType());
    }
}
