package dev.pulse.camel.map;

import dev.pulse.camel.Lease;
import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.PulseProducer;
import dev.pulse.map.ListChange;
import dev.pulse.map.ReplicatedMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/** Does what the endpoint, or the message, says with the map, which it joins at its first exchange. */
class PulseMapProducer extends PulseProducer {
    private static final String[] FOR_THIS_ENDPOINT = {
        PulseConstants.OPERATION,
        PulseConstants.KEY,
        PulseConstants.VALUE,
        PulseConstants.TEST_VALUE,
        PulseConstants.AMOUNT
    };

    private final PulseMapEndpoint endpoint;
    private final AskingConfiguration options;
    private final MapValues values;
    private final Optional<Expression> keyOption;
    private final Optional<Expression> valueOption;
    private final Optional<Expression> testValueOption;
    private final ReentrantLock joining = new ReentrantLock();
    private volatile @Nullable Lease<ReplicatedMap<byte[]>> joined;

    PulseMapProducer(PulseMapEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
        this.options = endpoint.getAsking();
        this.values = endpoint.values();
        this.keyOption = options.keyExpression(endpoint.getCamelContext());
        this.valueOption = options.valueExpression(endpoint.getCamelContext());
        this.testValueOption = options.testValueExpression(endpoint.getCamelContext());
    }

    private ReplicatedMap<byte[]> map() throws InterruptedException {
        Lease<ReplicatedMap<byte[]>> lease = joined;
        return lease != null ? lease.get() : join();
    }

    private ReplicatedMap<byte[]> join() throws InterruptedException {
        joining.lockInterruptibly();
        try {
            // nothing is joined that nobody would leave
            pulse();
            Lease<ReplicatedMap<byte[]>> lease = joined;
            if (lease == null) {
                lease = endpoint.acquireMap(event -> {});
                joined = lease;
            }
            return lease.get();
        } finally {
            joining.unlock();
        }
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Message message = exchange.getMessage();
        MapOperation operation =
                message.getHeader(PulseConstants.OPERATION, options.getOperation(), MapOperation.class);
        ReplicatedMap<byte[]> map = map();
        switch (operation) {
            case GET -> {
                String key = keyOrBody(exchange);
                byte[] value = map.get(key);
                found(exchange, value == null ? null : values.decode(key, value));
            }
            case GET_FRESH -> {
                String key = keyOrBody(exchange);
                found(exchange, values.decode(key, map.getFresh(key)));
            }
            case KEYS -> found(exchange, map.keys());
            case SIZE -> found(exchange, map.size());
            case SNAPSHOT -> found(exchange, values.decode(map.snapshot()));
            case SET -> {
                String key = key(exchange);
                replaced(exchange, key, map.set(key, value(exchange)));
            }
            case SET_AND_WAIT -> {
                String key = key(exchange);
                replaced(exchange, key, map.setAndWait(key, value(exchange)));
            }
            case DELETE -> {
                String key = keyOrBody(exchange);
                replaced(exchange, key, map.delete(key));
            }
            case SET_IF_ABSENT -> changed(exchange, map.setIfAbsent(key(exchange), value(exchange)));
            case TEST_AND_SET -> changed(exchange, map.testAndSet(key(exchange), testValue(exchange), value(exchange)));
            case TEST_AND_DELETE -> changed(exchange, map.testAndDelete(key(exchange), testValue(exchange)));
            case TEST_AND_RESET -> changed(exchange, map.testAndReset(tests(exchange)));
            case INC -> {
                long amount = message.getHeader(PulseConstants.AMOUNT, options.getAmount(), Long.class);
                found(exchange, map.inc(keyOrBody(exchange), amount));
            }
            case APPEND -> found(exchange, map.lists().append(key(exchange), items(exchange)));
            case APPEND_UNIQUE -> listed(exchange, map.lists().appendUnique(key(exchange), items(exchange)));
            case REMOVE -> listed(exchange, map.lists().remove(key(exchange), items(exchange)));
            case RESET -> map.reset();
            case DESTROY -> map.destroy();
        }
        for (String header : FOR_THIS_ENDPOINT) {
            // it was meant for this endpoint, and not for the next one on the way
            message.removeHeader(header);
        }
    }

    private String key(Exchange exchange) {
        String key = given(exchange, PulseConstants.KEY, keyOption, String.class);
        if (key == null) {
            throw missing("key", "the option key or the header " + PulseConstants.KEY);
        }
        return key;
    }

    /** For operations that have no other use for the body. */
    private String keyOrBody(Exchange exchange) {
        String key = given(exchange, PulseConstants.KEY, keyOption, String.class);
        if (key == null && keyOption.isEmpty()) {
            key = exchange.getMessage().getBody(String.class);
        }
        if (key == null) {
            throw missing("key", "the option key, the header " + PulseConstants.KEY + " or the body");
        }
        return key;
    }

    private Object plainValue(Exchange exchange) {
        Object value = given(exchange, PulseConstants.VALUE, valueOption, Object.class);
        if (value == null && valueOption.isEmpty()) {
            value = exchange.getMessage().getBody();
        }
        if (value == null) {
            throw missing("value", "the option value, the header " + PulseConstants.VALUE + " or the body");
        }
        return value;
    }

    private byte[] value(Exchange exchange) throws Exception {
        return values.encode(exchange, plainValue(exchange));
    }

    private byte[] testValue(Exchange exchange) throws Exception {
        Object value = given(exchange, PulseConstants.TEST_VALUE, testValueOption, Object.class);
        if (value == null) {
            throw missing("value to test for", "the option testValue or the header " + PulseConstants.TEST_VALUE);
        }
        return values.encode(exchange, value);
    }

    /** One key with its value, else those in the body. */
    private Map<String, byte[]> tests(Exchange exchange) throws Exception {
        if (keyOption.isPresent() || exchange.getMessage().getHeader(PulseConstants.KEY) != null) {
            return Map.of(key(exchange), testValue(exchange));
        }
        Map<String, byte[]> tests = new LinkedHashMap<>();
        Map<?, ?> given = exchange.getMessage().getMandatoryBody(Map.class);
        for (Map.Entry<?, ?> each : given.entrySet()) {
            tests.put(each.getKey().toString(), values.encode(exchange, each.getValue()));
        }
        return tests;
    }

    /** A collection has many, anything else is one, commas in it or not. */
    private List<String> items(Exchange exchange) throws Exception {
        Object given = plainValue(exchange);
        List<String> items = new ArrayList<>();
        for (Object item : given instanceof Collection<?> many ? many : List.of(given)) {
            items.add(exchange.getContext().getTypeConverter().mandatoryConvertTo(String.class, exchange, item));
        }
        return items;
    }

    /** The header is only for who has no option: a consumer of another map may have set it. */
    private static <T> @Nullable T given(Exchange exchange, String header, Optional<Expression> option, Class<T> type) {
        return option.isPresent()
                ? option.get().evaluate(exchange, type)
                : exchange.getMessage().getHeader(header, type);
    }

    private IllegalArgumentException missing(String what, String where) {
        return new IllegalArgumentException("the operation on map " + endpoint.getName() + " needs a " + what + ", in "
                + where + ", which gave none");
    }

    private void found(Exchange exchange, @Nullable Object answer) {
        if (options.getResultHeader() == null) {
            exchange.getMessage().setBody(answer);
        } else {
            exchange.getMessage().setHeader(options.getResultHeader(), answer);
        }
    }

    /** Nobody wants the body of a message replaced that is only to be kept in the map. */
    private void written(Exchange exchange, @Nullable Object answer) {
        if (options.getResultHeader() != null) {
            found(exchange, answer);
        }
    }

    private void replaced(Exchange exchange, String key, Optional<byte[]> before) {
        Object old = values.readable(key, before);
        exchange.getMessage().setHeader(PulseConstants.OLD_VALUE, old);
        written(exchange, old);
    }

    private void changed(Exchange exchange, boolean changed) {
        exchange.getMessage().setHeader(PulseConstants.CHANGED, changed);
        written(exchange, changed);
    }

    private void listed(Exchange exchange, ListChange change) {
        exchange.getMessage().setHeader(PulseConstants.CHANGED, change.changed());
        found(exchange, change.items());
    }

    @Override
    protected void letGo() {
        Lease<ReplicatedMap<byte[]>> map;
        joining.lock();
        try {
            map = joined;
            joined = null;
        } finally {
            joining.unlock();
        }
        if (map != null) {
            map.close();
        }
    }
}
