package io.klinggateway;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.lang.management.ManagementFactory;
import java.util.function.ToDoubleFunction;
import jdk.management.VirtualThreadSchedulerMXBean;
import org.springframework.stereotype.Component;

/** Shows whether virtual threads, on which everything runs, find carriers to run on. */
@Component
class VirtualThreadMeters implements MeterBinder {

    private final VirtualThreadSchedulerMXBean scheduler =
            ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(
                registry,
                "mounted",
                "Virtual threads that run now",
                VirtualThreadSchedulerMXBean::getMountedVirtualThreadCount);
        gauge(
                registry,
                "queued",
                "Virtual threads that wait for a carrier",
                VirtualThreadSchedulerMXBean::getQueuedVirtualThreadCount);
        gauge(
                registry,
                "parallelism",
                "Carriers that virtual threads may have",
                VirtualThreadSchedulerMXBean::getParallelism);
    }

    private void gauge(
            MeterRegistry registry,
            String name,
            String description,
            ToDoubleFunction<VirtualThreadSchedulerMXBean> value) {
        Gauge.builder("kling.gateway.virtual.threads." + name, scheduler, value)
                .description(description)
                .register(registry);
    }
}
