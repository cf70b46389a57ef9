package dev.pulse.examples.readme;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pulse.pool.Job;
import dev.pulse.pool.ServiceHandler;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Follows parcels, each for as long as its job lives. */
final class Tracking implements ServiceHandler {
    /** What was done. */
    final Queue<String> log = new ConcurrentLinkedQueue<>();

    // snippet: handler
    private final Map<String, Thread> trackers = new ConcurrentHashMap<>();

    @Override
    public void start(Job job) { // returns when it works; the job lives on until it is stopped
        trackers.put(job.key(), Thread.startVirtualThread(() -> track(job)));
    }

    @Override
    public void stop(Job job) throws InterruptedException { // returns when nothing of it works: it may begin elsewhere
        Thread tracker = trackers.remove(job.key());
        if (tracker != null) {
            tracker.interrupt();
            tracker.join();
        }
    }
    // end

    // snippet: fencing
    private void track(Job job) {
        while (!job.isStopping()) {
            String place = whereIs(job.key());
            if (job.leased()) { // reads no more than a clock: nobody else runs this job
                write(job.fencingToken(), place); // refuse a smaller token than you have seen
            }
        }
    }
    // end

    // snippet: reached
    @Override
    public void notified(Job job, byte[] news) { // notifyJob: for a job that runs here
        log.add(job.key() + " hears " + new String(news, UTF_8));
    }

    @Override
    public byte[] message(String key, byte[] question) { // send: for a key that is this worker's, with a job or without
        String answer = key + (trackers.containsKey(key) ? " is on its way" : " is not known");
        return answer.getBytes(UTF_8);
    }
    // end

    private static String whereIs(String parcel) {
        try {
            Thread.sleep(Duration.ofMillis(50));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return parcel + " is in Berlin";
    }

    private void write(long token, String place) {
        log.add(token > 0 ? place : "no token");
    }
}
