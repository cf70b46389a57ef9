package dev.pulse.map;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A map that every process holds a copy of: this <em>replica</em> answers reads from local memory and follows what all
 * processes write into Redis. Made by {@link dev.pulse.Pulse#map}, with the content as of then; closed at the end.
 * Thread-safe. The format is that of Go's {@code rmap}; Go programs share the same maps.
 *
 * <p>Local reads ({@link #get}, {@link #containsKey}, {@link #size}, {@link #keys}, {@link #snapshot}) ask Redis nothing,
 * never block on it, and go on with what was known last while Redis is away and after {@link #close()};
 * {@link #staleness()} says how old that may be. They follow a write within about a round trip, so a write that
 * returned may show a moment later: {@link #setAndWait} waits for that. A change that was seen is not taken back, unless
 * Redis itself went back to an older state.
 *
 * <p>Keys are text, neither empty nor with {@code =} in it. Values are what the codec makes of bytes; null is none. One
 * that the codec cannot read, or whose key is no UTF-8, is absent here; it is reported and shows in health.
 *
 * <p>Every write is one atomic script. Each throws {@link InterruptedException} when interrupted before it was sent;
 * {@link dev.pulse.OutcomeUnknownException} when it was sent and not answered, for no write is repeated;
 * {@link dev.pulse.RedisUnavailableException} when it could not be sent within the command time-out;
 * {@link IllegalArgumentException} for a key that breaks the rule, or a value that the codec refuses or that is larger
 * than {@link dev.pulse.Pulse.Builder#maxPayloadBytes}; {@link IllegalStateException} once the map is closed.
 *
 * @param <V> the values
 */
public interface ReplicatedMap<V> extends AutoCloseable {
    /** Its name. */
    String name();

    /** The value, from local memory; null when there is none. */
    @Nullable
    V get(String key);

    /** Whether there is a value, in local memory. */
    boolean containsKey(String key);

    /** How many entries local memory has. */
    int size();

    /** A copy of all keys in local memory, as of one revision. */
    Set<String> keys();

    /** A copy of all that local memory has, as of one revision; cannot be changed. */
    Map<String, V> snapshot();

    /**
     * The value that Redis has at this moment.
     *
     * @throws dev.pulse.MapValueException when the codec cannot read it
     */
    Optional<V> getFresh(String key) throws InterruptedException;

    /**
     * Sets the value.
     *
     * @return what was there before; empty when nothing was, or nothing that the codec can read
     */
    Optional<V> set(String key, V value) throws InterruptedException;

    /**
     * The same, and waits until the local replica has it, or what others wrote over it meanwhile; altogether for the
     * command time-out at most.
     *
     * @throws dev.pulse.ReplicaBehindException when it is set, and the replica did not show it in time, the map was
     *     closed meanwhile, or the wait was interrupted (the flag is set then)
     */
    Optional<V> setAndWait(String key, V value) throws InterruptedException;

    /** Sets the value unless there is one; whether it did. */
    boolean setIfAbsent(String key, V value) throws InterruptedException;

    /** Sets the value if the present one is {@code test}, byte for byte as encoded; whether it did. */
    boolean testAndSet(String key, V test, V value) throws InterruptedException;

    /** Deletes the key if its value is {@code test}, byte for byte as encoded; whether it did. */
    boolean testAndDelete(String key, V test) throws InterruptedException;

    /**
     * Deletes all keys if each of these has its value, byte for byte as encoded; whether it did.
     *
     * @throws IllegalArgumentException when there is nothing to test
     */
    boolean testAndReset(Map<String, V> tests) throws InterruptedException;

    /**
     * Deletes the key.
     *
     * @return what was there; empty when nothing was, or nothing that the codec can read
     */
    Optional<V> delete(String key) throws InterruptedException;

    /**
     * Adds to a decimal integer of 64 bits; an absent one counts as 0. The value is text in Redis, whatever the codec:
     * one that is to read it has to read that, as {@code Codecs.string()} does, or JSON of a {@code Long}.
     *
     * @param by may be negative
     * @return the sum
     * @throws dev.pulse.MapValueException when the value is no such integer, or the sum would be none; nothing is changed
     */
    long inc(String key, long by) throws InterruptedException;

    /** Deletes all keys. */
    void reset() throws InterruptedException;

    /**
     * Deletes all keys, and tells all replicas that it was for good. A write makes the map anew: as with {@link #reset()},
     * replicas go on, and revisions go on counting.
     */
    void destroy() throws InterruptedException;

    /** The same map for values that are lists of text. */
    Lists lists();

    /**
     * Has a watcher told of changes, one after another, on a virtual thread of its own, until the watch or the map is
     * closed. A slow watcher delays nobody: once {@link WatchOptions#backlog} changes wait for it, further ones are
     * coalesced per key, from the oldest old value to the newest new one. What it throws is logged. After changes were
     * missed, those values are told that are no longer {@linkplain Object#equals equal}, arrays by content: values
     * without an {@code equals} are all told then.
     *
     * @throws IllegalStateException when the map is closed
     */
    Watch watch(WatchOptions options, Consumer<? super MapChange<V>> watcher);

    /** How long ago this replica was last known to be equal to Redis; about the check period at most while all is well. */
    Duration staleness();

    /** How many changes the map has had, as far as this replica has seen them. */
    long revision();

    /** How this replica gets on; asks Redis nothing. */
    MapFigures figures();

    /**
     * Ends following Redis, and the watches as {@link Watch#close()} does: watchers at work have 10 s to finish. The map
     * in Redis stays as it is. From any thread, a watcher included, and again.
     */
    @Override
    void close();
}
