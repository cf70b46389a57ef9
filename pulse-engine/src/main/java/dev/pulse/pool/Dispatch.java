package dev.pulse.pool;

/**
 * A job that was started.
 *
 * @param key what it is known by
 * @param id its dispatch id, given or made
 * @param fencingToken the token under which it was started; another one later, when it has moved
 */
public record Dispatch(String key, String id, long fencingToken) {}
