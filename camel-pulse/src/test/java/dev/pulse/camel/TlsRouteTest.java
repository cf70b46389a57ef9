package dev.pulse.camel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.RedisUnavailableException;
import dev.pulse.camel.stream.PulseStreamComponent;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.EmbeddedRedisOptions;
import dev.pulse.testing.FreePorts;
import dev.pulse.testing.PulseTest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import org.apache.camel.CamelContext;
import org.apache.camel.support.jsse.KeyStoreParameters;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.support.jsse.TrustManagersParameters;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A Redis whose certificate only a trust store of one's own knows. */
class TlsRouteTest extends RoutesTest {
    private static final String SECRET = "not-secret";

    @TempDir
    static Path directory;

    private static Path store;
    private static int tlsPort;

    @BeforeAll
    static void startRedisWithTls() throws Exception {
        redis.close();
        store = directory.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "redis",
                        "-keyalg",
                        "EC",
                        "-validity",
                        "2",
                        "-dname",
                        "CN=test",
                        "-ext",
                        "SAN=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        SECRET)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(keytool.waitFor()).isZero();
        tlsPort = FreePorts.next();
        redis = EmbeddedRedis.start(
                EmbeddedRedisOptions.builder().arguments(tls()).build());
    }

    private static String[] tls() throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, SECRET.toCharArray());
        }
        String certificate = pem("CERTIFICATE", keys.getCertificate("redis").getEncoded());
        String key =
                pem("PRIVATE KEY", keys.getKey("redis", SECRET.toCharArray()).getEncoded());
        return new String[] {
            "--tls-port",
            Integer.toString(tlsPort),
            "--tls-cert-file",
            certificate,
            "--tls-key-file",
            key,
            "--tls-ca-cert-file",
            certificate,
            "--tls-auth-clients",
            "no"
        };
    }

    private static String pem(String kind, byte[] content) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return Files.writeString(
                        directory.resolve(kind + ".pem"),
                        "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n")
                .toString();
    }

    private static SSLContextParameters trust() {
        KeyStoreParameters trusted = new KeyStoreParameters();
        trusted.setResource("file:" + store);
        trusted.setType("PKCS12");
        trusted.setPassword(SECRET);
        TrustManagersParameters managers = new TrustManagersParameters();
        managers.setKeyStore(trusted);
        SSLContextParameters parameters = new SSLContextParameters();
        parameters.setTrustManagers(managers);
        return parameters;
    }

    private static String tlsUri() {
        return "rediss://localhost:" + tlsPort;
    }

    @Override
    protected void configure(CamelContext created) {
        PulseConfiguration shared = new PulseConfiguration();
        shared.setUri(tlsUri());
        for (String scheme : new String[] {"pulse-stream", "pulse-sink"}) {
            created.getComponent(scheme, PulseComponent.class).setConfiguration(shared);
        }
    }

    private void routes(String options) throws Exception {
        route(r -> r.from("direct:in").to("pulse-stream:" + stream + options));
        route(r -> r.from("pulse-sink:" + stream + "/mails" + options).to("mock:end"));
        template.sendBody("direct:in", "a");
        awaitBodies("a");
    }

    @PulseTest
    void endpointsTrustWhatTheirSslContextParametersSay() throws Exception {
        context.getRegistry().bind("trust", trust());
        routes("?sslContextParameters=#trust");
    }

    @PulseTest
    void componentsUseTheSslContextParametersOfTheContext() throws Exception {
        context.setSSLContextParameters(trust());
        for (String scheme : new String[] {"pulse-stream", "pulse-sink"}) {
            context.getComponent(scheme, PulseComponent.class).setUseGlobalSslContextParameters(true);
        }
        routes("");
    }

    @PulseTest
    void globalParametersLeaveAUriWithoutTlsAlone() throws Exception {
        context.setSSLContextParameters(trust());
        context.getComponent("pulse-stream", PulseStreamComponent.class).setUseGlobalSslContextParameters(true);
        template.sendBody("pulse-stream:" + stream + "?uri=" + redis.uri(), "a");
        assertThat(events().snapshot()).hasSize(1);
    }

    @PulseTest
    void certificateThatNobodyTrustsIsRefused() {
        assertThat(template.send(
                                "pulse-stream:" + stream + "?lazyStartProducer=true",
                                e -> e.getIn().setBody("a"))
                        .getException())
                .isInstanceOf(RedisUnavailableException.class)
                .hasMessageContaining("no TLS connection to Redis at localhost:" + tlsPort);
    }
}
