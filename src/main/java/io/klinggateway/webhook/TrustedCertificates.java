package io.klinggateway.webhook;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.stereotype.Component;

/**
 * Whose certificates a receiver may show: those of the authorities that Java knows, and of those that the
 * operator names. The gateway shows none of its own.
 */
@Component
class TrustedCertificates {

    private static final String PROTOCOL = "TLS";

    private final TrustManagerFactory trust;

    TrustedCertificates(WebhookSettings settings, SslBundles bundles) {
        String bundle = settings.sslBundle();
        this.trust = bundle == null ? trusting(null) : trusting(withJavas(certificates(bundle, bundles)));
    }

    private static KeyStore certificates(String bundle, SslBundles bundles) {
        try {
            KeyStore store = bundles.getBundle(bundle).getStores().getTrustStore();
            if (store == null) {
                throw new IllegalArgumentException(
                        "gateway.webhooks.ssl-bundle: the bundle \"" + bundle + "\" has no truststore");
            }
            return store;
        } catch (NoSuchSslBundleException unknown) {
            throw new IllegalArgumentException(
                    "gateway.webhooks.ssl-bundle: there is no bundle \"" + bundle + "\" under spring.ssl.bundle",
                    unknown);
        }
    }

    private static KeyStore withJavas(KeyStore own) {
        try {
            KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
            all.load(null, null);
            for (X509Certificate certificate : authorities(trusting(null))) {
                all.setCertificateEntry("java " + all.size(), certificate);
            }
            for (String alias : Collections.list(own.aliases())) {
                if (own.isCertificateEntry(alias)) {
                    all.setCertificateEntry("own " + all.size(), own.getCertificate(alias));
                }
            }
            return all;
        } catch (GeneralSecurityException | IOException unreadable) {
            throw new IllegalStateException("gateway.webhooks.ssl-bundle cannot be read", unreadable);
        }
    }

    /** @param store null for the certificates that Java knows */
    private static TrustManagerFactory trusting(@Nullable KeyStore store) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static List<X509Certificate> authorities(TrustManagerFactory factory) {
        List<X509Certificate> authorities = new ArrayList<>();
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager certificates) {
                authorities.addAll(List.of(certificates.getAcceptedIssuers()));
            }
        }
        return authorities;
    }

    List<X509Certificate> authorities() {
        return authorities(trust);
    }

    SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance(PROTOCOL);
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
