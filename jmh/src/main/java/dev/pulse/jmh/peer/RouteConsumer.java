package dev.pulse.jmh.peer;

import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.ProcessorDefinition;
import org.jspecify.annotations.Nullable;

/** A Camel route that takes events from a stream, one in each exchange or in batches, and may add them to another one. */
public final class RouteConsumer implements GroupConsumer {
    private final DefaultCamelContext context = new DefaultCamelContext();
    private final String uri;
    private final String from;
    private final @Nullable String to;

    private RouteConsumer(String host, int port, String from, @Nullable String to) {
        uri = "uri=redis://" + host + ":" + port;
        this.from = from;
        this.to = to;
        context.start();
    }

    /** A member of a sink, with such options, which adds to another stream unless that is absent. */
    public static RouteConsumer ofSink(String host, int port, String stream, String options, @Nullable String to) {
        return new RouteConsumer(host, port, "pulse-sink:" + stream + "/%s?" + options, to);
    }

    /** A reader, which has no group. */
    public static RouteConsumer ofReader(String host, int port, String stream) {
        return new RouteConsumer(host, port, "pulse-stream:" + stream + "?startAt=oldest", null);
    }

    @Override
    public End begin(String group, Handler handler) throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                ProcessorDefinition<?> route =
                        fromF(from + "&" + uri, group).routeId(group).process(exchange -> handle(exchange, handler));
                if (to != null) {
                    route.toF("pulse-stream:%s?%s", to, uri);
                }
            }
        });
        return () -> {
            context.getRouteController().stopRoute(group);
            context.removeRoute(group);
        };
    }

    private static void handle(Exchange exchange, Handler handler) {
        if (exchange.getMessage().getBody() instanceof List<?> batch) {
            batch.forEach(one -> handle((Exchange) one, handler));
        } else {
            handler.handle(exchange.getMessage().getBody(byte[].class));
        }
    }

    @Override
    public void close() {
        context.stop();
    }
}
