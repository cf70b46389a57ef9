package dev.pulse.camel;

import dev.pulse.stream.Event;
import dev.pulse.stream.TopicFilter;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.jspecify.annotations.Nullable;

/** Reads the options that choose among events, and those that are Camel's expressions. */
public final class EventExpressions {
    private EventExpressions() {}

    /**
     * What {@code topic} and {@code topicPattern} come to.
     *
     * @throws IllegalArgumentException when both are given, or one is out of its range
     */
    public static TopicFilter topics(@Nullable String topic, @Nullable String topicPattern) {
        if (topic != null && topicPattern != null) {
            throw new IllegalArgumentException(
                    "a consumer has a topic or a topicPattern, was \"" + topic + "\" and \"" + topicPattern + "\"");
        }
        if (topic != null) {
            return TopicFilter.exactly(topic);
        }
        return topicPattern != null ? TopicFilter.matching(topicPattern) : TopicFilter.all();
    }

    /**
     * An option whose value is an expression, or its text in the simple language.
     *
     * @throws IllegalArgumentException when the text is none; it names the option
     */
    public static Expression expression(CamelContext context, String option, Object value) {
        try {
            Expression expression = value instanceof Expression given
                    ? given
                    : context.resolveLanguage("simple").createExpression(value.toString());
            expression.init(context);
            return expression;
        } catch (RuntimeException e) {
            throw wrong(option, value, e);
        }
    }

    /**
     * An option whose value is a predicate, or its text in the simple language.
     *
     * @throws IllegalArgumentException when the text is none; it names the option
     */
    static org.apache.camel.Predicate predicate(CamelContext context, String option, Object value) {
        try {
            org.apache.camel.Predicate predicate = value instanceof org.apache.camel.Predicate given
                    ? given
                    : context.resolveLanguage("simple").createPredicate(value.toString());
            predicate.init(context);
            return predicate;
        } catch (RuntimeException e) {
            throw wrong(option, value, e);
        }
    }

    private static IllegalArgumentException wrong(String option, Object value, RuntimeException cause) {
        return new IllegalArgumentException(
                option + " is a reference to a bean or in the simple language, was \"" + value + "\": "
                        + cause.getMessage(),
                cause);
    }

    /**
     * Asks a predicate about events that are not routed yet, on the thread that reads, each in an exchange of its own. An
     * event whose payload cannot be decoded passes: what becomes of it is decided where it would be routed.
     */
    static Predicate<Event<?>> onEvents(org.apache.camel.Predicate predicate, Endpoint endpoint, EventMapping mapping) {
        return event -> {
            Exchange exchange = unrouted(event, endpoint, mapping);
            return exchange.getException() != null || predicate.matches(exchange);
        };
    }

    /**
     * Asks an expression for the keys of events that are not routed yet, on the thread that reads. An event whose payload
     * cannot be decoded has none.
     */
    public static Function<Event<?>, @Nullable String> keysOfEvents(
            Expression expression, Endpoint endpoint, EventMapping mapping) {
        return event -> {
            Exchange exchange = unrouted(event, endpoint, mapping);
            return exchange.getException() != null ? null : expression.evaluate(exchange, String.class);
        };
    }

    /** Streams are of bytes here, as the engine's type of event cannot say. */
    @SuppressWarnings("unchecked")
    private static Exchange unrouted(Event<?> event, Endpoint endpoint, EventMapping mapping) {
        Exchange exchange = endpoint.createExchange();
        mapping.fill(exchange, (Event<byte[]>) event);
        return exchange;
    }
}
