package io.klinggateway.provider;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.server.authorization.InMemoryOAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;

/** What the provider has granted, and can take back. */
final class KnownAuthorizations implements OAuth2AuthorizationService {

    private final InMemoryOAuth2AuthorizationService all = new InMemoryOAuth2AuthorizationService();
    private final Map<String, OAuth2Authorization> byId = new ConcurrentHashMap<>();

    @Override
    public void save(OAuth2Authorization authorization) {
        byId.put(authorization.getId(), authorization);
        all.save(authorization);
    }

    @Override
    public void remove(OAuth2Authorization authorization) {
        byId.remove(authorization.getId());
        all.remove(authorization);
    }

    void removeAllOf(String subject) {
        byId.values().stream()
                .filter(authorization -> authorization.getPrincipalName().equals(subject))
                .toList()
                .forEach(this::remove);
    }

    @Override
    public @Nullable OAuth2Authorization findById(String id) {
        return all.findById(id);
    }

    @Override
    public @Nullable OAuth2Authorization findByToken(String token, @Nullable OAuth2TokenType type) {
        return all.findByToken(token, type);
    }
}
