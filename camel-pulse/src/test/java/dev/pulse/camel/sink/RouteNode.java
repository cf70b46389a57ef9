package dev.pulse.camel.sink;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.AggregationStrategies;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClient;

/**
 * A CamelContext in a process of its own, with a route over each way to acknowledge: {@code mails} acks by itself behind
 * seda and fails now and then, {@code audit} with grouped acks, {@code bills} in batches. The last step of each writes
 * what it has done into the list {@code done:<sink>}. It is told {@code suspend}, {@code resume} and {@code stop}.
 */
final class RouteNode implements AutoCloseable {
    private static final String READY = "ready:";

    private final Process process;
    private final String name;

    private RouteNode(Process process, String name) {
        this.process = process;
        this.name = name;
    }

    static RouteNode start(String redis, String stream, String name) {
        try {
            return new RouteNode(
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-Xmx96m",
                                    "-XX:TieredStopAtLevel=1",
                                    "-XX:+UseSerialGC",
                                    "-Xshare:auto",
                                    "-Dorg.slf4j.simpleLogger.logFile=System.err",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    RouteNode.class.getName(),
                                    redis,
                                    stream,
                                    name)
                            .redirectError(Redirect.DISCARD)
                            .redirectOutput(Redirect.DISCARD)
                            .start(),
                    name);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a JVM", e);
        }
    }

    boolean isReady(Jedis jedis) {
        return jedis.exists(READY + name);
    }

    void tell(String line) throws IOException {
        process.outputWriter(StandardCharsets.UTF_8).append(line).append('\n').flush();
    }

    /** Ends it without a word. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        awaitEnd();
    }

    void awaitEnd() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("node " + name + " does not end");
        }
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }

    public static void main(String[] args) throws Exception {
        try (CamelContext context = new DefaultCamelContext();
                RedisClient history = RedisClient.create(URI.create(args[0]));
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            context.getShutdownStrategy().setTimeout(20);
            PulseSinkComponent sinks = context.getComponent("pulse-sink", PulseSinkComponent.class);
            sinks.getConfiguration().setUri(args[0]);
            sinks.getConfiguration().setCodec("string");
            context.addRoutes(routes(args[1], history));
            context.start();
            history.set(READY + args[2], "");
            for (String line = in.readLine(); line != null && !line.equals("stop"); line = in.readLine()) {
                for (String route : List.of("mails", "audit", "bills")) {
                    if (line.equals("suspend")) {
                        context.getRouteController().suspendRoute(route);
                    } else {
                        context.getRouteController().resumeRoute(route);
                    }
                }
            }
        }
    }

    private static RouteBuilder routes(String stream, RedisClient history) {
        return new RouteBuilder() {
            private String sink(String name, String options) {
                return "pulse-sink:" + stream + "/" + name + "?ackDeadline=1s&blockTime=200ms&backoff=20ms" + options;
            }

            private void done(Exchange exchange) {
                history.rpush(
                        "done:" + exchange.getProperty("sink"),
                        exchange.getIn().getBody(String.class).split(","));
            }

            @Override
            public void configure() {
                from(sink("mails", "&concurrentConsumers=4"))
                        .routeId("mails")
                        .setProperty("sink", constant("mails"))
                        .to("seda:mails?concurrentConsumers=4");
                from("seda:mails?concurrentConsumers=4")
                        .delay(3)
                        .process(e -> {
                            int delivery = e.getIn().getHeader("CamelPulseDeliveryCount", Integer.class);
                            if (e.getIn().getBody(String.class).hashCode() % 7 == 0 && delivery == 1) {
                                throw new IllegalStateException("now and then");
                            }
                        })
                        .process(this::done);
                from(sink("audit", "&ackMode=manual&maxInFlight=50"))
                        .routeId("audit")
                        .aggregate(constant(true), new PulseGroupedAck(AggregationStrategies.string(",")))
                        .completionSize(5)
                        .completionInterval(200)
                        .forceCompletionOnStop()
                        .setProperty("sink", constant("audit"))
                        .delay(5)
                        .process(this::done);
                from(sink("bills", "&batching=true&batchSize=10&batchTimeout=50ms"))
                        .routeId("bills")
                        .setProperty("sink", constant("bills"))
                        .setBody(e -> String.join(
                                ",",
                                ((List<?>) e.getIn().getBody(List.class))
                                        .stream()
                                                .map(each -> ((Exchange) each)
                                                        .getIn()
                                                        .getBody(String.class))
                                                .toList()))
                        .delay(5)
                        .process(this::done);
            }
        };
    }
}
