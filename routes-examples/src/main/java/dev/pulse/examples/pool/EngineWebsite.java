package dev.pulse.examples.pool;

import static dev.pulse.examples.Console.say;

import dev.pulse.Pulse;
import dev.pulse.PulseException;
import dev.pulse.examples.signup.SignUp;
import dev.pulse.examples.signup.Visitors;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.pool.JobRequest;
import dev.pulse.pool.PoolClient;
import dev.pulse.stream.Codec;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.Reader;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkOptions;
import dev.pulse.stream.StartAt;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The website with the engine alone. */
final class EngineWebsite implements Website {
    private static final Codec<SignUp> JSON = Codecs.json(SignUp.class);
    private static final Duration BETWEEN_SIGN_UPS = Duration.ofMillis(400);
    private static final Duration BETWEEN_FLIPS = Duration.ofSeconds(5);

    private final Ledger ledger;
    private final Pace pace;
    private final PoolClient pool;
    private final ReplicatedMap<String> flags;
    private final EventStream<SignUp> signUps;
    private final Sink<SignUp> dispatching;
    private final Reader<WelcomeMail> reading;
    private final Sink<WelcomeMail> finishing;
    private final CountDownLatch doorsClosed = new CountDownLatch(1);

    EngineWebsite(Pulse pulse, Ledger ledger, Pace pace) throws InterruptedException {
        this.ledger = ledger;
        this.pace = pace;
        pool = pulse.pool(PoolExample.POOL, PoolExample.options());
        flags = pulse.map(PoolExample.FLAGS, Codecs.string());
        signUps = pulse.stream(PoolExample.SIGN_UPS, JSON);
        EventStream<WelcomeMail> mails = pulse.stream(PoolExample.MAILS, Codecs.json(WelcomeMail.class));

        // who signed up gets a job
        dispatching = signUps.sink("mails", manyAtOnce().build());
        dispatching.consume(this::dispatch);

        // every mail is written down, in order
        reading = mails.reader(ReaderOptions.builder().startAt(StartAt.oldest()).build());
        reading.consume(mail ->
                ledger.sent(mail.payload(), Long.parseLong(mail.headers().get("token"))));

        // after the last mail the job has nothing to do any more
        finishing = mails.sink(
                "website",
                manyAtOnce()
                        .filter(mail -> ((WelcomeMail) mail.payload()).last())
                        .build());
        finishing.consume(this::finish);

        Thread.startVirtualThread(this::open);
    }

    private static SinkOptions.Builder manyAtOnce() {
        return SinkOptions.builder().concurrency(50).backoff(Duration.ofMillis(200));
    }

    /** With an id, so that however often the event is delivered, one job begins. */
    private void dispatch(Event<SignUp> event) throws Exception {
        String user = Long.toString(event.payload().user());
        pool.dispatch(JobRequest.of(user, JSON.encode(event.payload())).withId("sign-up-" + user));
    }

    private void finish(Event<WelcomeMail> last) throws InterruptedException {
        pool.stopJob(Long.toString(last.payload().user()));
        ledger.ended(last.payload());
    }

    private void open() {
        Visitors visitors = new Visitors();
        long nextFlip = System.nanoTime() + BETWEEN_FLIPS.toNanos();
        try {
            flags.set("pace", pace.current());
            while (!doorsClosed.await(BETWEEN_SIGN_UPS.toMillis(), TimeUnit.MILLISECONDS)) {
                signUp(visitors.next());
                if (System.nanoTime() - nextFlip >= 0) {
                    nextFlip += BETWEEN_FLIPS.toNanos();
                    flags.set("pace", pace.next());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void signUp(SignUp visitor) throws InterruptedException {
        try {
            signUps.add("user.created", visitor);
            ledger.signedUp(visitor);
        } catch (PulseException e) {
            say("%s is told that the sign-up failed: %s", visitor.name(), e.getMessage());
        }
    }

    @Override
    public void closeDoors() {
        doorsClosed.countDown();
    }

    @Override
    public void close() {
        closeDoors();
        dispatching.close();
        finishing.close();
        reading.close();
        flags.close();
        pool.close();
    }
}
