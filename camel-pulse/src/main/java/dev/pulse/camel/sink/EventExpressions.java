package dev.pulse.camel.sink;

import dev.pulse.camel.EventMapping;
import dev.pulse.stream.Event;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.jspecify.annotations.Nullable;

/**
 * What Camel's expressions say about events that are not routed yet. They are asked on the thread that reads, with an
 * exchange of their own. An event whose payload cannot be decoded passes and has no key: what becomes of it is decided
 * where it would be routed.
 */
final class EventExpressions {
    private final PulseSinkEndpoint endpoint;
    private final EventMapping mapping;

    EventExpressions(PulseSinkEndpoint endpoint) {
        this.endpoint = endpoint;
        this.mapping = endpoint.eventMapping();
    }

    /** Whether an event passes the option {@code filter}. */
    Optional<Predicate<? super Event<?>>> filter(@Nullable Object option) {
        if (option == null) {
            return Optional.empty();
        }
        org.apache.camel.Predicate predicate = option instanceof org.apache.camel.Predicate given
                ? given
                : endpoint.getCamelContext().resolveLanguage("simple").createPredicate(option.toString());
        predicate.init(endpoint.getCamelContext());
        return Optional.of(event -> {
            Exchange exchange = exchange(event);
            return exchange.getException() != null || predicate.matches(exchange);
        });
    }

    /** The key that the option {@code orderBy} gives an event; null where it gives none. */
    Optional<Function<? super Event<?>, @Nullable String>> orderBy(@Nullable Object option) {
        if (option == null) {
            return Optional.empty();
        }
        Expression expression = option instanceof Expression given
                ? given
                : endpoint.getCamelContext().resolveLanguage("simple").createExpression(option.toString());
        expression.init(endpoint.getCamelContext());
        return Optional.of(event -> {
            Exchange exchange = exchange(event);
            return exchange.getException() != null ? null : expression.evaluate(exchange, String.class);
        });
    }

    /** Sinks are of bytes here, as the engine's type of event cannot say. */
    @SuppressWarnings("unchecked")
    private Exchange exchange(Event<?> event) {
        Exchange exchange = endpoint.createExchange();
        mapping.fill(exchange, (Event<byte[]>) event);
        return exchange;
    }
}
