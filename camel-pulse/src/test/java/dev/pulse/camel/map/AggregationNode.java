package dev.pulse.camel.map;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/** A process that aggregates: it completes a group whose exchange never ends, begins another one, and waits to be killed. */
final class AggregationNode implements AutoCloseable {
    private final Process process;

    private AggregationNode(Process process) {
        this.process = process;
    }

    static AggregationNode start(String map) {
        try {
            return new AggregationNode(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx96m",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            AggregationNode.class.getName(),
                            map)
                    .redirectError(Redirect.DISCARD)
                    .redirectOutput(Redirect.DISCARD)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a JVM", e);
        }
    }

    /** Ends it without a word. */
    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** A route that aggregates three bodies at a time. */
    static RouteBuilder route(PulseAggregationRepository repository, String to) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                repository.setRecoveryInterval(400);
                from("direct:in")
                        .aggregate(header("group"), AggregationNode::joined)
                        .aggregationRepository(repository)
                        .optimisticLocking()
                        .completionSize(3)
                        .to(to);
            }
        };
    }

    private static Exchange joined(Exchange group, Exchange next) {
        if (group == null) {
            return next;
        }
        group.getIn().setBody(group.getIn().getBody() + "," + next.getIn().getBody());
        return group;
    }

    public static void main(String[] args) throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        try (CamelContext context = new DefaultCamelContext()) {
            context.addRoutes(route(new PulseAggregationRepository(args[0]), "direct:hang"));
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:hang").process(exchange -> never.await());
                }
            });
            context.start();
            try (ProducerTemplate template = context.createProducerTemplate()) {
                template.sendBodyAndHeader("direct:in", "x", "group", "growing");
                for (String body : new String[] {"a", "b", "c"}) {
                    template.sendBodyAndHeader("direct:in", body, "group", "complete");
                }
            }
        }
    }
}
