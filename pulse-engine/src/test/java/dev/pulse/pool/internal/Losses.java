package dev.pulse.pool.internal;

import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.Passage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Loses what is said of one job on its way, once. */
final class Losses {
    private Losses() {}

    /** Has the next one that names the job arrive, and its reply be lost. */
    static void loseReply(FaultProxy proxy, String key) {
        once(proxy, key, (out, bytes, length) -> {
            proxy.loseReplies(1);
            out.write(bytes, 0, length);
        });
    }

    /** Has the next one that names the job be lost with its connection. */
    static void loseRequest(FaultProxy proxy, String key) {
        once(proxy, key, (out, bytes, length) -> {
            throw new IOException("lost");
        });
    }

    private static void once(FaultProxy proxy, String key, Passage then) {
        proxy.pass((out, bytes, length) -> {
            if (new String(bytes, 0, length, StandardCharsets.ISO_8859_1).contains("job:" + key)) {
                proxy.pass(Passage.free());
                then.write(out, bytes, length);
            } else {
                out.write(bytes, 0, length);
            }
        });
    }
}
