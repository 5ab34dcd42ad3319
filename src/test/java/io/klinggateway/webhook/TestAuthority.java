package io.klinggateway.webhook;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A company's own certificate authority, made by the JDK's {@code keytool}. */
final class TestAuthority {

    private static final String PASSWORD = "changeit";

    private final Path directory;
    private final Path root;

    TestAuthority(String name) {
        this.directory = newDirectory();
        this.root = directory.resolve(name + ".p12");
        keytool(
                root,
                "-genkeypair",
                "-alias",
                "root",
                "-dname",
                "CN=" + name,
                "-ext",
                "bc:c",
                "-ext",
                "ku:c=keyCertSign");
    }

    private static Path newDirectory() {
        try {
            return Files.createTempDirectory(Path.of("target"), "authority");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** @return the file with its certificate, as an operator would have it */
    Path certificate() {
        Path file = Path.of(root + ".pem").toAbsolutePath();
        keytool(root, "-exportcert", "-rfc", "-alias", "root", "-file", file.toString());
        return file;
    }

    /** @param start of its 90 days, as keytool writes it, such as {@code -1d} */
    SSLContext certify(String host, String start) {
        Path store = directory.resolve(host + start + ".p12");
        try {
            Files.copy(root, store);
            keytool(
                    store,
                    "-genkeypair",
                    "-alias",
                    "receiver",
                    "-signer",
                    "root",
                    "-dname",
                    "CN=" + host,
                    "-ext",
                    "san=dns:" + host,
                    "-startdate",
                    start);
            keytool(store, "-delete", "-alias", "root");
            return context(store);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static SSLContext context(Path store) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream file = Files.newInputStream(store)) {
            keys.load(file, PASSWORD.toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private static void keytool(Path store, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
        if (command.contains("-genkeypair")) {
            command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
        }
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(said);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
