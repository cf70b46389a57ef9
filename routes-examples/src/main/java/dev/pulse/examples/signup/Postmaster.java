package dev.pulse.examples.signup;

import static dev.pulse.examples.Console.say;

import dev.pulse.stream.DeadLetter;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.camel.Body;

/** Looks after mails that were given up: has mail servers told what they did not know, then has them tried again. */
public final class Postmaster {
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final LongAdder replayed = new LongAdder();

    Postmaster() {}

    /** The domain that mail servers are to be told of. */
    public String domainOf(@Body DeadLetter<SignUp> letter) {
        SignUp signUp = letter.event().orElseThrow().payload();
        seen.add(letter.id().toString());
        say(
                "      the postmaster finds the mail to %s, given up after %d deliveries: it is replayed",
                signUp.mail(), letter.deliveries());
        return signUp.domain();
    }

    /** Takes note of what a replay came to. */
    public void replayed(@Body Map<String, String> outcomes) {
        replayed.add(outcomes.values().stream().filter("REPLAYED"::equals).count());
    }

    long seenCount() {
        return seen.size();
    }

    long replayedCount() {
        return replayed.sum();
    }
}
