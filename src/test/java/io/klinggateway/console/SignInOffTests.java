package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.Filter;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContext;
import org.springframework.security.web.SecurityFilterChain;

/** Without an issuer there is nothing of single sign-on. */
@ConsoleTest
class SignInOffTests {

    private final ApplicationContext context;

    @LocalServerPort
    private int port;

    SignInOffTests(ApplicationContext context) {
        this.context = context;
    }

    @Test
    void nothingOfItIsLoaded() {
        List<Class<?>> beans = Arrays.stream(context.getBeanDefinitionNames())
                .<Class<?>>map(context::getType)
                .filter(Objects::nonNull)
                .toList();
        List<Filter> filters = context.getBeansOfType(SecurityFilterChain.class).values().stream()
                .flatMap(chain -> chain.getFilters().stream())
                .toList();

        assertThat(beans).extracting(Class::getPackageName).doesNotContain("io.klinggateway.signin");
        assertThat(beans).doesNotContain(SingleSignOnPages.class, PersonVisitors.class, PeoplePages.class);
        assertThat(filters)
                .extracting(filter -> filter.getClass().getName())
                .noneMatch(name -> name.contains("oauth2"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/sign-in/single-sign-on", "/sign-in/callback"})
    void thereIsNoWayToAProvider(String path) {
        assertThat(new Session("http://localhost:" + port)
                        .get("/console" + path)
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void theSignInPageOffersNone() {
        assertThat(new Session("http://localhost:" + port)
                        .get("/console/sign-in")
                        .body())
                .doesNotContain("Single sign-on");
    }
}
