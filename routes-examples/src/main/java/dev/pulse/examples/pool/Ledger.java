package dev.pulse.examples.pool;

import dev.pulse.examples.signup.SignUp;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.camel.Body;
import org.apache.camel.Header;

/** Who signed up, and what mails came of it: what the example is judged by in the end. Thread-safe. */
public final class Ledger {
    private final Set<Long> signedUp = ConcurrentHashMap.newKeySet();
    private final Set<Long> ended = ConcurrentHashMap.newKeySet();
    private final Map<Long, Progress> progress = new ConcurrentHashMap<>();
    private final LongAdder mails = new LongAdder();
    private final LongAdder outOfTurn = new LongAdder();
    private final LongAdder stale = new LongAdder();

    /** The last mail of a user, and the greatest token under which one was sent. */
    private record Progress(int number, long token) {
        static final Progress NONE = new Progress(0, 0);
    }

    Ledger() {}

    /** The sign-up is in the stream. */
    public void signedUp(@Body SignUp signUp) {
        signedUp.add(signUp.user());
    }

    /** A mail was sent; told of all of them in the order of the stream. */
    public void sent(@Body WelcomeMail mail, @Header("token") long token) {
        mails.increment();
        Progress before = progress.getOrDefault(mail.user(), Progress.NONE);
        if (mail.number() != before.number() + 1) {
            outOfTurn.increment();
        }
        if (token < before.token()) {
            stale.increment();
        }
        progress.put(
                mail.user(), new Progress(Math.max(mail.number(), before.number()), Math.max(token, before.token())));
    }

    /** The job of this user was stopped. */
    public void ended(@Body WelcomeMail last) {
        ended.add(last.user());
    }

    long signUpCount() {
        return signedUp.size();
    }

    long mailCount() {
        return mails.sum();
    }

    long completeCount() {
        return signedUp.stream().filter(this::isComplete).count();
    }

    private boolean isComplete(long user) {
        return progress.getOrDefault(user, Progress.NONE).number() == Series.LENGTH && ended.contains(user);
    }

    /** Those who signed up, and did not get all their mails. */
    long lostCount() {
        return signUpCount() - completeCount();
    }

    /** Mails that were sent twice, or before one that comes before them. */
    long outOfTurnCount() {
        return outOfTurn.sum();
    }

    /** Mails that a worker sent after another had the job. */
    long staleCount() {
        return stale.sum();
    }
}
