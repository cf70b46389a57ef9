package dev.pulse.camel.stream;

import dev.pulse.camel.PulseConstants;
import java.net.URI;
import java.net.URISyntaxException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.spi.annotations.SendDynamic;
import org.apache.camel.support.component.SendDynamicAwareSupport;
import org.apache.camel.util.UnsafeUriCharactersEncoder;
import org.jspecify.annotations.Nullable;

/**
 * Has {@code toD("pulse-stream:${…}")} use one producer for all names: the name travels in the header
 * {@link PulseConstants#OVERRIDE_STREAM}.
 */
@SendDynamic("pulse-stream")
public class PulseStreamSendDynamicAware extends SendDynamicAwareSupport {
    private static final String ANY_NAME = "dynamic";

    @Override
    public boolean isLenientProperties() {
        return false;
    }

    @Override
    public DynamicAwareEntry prepare(Exchange exchange, String uri, String originalUri) {
        return new DynamicAwareEntry(uri, originalUri, null, null);
    }

    @Override
    public @Nullable String resolveStaticUri(Exchange exchange, DynamicAwareEntry entry) {
        String path = withoutQuery(entry.getUri());
        return path.equals(withoutQuery(entry.getOriginalUri()))
                // not the name is dynamic
                ? null
                : path.substring(0, path.indexOf(':') + 1)
                        + ANY_NAME
                        + entry.getUri().substring(path.length());
    }

    @Override
    public @Nullable Processor createPreProcessor(Exchange exchange, DynamicAwareEntry entry)
            throws URISyntaxException {
        if (exchange.getMessage().getHeader(PulseConstants.OVERRIDE_STREAM) != null) {
            return null;
        }
        String name = name(entry.getUri());
        return each -> each.getMessage().setHeader(PulseConstants.OVERRIDE_STREAM, name);
    }

    /** As an endpoint would read it from this URI. */
    private static String name(String uri) throws URISyntaxException {
        String path = new URI(UnsafeUriCharactersEncoder.encode(withoutQuery(uri))).getSchemeSpecificPart();
        return path.startsWith("//") ? path.substring(2) : path;
    }

    private static String withoutQuery(String uri) {
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    /** The producer takes the header off. */
    @Override
    public @Nullable Processor createPostProcessor(Exchange exchange, DynamicAwareEntry entry) {
        return null;
    }
}
