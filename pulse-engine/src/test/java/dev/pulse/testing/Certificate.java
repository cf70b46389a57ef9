package dev.pulse.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A key with a certificate signed by itself, made by the JDK's keytool, as files that Redis reads. */
public final class Certificate {
    private static final String SECRET = "not-secret";
    private static final String ALIAS = "redis";

    private final Path pem;
    private final Path key;
    private final java.security.cert.Certificate certificate;

    private Certificate(Path pem, Path key, java.security.cert.Certificate certificate) {
        this.pem = pem;
        this.key = key;
        this.certificate = certificate;
    }

    /**
     * Makes one.
     *
     * @param names what it is for, as in {@code dns:localhost,ip:127.0.0.1}
     */
    public static Certificate make(Path directory, String names) {
        try {
            Path store = Files.createTempFile(directory, "store", ".p12");
            Files.delete(store);
            generate(store, names);
            KeyStore keys = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(store)) {
                keys.load(in, SECRET.toCharArray());
            }
            return new Certificate(
                    write(store, "CERTIFICATE", keys.getCertificate(ALIAS).getEncoded()),
                    write(
                            store,
                            "PRIVATE KEY",
                            keys.getKey(ALIAS, SECRET.toCharArray()).getEncoded()),
                    keys.getCertificate(ALIAS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot make a certificate", e);
        }
    }

    private static void generate(Path store, String names) throws IOException {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        "EC",
                        "-validity",
                        "2",
                        "-dname",
                        "CN=Pulse test",
                        "-ext",
                        "SAN=" + names,
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        SECRET)
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!Files.exists(store)) {
            throw new IllegalStateException("keytool: " + said);
        }
    }

    private static Path write(Path store, String kind, byte[] content) throws IOException {
        Path file = Path.of(store + "." + kind.charAt(0) + ".pem");
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return Files.writeString(file, "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
    }

    /** What has a Redis show it, on this port, as on its command line. */
    public String[] arguments(int tlsPort) {
        return settings(tlsPort).stream()
                .flatMap(setting -> Stream.of(("--" + setting).split(" ", 2)))
                .toArray(String[]::new);
    }

    /** The same as lines of its file of settings. */
    public List<String> settings(int tlsPort) {
        return List.of(
                "tls-port " + tlsPort,
                "tls-cert-file " + pem,
                "tls-key-file " + key,
                "tls-ca-cert-file " + pem,
                "tls-auth-clients no");
    }

    /** Trusts this certificate and no other. */
    public SSLContext trusted() {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry(ALIAS, certificate);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot trust a certificate", e);
        }
    }
}
