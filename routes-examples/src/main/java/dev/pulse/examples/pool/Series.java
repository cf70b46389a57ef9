package dev.pulse.examples.pool;

import dev.pulse.examples.JobThread;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work of one job: sends the mails of one user one after another, for as long as this process has the job. It remembers
 * nothing: begun anew in another process it tries all mails again, and those that were sent are not sent twice.
 */
final class Series {
    static final int LENGTH = 12;

    private static final Logger LOG = LoggerFactory.getLogger(Series.class);
    private static final long MILLIS_BETWEEN_TRIES = 200;

    private final long user;
    private final long token;
    private final Outbox outbox;
    private final JobThread thread;

    /** Where mails go. */
    @FunctionalInterface
    interface Outbox {
        /**
         * Sends a mail unless it was sent before, then waits as long as is to pass between two.
         *
         * @param token of the job that sends it
         */
        void send(WelcomeMail mail, long token) throws Exception;
    }

    private Series(long user, long token, Outbox outbox) {
        this.user = user;
        this.token = token;
        this.outbox = outbox;
        thread = new JobThread("series of " + user, this::sendAll);
    }

    static Series begin(long user, long token, Outbox outbox) {
        Series series = new Series(user, token, outbox);
        series.thread.begin();
        return series;
    }

    /**
     * Returns when nothing of it works any more: only then may the job begin elsewhere. The mail that is being sent may be
     * sent; an interrupt, which comes when that takes too long, interrupts it.
     */
    void end() {
        thread.end();
    }

    private void sendAll() throws InterruptedException {
        for (int number = 1; number <= LENGTH && !thread.isEnding(0); number++) {
            send(new WelcomeMail(user, number));
        }
    }

    private void send(WelcomeMail mail) throws InterruptedException {
        boolean sent = false;
        while (!sent && !thread.isEnding(0)) {
            try {
                outbox.send(mail, token);
                sent = true;
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                if (!thread.isEnding(MILLIS_BETWEEN_TRIES)) {
                    LOG.warn("not sent, is tried again mail={} cause={}", mail.once(), e.toString());
                }
            }
        }
    }
}
