package dev.pulse.jmh.peer;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/** A Camel route that takes events from a sink and adds them to another stream, {@value #CONCURRENCY} at once. */
public final class RouteConsumer implements GroupConsumer {
    static final int CONCURRENCY = 64;

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final String uri;
    private final String from;
    private final String to;

    public RouteConsumer(String host, int port, String from, String to) {
        uri = "redis://" + host + ":" + port;
        this.from = from;
        this.to = to;
        context.start();
    }

    @Override
    public End begin(String group, Handler handler) throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                fromF("pulse-sink:%s/%s?concurrentConsumers=%d&uri=%s", from, group, CONCURRENCY, uri)
                        .routeId(group)
                        .process(
                                exchange -> handler.handle(exchange.getMessage().getBody(byte[].class)))
                        .toF("pulse-stream:%s?uri=%s", to, uri);
            }
        });
        return () -> {
            context.getRouteController().stopRoute(group);
            context.removeRoute(group);
        };
    }

    @Override
    public void close() {
        context.stop();
    }
}
