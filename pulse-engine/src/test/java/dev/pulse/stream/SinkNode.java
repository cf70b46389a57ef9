package dev.pulse.stream;

import dev.pulse.Pulse;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A consumer in a process of its own, for {@link dev.pulse.testing.Node}. Arguments: URI, stream, sink, ack deadline in
 * ms. Prints {@code ready}; told {@code hold} it polls one event and prints {@code held}; told {@code ack} it prints what
 * acknowledging that came to.
 */
public final class SinkNode {
    private SinkNode() {}

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        SinkOptions options = SinkOptions.builder()
                .ackDeadline(Duration.ofMillis(Long.parseLong(args[3])))
                .build();
        try (Pulse pulse = Pulse.connect(args[0]);
                Sink<String> sink = pulse.stream(args[1], Codecs.string()).sink(args[2], options);
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            out.println("ready");
            Delivery<String> held = null;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                switch (line) {
                    case "hold" -> {
                        held = sink.poll(1, Duration.ofSeconds(10)).getFirst();
                        out.println("held " + held.event().payload());
                    }
                    case "ack" -> out.println(held == null ? "nothing" : held.ack());
                    default -> throw new IllegalArgumentException(line);
                }
            }
        }
    }
}
