package dev.pulse.jmh;

import dev.pulse.pool.Job;
import dev.pulse.pool.ServiceHandler;

/** Jobs that have nothing to do: all returns at once. */
class AtOnceService implements ServiceHandler {
    private static final byte[] ANSWER = {1};

    @Override
    public void start(Job job) {
        // it runs
    }

    @Override
    public void stop(Job job) {
        // it does not
    }

    @Override
    public byte[] message(String key, byte[] payload) {
        return ANSWER;
    }
}
