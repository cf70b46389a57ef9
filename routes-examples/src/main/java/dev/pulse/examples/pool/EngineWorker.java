package dev.pulse.examples.pool;

import dev.pulse.Pulse;
import dev.pulse.examples.signup.SignUp;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.pool.Job;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.ServiceHandler;
import dev.pulse.pool.WorkerOptions;
import dev.pulse.stream.Codec;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.NewEvent;
import dev.pulse.stream.Once;

/** A worker with the engine alone. Closing it hands its jobs over. */
final class EngineWorker implements ServiceHandler, AutoCloseable {
    private static final Codec<SignUp> JSON = Codecs.json(SignUp.class);

    private final Mailer mailer = new Mailer(this::send);
    private final EventStream<WelcomeMail> mails;
    private final ReplicatedMap<String> flags;
    private final PoolNode pool;

    EngineWorker(Pulse pulse) throws InterruptedException {
        mails = pulse.stream(PoolExample.MAILS, Codecs.json(WelcomeMail.class));
        flags = pulse.map(PoolExample.FLAGS, Codecs.string());
        pool = pulse.joinPool(PoolExample.POOL, PoolExample.options());
        pool.addService(this, WorkerOptions.defaults());
    }

    /** It returns at once; the job lives on until it is stopped. */
    @Override
    public void start(Job job) throws Exception {
        mailer.begin(job.key(), JSON.decode(job.payload()), job.fencingToken());
    }

    /** It returns when nothing of the job works any more: then it may begin elsewhere. */
    @Override
    public void stop(Job job) {
        mailer.end(job.key());
    }

    /** Once, however often it is tried, and by however many processes. */
    private void send(WelcomeMail mail, long token) throws InterruptedException {
        Once once = mails.addOnce(
                mail.once(),
                Once.DEFAULT_WINDOW,
                NewEvent.of("mail.sent", mail).withHeader("token", Long.toString(token)));
        if (once.first()) {
            String pace = flags.get("pace"); // from local memory; the website changes it for all workers
            Thread.sleep(pace == null ? 0 : Long.parseLong(pace));
        }
    }

    @Override
    public void close() {
        pool.close();
        flags.close();
    }
}
