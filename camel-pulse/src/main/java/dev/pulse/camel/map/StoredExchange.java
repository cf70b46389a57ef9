package dev.pulse.camel.map;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.StreamCache;
import org.apache.camel.WrappedFile;
import org.apache.camel.support.DefaultExchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes bytes of an exchange and an exchange of bytes: id, body, headers, properties and variables. Thread-safe.
 *
 * <p>Of headers, properties and variables those are left out that cannot be stored, as {@link StoredValues} says; each name is
 * logged once. A body that cannot be stored, and what a strategy of
 * Camel's has collected to become one, are refused: the content of a group is not to vanish.
 */
final class StoredExchange {
    private static final Logger LOG = LoggerFactory.getLogger(StoredExchange.class);

    private final Set<String> leftOut = ConcurrentHashMap.newKeySet();
    /** The names of properties that are of no use elsewhere. */
    private final Set<String> local;

    StoredExchange(Set<String> local) {
        this.local = local;
    }

    /**
     * Throws for a body that cannot be stored.
     *
     * @throws IllegalArgumentException naming its class
     */
    byte[] toBytes(Exchange exchange) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            StoredValues.writeText(out, exchange.getExchangeId());
            StoredValues.write(out, body(exchange));
            StoredValues.write(out, storable("header", exchange.getMessage().getHeaders()));
            StoredValues.write(out, storable("property", exchange.getAllProperties()));
            StoredValues.write(out, storable("variable", exchange.getVariables()));
        } catch (IOException e) {
            throw new RuntimeCamelException(e);
        }
        return bytes.toByteArray();
    }

    private static @Nullable Object body(Exchange exchange) {
        Object body = exchange.getMessage().getBody();
        Object stored = switch (body) {
            case InputStream stream -> converted(exchange, byte[].class, stream);
            case StreamCache stream -> converted(exchange, byte[].class, stream);
            case File file -> converted(exchange, byte[].class, file);
            case WrappedFile<?> file -> converted(exchange, byte[].class, file);
            case Reader reader -> converted(exchange, String.class, reader);
            case null, default -> body;
        };
        if (stored != null && !StoredValues.canWrite(stored)) {
            throw refused("a body", stored);
        }
        if (stored != body) {
            // a stream can be read once
            exchange.getMessage().setBody(stored);
        }
        return stored;
    }

    private static IllegalArgumentException refused(String what, Object value) {
        return new IllegalArgumentException(what
                + " that is kept in a map is text, bytes, a number, a boolean, or a list or a map of such; marshal it"
                + " first; it was a "
                + (value instanceof Collection<?>
                        ? "list of others"
                        : value.getClass().getName()));
    }

    private static Object converted(Exchange exchange, Class<?> type, Object body) {
        return exchange.getContext().getTypeConverter().convertTo(type, exchange, body);
    }

    private Map<String, Object> storable(String what, @Nullable Map<String, Object> all) {
        Map<String, Object> storable = new LinkedHashMap<>();
        if (all != null) {
            all.forEach((name, value) -> {
                if (value == null || local.contains(name)) {
                    return;
                }
                if (StoredValues.canWrite(value)) {
                    storable.put(name, value);
                } else if (name.equals(Exchange.GROUPED_EXCHANGE)) {
                    // where Camel's strategies collect what becomes the body at last
                    throw refused("a group", value);
                } else if (leftOut.add(what + ' ' + name)) {
                    LOG.warn(
                            "{}={} class={} state=left-out note=\"only text, bytes, numbers, booleans, lists and maps are"
                                    + " kept with an aggregated exchange\"",
                            what,
                            name,
                            value.getClass().getName());
                }
            });
        }
        return storable;
    }

    /** Throws when it is none of ours. */
    static Exchange of(CamelContext context, byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            Exchange exchange = new DefaultExchange(context);
            exchange.setExchangeId(StoredValues.readText(in));
            exchange.getIn().setBody(StoredValues.read(in));
            map(in).forEach(exchange.getIn()::setHeader);
            map(in).forEach(exchange::setProperty);
            map(in).forEach(exchange::setVariable);
            return exchange;
        } catch (IOException e) {
            throw new RuntimeCamelException("what is stored is no exchange: " + e.getMessage(), e);
        }
    }

    private static Map<?, ?> values(DataInputStream in) throws IOException {
        if (StoredValues.read(in) instanceof Map<?, ?> values) {
            return values;
        }
        throw new IOException("there is something else in place of headers, properties or variables");
    }

    private static Map<String, Object> map(DataInputStream in) throws IOException {
        Map<String, Object> named = new LinkedHashMap<>();
        values(in).forEach((name, value) -> named.put(String.valueOf(name), value));
        return named;
    }
}
