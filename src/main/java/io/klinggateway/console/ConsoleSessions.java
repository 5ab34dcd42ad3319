package io.klinggateway.console;

import io.klinggateway.support.Uuids;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.web.servlet.DelegatingFilterProxyRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.convert.ConversionService;
import org.springframework.core.convert.support.GenericConversionService;
import org.springframework.session.config.SessionRepositoryCustomizer;
import org.springframework.session.jdbc.JdbcIndexedSessionRepository;
import org.springframework.session.web.http.CookieHttpSessionIdResolver;
import org.springframework.session.web.http.DefaultCookieSerializer;
import org.springframework.session.web.http.HttpSessionIdResolver;

/** Sessions live in the database, so that any replica serves any request. Only the console has any. */
@Configuration(proxyBeanMethods = false)
class ConsoleSessions {

    static final String COOKIE = "kling_console";

    @Bean
    SessionRepositoryCustomizer<JdbcIndexedSessionRepository> idleTimeout(ConsoleSettings settings) {
        return sessions -> sessions.setDefaultMaxInactiveInterval(settings.idleTimeout());
    }

    /** Attributes are text: nothing that is read back from the database becomes any other object. */
    @Bean
    ConversionService springSessionConversionService() {
        GenericConversionService conversions = new GenericConversionService();
        conversions.addConverter(
                Object.class, byte[].class, text -> text.toString().getBytes(StandardCharsets.UTF_8));
        conversions.addConverter(byte[].class, Object.class, bytes -> new String(bytes, StandardCharsets.UTF_8));
        return conversions;
    }

    /** Requests of the API do not pass the sessions' filter at all. */
    @Bean
    static BeanPostProcessor sessionsOfTheConsoleAlone() {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessBeforeInitialization(Object bean, String name) {
                if (bean instanceof DelegatingFilterProxyRegistrationBean filter
                        && name.equals("sessionRepositoryFilterRegistration")) {
                    filter.setUrlPatterns(List.of(Paths.CONSOLE, Paths.CONSOLE + "/*"));
                }
                return bean;
            }
        };
    }

    @Bean
    HttpSessionIdResolver consoleCookie() {
        return new ConsoleCookie();
    }

    /** Sent back only over TLS if it was set over TLS. */
    private static final class ConsoleCookie implements HttpSessionIdResolver {

        private final HttpSessionIdResolver plain = resolver(false);
        private final HttpSessionIdResolver overTls = resolver(true);

        private static HttpSessionIdResolver resolver(boolean secure) {
            DefaultCookieSerializer cookie = new DefaultCookieSerializer();
            cookie.setCookieName(COOKIE);
            cookie.setCookiePath(Paths.CONSOLE);
            cookie.setSameSite("Strict");
            cookie.setUseHttpOnlyCookie(true);
            cookie.setUseSecureCookie(secure);
            CookieHttpSessionIdResolver resolver = new CookieHttpSessionIdResolver();
            resolver.setCookieSerializer(cookie);
            return resolver;
        }

        private HttpSessionIdResolver resolver(HttpServletRequest request) {
            return TlsDetection.is(request) ? overTls : plain;
        }

        /** What is no id never reaches the database, which would fail on some of it. */
        @Override
        public List<String> resolveSessionIds(HttpServletRequest request) {
            return plain.resolveSessionIds(request).stream()
                    .filter(id -> Uuids.parse(id).isPresent())
                    .toList();
        }

        @Override
        public void setSessionId(HttpServletRequest request, HttpServletResponse response, String sessionId) {
            resolver(request).setSessionId(request, response, sessionId);
        }

        @Override
        public void expireSession(HttpServletRequest request, HttpServletResponse response) {
            resolver(request).expireSession(request, response);
        }
    }
}
