package dev.pulse.examples.tasks;

import static dev.pulse.examples.Console.say;

import dev.pulse.pool.JobInfo;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.apache.camel.Body;
import org.apache.camel.Header;

/** Where thumbnails are made in one studio. */
public final class Darkroom {
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneOffset.UTC);

    private final String studio;
    private final World world;

    Darkroom(String studio, World world) {
        this.studio = studio;
        this.world = world;
    }

    /** Makes a thumbnail, or throws: the first attempt at a crooked picture, and all at one of a format that nobody knows. */
    public void develop(@Body Picture picture, @Header("CamelPulseAttempt") int attempt) {
        if (!world.formats().isKnown(picture.format())) {
            world.ledger().failed();
            throw new IllegalArgumentException("nobody knows the format " + picture.format());
        }
        if (picture.isCrooked() && attempt == 1) {
            world.ledger().failed();
            throw new IllegalStateException("the picture is crooked");
        }
        world.ledger().made(picture);
    }

    /** Learns what a dead task died of. */
    public void learn(@Body JobInfo dead) {
        String format = dead.key().substring(dead.key().lastIndexOf('.') + 1);
        say(
                "      %s mends what is dead: %s, after %d attempts: %s",
                studio, dead.key(), dead.attempts(), dead.error().orElse("?"));
        world.formats().learn(format);
        world.ledger().mended(dead.key());
    }

    /** Tells how all studios get on; the ticker is due. */
    public void summary(@Header("CamelPulseDue") long due, @Header("CamelPulseMissed") long missed) {
        Ledger ledger = world.ledger();
        ledger.summary(due);
        say(
                "      %s tells for %s UTC (%d not told before): %d thumbnails of %d pictures",
                studio, CLOCK.format(Instant.ofEpochMilli(due)), missed, ledger.madeCount(), ledger.foundCount());
    }
}
