package io.klinggateway.provider;

import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.authentication.UsernamePasswordAuthenticationFilter;
import org.springframework.security.web.context.SecurityContextHolderFilter;

/** The provider's own context. No {@code @Configuration}: a gateway's would find it, and become a provider. */
@EnableWebSecurity
class ProviderServer {

    /** Of everybody. */
    static final String PASSWORD = "none";

    /** Its filters answer everything, but only where some servlet would. */
    @Bean
    static TomcatServletWebServerFactory webServer(SimulatedProvider provider) {
        TomcatServletWebServerFactory server = new TomcatServletWebServerFactory(provider.port());
        server.setRegisterDefaultServlet(true);
        return server;
    }

    @Bean
    @Order(1)
    SecurityFilterChain protocol(HttpSecurity http, SimulatedProvider provider) {
        return http.oauth2AuthorizationServer(server -> {
                    http.securityMatcher(server.getEndpointsMatcher());
                    server.oidc(oidc ->
                            oidc.logoutEndpoint(logout -> logout.logoutResponseHandler(new BackChannel(provider))));
                })
                .addFilterBefore(new ProviderTrouble(provider), SecurityContextHolderFilter.class)
                .exceptionHandling(
                        refusals -> refusals.authenticationEntryPoint(new LoginUrlAuthenticationEntryPoint("/login")))
                .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                .build();
    }

    @Bean
    @Order(2)
    SecurityFilterChain pages(HttpSecurity http, SimulatedProvider provider) {
        return http.csrf(AbstractHttpConfigurer::disable)
                .formLogin(form -> form.loginPage("/login").permitAll())
                .addFilterBefore(new ChooseAPerson(provider), UsernamePasswordAuthenticationFilter.class)
                .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                .build();
    }

    @Bean
    UserDetailsService people(SimulatedProvider provider) {
        return subject -> {
            if (!provider.people().containsKey(subject)) {
                throw new UsernameNotFoundException(subject);
            }
            return User.withUsername(subject).password(PASSWORD).build();
        };
    }

    /** Nothing here is secret, and digests take their time. */
    @Bean
    PasswordEncoder plainText() {
        return new PasswordEncoder() {
            @Override
            public String encode(@Nullable CharSequence password) {
                return String.valueOf(password);
            }

            @Override
            public boolean matches(@Nullable CharSequence password, @Nullable String kept) {
                return Objects.equals(String.valueOf(password), kept);
            }
        };
    }

    @Bean
    OAuth2TokenCustomizer<JwtEncodingContext> claims(SimulatedProvider provider) {
        return token -> {
            Authentication signedIn = token.getPrincipal();
            String subject = Objects.requireNonNull(signedIn).getName();
            SimulatedPerson person = Objects.requireNonNull(provider.people().get(subject));
            token.getClaims().claim("name", person.name());
            if (!provider.isHalfAway()) {
                token.getClaims().claim("groups", person.groups());
            }
        };
    }

    @Bean
    JWKSource<SecurityContext> keys(SimulatedProvider provider) {
        return new ImmutableJWKSet<>(provider.keys());
    }

    /** For the tokens of those who ask about themselves. */
    @Bean
    JwtDecoder ownTokens(JWKSource<SecurityContext> keys) {
        return NimbusJwtDecoder.withJwkSource(keys).build();
    }

    @Bean
    OAuth2AuthorizationService authorizations(SimulatedProvider provider) {
        return provider.authorizations();
    }

    @Bean
    AuthorizationServerSettings settings(SimulatedProvider provider) {
        return AuthorizationServerSettings.builder().issuer(provider.issuer()).build();
    }

    @Bean
    RegisteredClientRepository clients(SimulatedProvider provider) {
        return new Gateways(provider);
    }

    /** One client, for all gateways that the provider serves by now. */
    private record Gateways(SimulatedProvider provider) implements RegisteredClientRepository {

        @Override
        public void save(RegisteredClient client) {
            throw new UnsupportedOperationException();
        }

        @Override
        public RegisteredClient findById(String id) {
            return client();
        }

        @Override
        public @Nullable RegisteredClient findByClientId(String clientId) {
            return clientId.equals(SimulatedProvider.CLIENT_ID) ? client() : null;
        }

        private RegisteredClient client() {
            return RegisteredClient.withId("gateway")
                    .clientId(SimulatedProvider.CLIENT_ID)
                    .clientSecret(SimulatedProvider.CLIENT_SECRET)
                    .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                    .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                    .authorizationGrantType(AuthorizationGrantType.REFRESH_TOKEN)
                    .redirectUris(uris ->
                            provider.gateways().forEach(gateway -> uris.add(gateway + "/console/sign-in/callback")))
                    .postLogoutRedirectUris(
                            uris -> provider.gateways().forEach(gateway -> uris.add(gateway + "/console/sign-in")))
                    .scope("openid")
                    .scope("profile")
                    .clientSettings(ClientSettings.builder()
                            .requireProofKey(true)
                            .requireAuthorizationConsent(false)
                            .build())
                    .tokenSettings(TokenSettings.builder()
                            .reuseRefreshTokens(false)
                            .refreshTokenTimeToLive(Duration.ofHours(12))
                            .build())
                    .build();
        }
    }
}
