package dev.pulse.examples.pool;

/** Where people sign up. Closing it ends all that it does. */
interface Website extends AutoCloseable {
    /** Nobody signs up any more; those who did are looked after. */
    void closeDoors() throws Exception;

    @Override
    void close() throws Exception;
}
