package dev.pulse.examples.tasks;

import dev.pulse.examples.JobThread;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The work of one job: fetches the pictures of one tenant, for as long as this studio has the job. */
final class Poller {
    private static final Logger LOG = LoggerFactory.getLogger(Poller.class);
    private static final long MILLIS_BETWEEN = 400;

    private final String tenant;
    private final Cameras cameras;
    private final Desk desk;
    private final JobThread thread;

    /** Where pictures go. */
    @FunctionalInterface
    interface Desk {
        /** Has a thumbnail made some time, once, however often this is called. */
        void accept(Picture picture) throws Exception;
    }

    private Poller(String tenant, Cameras cameras, Desk desk) {
        this.tenant = tenant;
        this.cameras = cameras;
        this.desk = desk;
        thread = new JobThread("poller of " + tenant, this::poll);
    }

    static Poller begin(String tenant, Cameras cameras, Desk desk) {
        Poller poller = new Poller(tenant, cameras, desk);
        poller.thread.begin();
        return poller;
    }

    /** Returns when nothing of it works any more: only then may it begin elsewhere. */
    void end() {
        thread.end();
    }

    private void poll() throws InterruptedException {
        while (!thread.isEnding(MILLIS_BETWEEN)) {
            fetch(cameras.next(tenant));
        }
    }

    private void fetch(Picture picture) throws InterruptedException {
        try {
            desk.accept(picture);
            cameras.fetched(picture);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            LOG.warn("not accepted, is tried again picture={} cause={}", picture.name(), e.toString());
        }
    }
}
