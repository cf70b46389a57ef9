package dev.pulse.pool.internal;

/**
 * What a worker read for a key.
 *
 * @param life the worker that read it
 * @param entry what it read
 * @param isNew whether its token is greater than that of each start read before, so that nobody can have ended the job
 */
record Mail(WorkerLife life, InboxEntry entry, boolean isNew) {}
