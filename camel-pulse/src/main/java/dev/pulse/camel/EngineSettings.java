package dev.pulse.camel;

import dev.pulse.Pulse;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import org.apache.camel.CamelContext;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.jspecify.annotations.Nullable;

/**
 * What makes two connections distinct: endpoints with equal settings share one engine. Its text never shows the URI, for
 * that holds the password.
 *
 * @param ssl absent for the platform's own
 * @param credentials absent for those in the URI
 * @param connectTimeout in milliseconds
 * @param commandTimeout in milliseconds
 */
record EngineSettings(
        String connectionUri,
        @Nullable SSLContextParameters ssl,
        @Nullable PulseCredentials credentials,
        long connectTimeout,
        long commandTimeout,
        int maxPayloadBytes,
        int maxHeaderBytes) {
    /** Whether the Redis goes with its engine. */
    boolean isEmbedded() {
        return connectionUri.equals(RedisAddress.EMBEDDED);
    }

    Pulse connect(CamelContext context) {
        Pulse.Builder builder = Pulse.builder()
                .uri(connectionUri)
                .connectTimeout(Duration.ofMillis(connectTimeout))
                .commandTimeout(Duration.ofMillis(commandTimeout))
                .maxPayloadBytes(maxPayloadBytes)
                .maxHeaderBytes(maxHeaderBytes);
        if (credentials != null && !isEmbedded()) { // which knows no users
            builder.credentials(credentials);
        }
        if (ssl != null) {
            try {
                builder.sslContext(ssl.createSSLContext(context));
            } catch (GeneralSecurityException | IOException e) {
                throw new RuntimeCamelException("sslContextParameters cannot be used: " + e.getMessage(), e);
            }
        }
        return builder.connect();
    }

    @Override
    public String toString() {
        return "EngineSettings";
    }
}
