package dev.pulse.faults;

import dev.pulse.Pulse;
import dev.pulse.pool.TickerOptions;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A listener of a ticker in a process of its own, for {@link dev.pulse.testing.Node}, that dies as soon as it is to fire.
 * Arguments: URI, pool, period in ms. Prints how many due times its firing said were missed.
 */
public final class TickerProcess {
    private TickerProcess() {}

    public static void main(String[] args) throws InterruptedException, IOException {
        FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        Pulse.connect(args[0])
                .joinPool(args[1])
                .ticker("t", TickerOptions.every(Duration.ofMillis(Long.parseLong(args[2]))), firing -> {
                    out.write((firing.missed() + "\n").getBytes(StandardCharsets.UTF_8));
                    Runtime.getRuntime().halt(1);
                });
        // until somebody ends it, or its standard input ends
        System.in.read();
    }
}
