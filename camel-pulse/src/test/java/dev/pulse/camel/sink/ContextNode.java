package dev.pulse.camel.sink;

import static java.util.Objects.requireNonNull;

import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.faults.Handling;
import dev.pulse.faults.Step;
import dev.pulse.faults.Step.Did;
import dev.pulse.faults.StreamNode;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.console.DevConsole;
import org.apache.camel.console.DevConsoleResolver;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.RouteController;
import org.apache.camel.support.SynchronizationAdapter;
import org.apache.camel.util.json.JsonObject;

/**
 * A CamelContext in a process of its own, with a route over each way to acknowledge: {@code mails} behind seda, {@code
 * audit} with grouped acks, {@code bills} in batches. All fail now and then, and take longer than the ack deadline and the
 * shutdown time-out now and then. It is told {@code suspend}, {@code resume} and {@code stop}; its history, which it
 * prints, has the beginning of an event in its route and the completion of the exchange that it is in.
 */
final class ContextNode extends RouteBuilder {
    private static final Duration ACK_DEADLINE = Duration.ofSeconds(1);
    private static final Duration WORK = Duration.ofMillis(5);
    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(1);
    private static final List<String> SINKS = List.of("mails", "audit", "bills");

    private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final String name;
    private final String stream;

    private ContextNode(String name, String stream) {
        this.name = name;
        this.stream = stream;
    }

    /** Arguments: name, URI, stream, whether Camel's own threads are virtual. */
    public static void main(String[] args) throws Exception {
        System.setProperty("camel.threads.virtual.enabled", args[3]);
        ContextNode node = new ContextNode(args[0], args[2]);
        try (Pulse pulse = Pulse.builder()
                        .uri(args[1])
                        .clientName(args[0])
                        .listener(node::noteLoss)
                        .connect();
                CamelContext context = new DefaultCamelContext();
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            context.getShutdownStrategy().setTimeout(SHUTDOWN_TIMEOUT.toSeconds());
            context.getRegistry().bind("pulse", pulse);
            context.setDevConsole(true);
            context.addRoutes(node);
            context.start();
            node.noteConsumers(context);
            for (String line = in.readLine(); line != null && !line.equals("stop"); line = in.readLine()) {
                for (String route : SINKS) {
                    tell(context, route, line);
                }
                // one that was resumed is another
                node.noteConsumers(context);
            }
        }
    }

    /** Notes who it is in each sink, as far as it can be known now, and that what is to come is handled. */
    private void noteConsumers(CamelContext context) {
        JsonObject all = (JsonObject) context.getCamelContextExtension()
                .getContextPlugin(DevConsoleResolver.class)
                .resolveDevConsole("pulse")
                .call(DevConsole.MediaType.JSON);
        for (Object each : (List<?>) requireNonNull(all.get("sinks"))) {
            JsonObject row = (JsonObject) each;
            String sink = row.getString("name");
            note(sink, Did.READY, Handling.of(sink, ACK_DEADLINE, 4, WORK) + " " + row.getString("consumer"));
        }
    }

    private static void tell(CamelContext context, String route, String line) throws Exception {
        RouteController routes = context.getRouteController();
        if (line.equals("suspend")) {
            routes.suspendRoute(route);
        } else {
            routes.resumeRoute(route);
        }
    }

    private void noteLoss(PulseEvent event) {
        switch (event) {
            case PulseEvent.LeaseLost lost -> note(lost.sink(), Did.LEASE_LOST, "- " + lost.eventId());
            case PulseEvent.DeadLettered dead -> note(dead.sink(), Did.DEAD, "- " + dead.eventId());
            default -> {}
        }
    }

    /** What is done to an event, which is its payload and its id. */
    private void note(String sink, Did did, String event) {
        String[] words = event.split(" ");
        StreamNode.print(out, Step.now(sink + "/" + name, did, words[0], words[1]));
    }

    private String sink(String sink, String options) {
        return "pulse-sink:" + stream + "/" + sink + "?codec=string&blockTime=200ms&backoff=20ms&ackDeadline="
                + ACK_DEADLINE.toMillis() + "ms" + options;
    }

    @Override
    public void configure() {
        from(sink("mails", "&concurrentConsumers=4"))
                .routeId("mails")
                .process(this::begin)
                .setBody(e -> List.of(event(e)))
                .process(e -> settle("mails", e))
                .to("seda:mails?concurrentConsumers=4");
        from("seda:mails?concurrentConsumers=4").process(e -> work("mails", e));
        from(sink("audit", "&ackMode=manual&maxInFlight=50"))
                .routeId("audit")
                .process(this::begin)
                .setBody(ContextNode::event)
                .aggregate(constant(true), new PulseGroupedAck())
                .completionSize(5)
                .completionInterval(200)
                .forceCompletionOnStop()
                .process(e -> settle("audit", e))
                .process(e -> work("audit", e));
        from(sink("bills", "&batching=true&batchSize=10&batchTimeout=50ms&concurrentConsumers=2"))
                .routeId("bills")
                .process(e -> exchanges(e).forEach(this::begin))
                .setBody(e -> exchanges(e).stream().map(ContextNode::event).toList())
                .process(e -> settle("bills", e))
                .process(e -> work("bills", e));
    }

    private static String event(Exchange exchange) {
        return exchange.getIn().getBody(String.class) + " " + exchange.getIn().getHeader("CamelPulseEventId");
    }

    private static List<Exchange> exchanges(Exchange batch) {
        return ((List<?>) batch.getIn().getBody(List.class))
                .stream().map(Exchange.class::cast).toList();
    }

    private static List<String> events(Exchange exchange) {
        return ((List<?>) exchange.getIn().getBody(List.class))
                .stream().map(String.class::cast).toList();
    }

    private void begin(Exchange exchange) {
        note(exchange.getIn().getHeader("CamelPulseSink", String.class), Did.BEGIN, event(exchange));
    }

    /** Has the completion of the exchange noted, before anything is acked by it. */
    private void settle(String sink, Exchange exchange) {
        List<String> events = events(exchange);
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onComplete(Exchange complete) {
                events.forEach(event -> note(sink, Did.END, event));
            }

            @Override
            public void onFailure(Exchange failed) {
                events.forEach(event -> note(sink, Did.FAILED, event));
            }

            @Override
            public int getOrder() {
                return HIGHEST;
            }
        });
    }

    /** Of the events that come here first, one in 40 makes its exchange fail, one in 300 makes it slow. */
    private void work(String sink, Exchange exchange) throws InterruptedException {
        Thread.sleep(WORK);
        for (String event : events(exchange)) {
            if (seen.add(sink + " " + event)) {
                int kind = Math.floorMod((sink + event).hashCode(), 600);
                if (kind < 15) {
                    throw new IllegalStateException("now and then");
                }
                if (kind < 17) {
                    Thread.sleep(ACK_DEADLINE.plus(Duration.ofMillis(200)));
                }
            }
        }
    }
}
