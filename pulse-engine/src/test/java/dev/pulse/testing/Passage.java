package dev.pulse.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Random;

/** How bytes get through a {@link FaultProxy}; used by the threads of all its connections. */
@FunctionalInterface
public interface Passage {
    /** Writes the first {@code length} of these bytes, all of them. */
    void write(OutputStream out, byte[] bytes, int length) throws IOException;

    /** At once, as they came. */
    static Passage free() {
        return (out, bytes, length) -> out.write(bytes, 0, length);
    }

    /** Each read later by so much, a second at most; what comes meanwhile waits. */
    static Passage delayed(Duration each) {
        return (out, bytes, length) -> {
            pause(each);
            out.write(bytes, 0, length);
        };
    }

    /** So many bytes at a time, then a pause. */
    static Passage trickling(int bytesAtOnce, Duration pause) {
        return (out, bytes, length) -> {
            for (int from = 0; from < length; from += bytesAtOnce) {
                out.write(bytes, from, Math.min(bytesAtOnce, length - from));
                pause(pause);
            }
        };
    }

    /** In packets that begin and end anywhere, inside a number or between the two bytes of a line's end, too. */
    static Passage splitAnywhere(Random random) {
        return (out, bytes, length) -> {
            int from = 0;
            while (from < length) {
                int piece = Math.min(1 + random.nextInt(40), length - from);
                out.write(bytes, from, piece);
                from += piece;
                Thread.yield();
            }
        };
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
