package io.klinggateway;

import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.klinggateway.simulator.MovableClock;
import io.klinggateway.simulator.SimulatedApiframe;
import java.time.Instant;
import java.util.Map;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;

/**
 * Gives an application context a simulated vendor whose clock stands still until a test moves it, behind a WireMock
 * that lets everything through until a test says otherwise.
 */
final class VendorInitializer implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    @Override
    @SuppressWarnings("resource") // closed with the context
    public void initialize(ConfigurableApplicationContext context) {
        var clock = new MovableClock(Instant.now());
        var apiframe = SimulatedApiframe.builder().port(0).clock(clock).build().start();
        var door = new WireMockServer(options().dynamicPort());
        door.start();
        var beans = (DefaultListableBeanFactory) context.getBeanFactory();
        beans.registerSingleton("vendorClock", new VendorClock(clock));
        beans.registerSingleton("apiframeSimulator", apiframe);
        beans.registerSingleton("vendorDoor", door);
        beans.registerDisposableBean("apiframeSimulator", apiframe::close);
        beans.registerDisposableBean("vendorDoor", door::stop);
        context.getEnvironment()
                .getPropertySources()
                .addFirst(new MapPropertySource(
                        "simulated vendor",
                        Map.of(
                                "apiframe.api-key",
                                SimulatedApiframe.DEFAULT_API_KEY,
                                "apiframe.base-url",
                                door.baseUrl())));
    }

    /** Not a {@code Clock} to the context, whose own must stay the only one. */
    record VendorClock(MovableClock clock) {}
}
