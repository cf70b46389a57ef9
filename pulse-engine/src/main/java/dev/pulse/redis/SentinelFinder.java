package dev.pulse.redis;

import dev.pulse.PulseException;
import dev.pulse.RedisUnavailableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Asks the sentinels in turn, beginning with the one that answered last. One connection is kept for the next question, by
 * whoever asks it.
 */
final class SentinelFinder implements MasterFinder {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final List<Address> sentinels;
    private final String master;
    private final Dialer toSentinels;
    private final Dialer toRedis;
    private final AtomicInteger first = new AtomicInteger();
    private final AtomicReference<@Nullable Connection> kept = new AtomicReference<>();
    private volatile boolean closed;

    SentinelFinder(RedisOptions options, RedisUri uri) {
        RedisUri.Sentinels sentinelsOfUri = Objects.requireNonNull(uri.sentinels(), "sentinels");
        this.sentinels = uri.addresses();
        this.master = sentinelsOfUri.master();
        this.toSentinels = OwnDialer.toSentinels(options, uri, sentinelsOfUri);
        this.toRedis = OwnDialer.toRedis(options, uri);
    }

    @Override
    public Address find() {
        Connection open = kept.getAndSet(null);
        if (open != null) {
            try {
                Address found = ask(open);
                keep(open);
                return found;
            } catch (JedisException | PulseException e) {
                // another one may answer
                OwnedConnection.discard(open);
            }
        }
        PulseException failure = null;
        int begin = first.get();
        for (int i = 0; i < sentinels.size(); i++) {
            int number = Math.floorMod(begin + i, sentinels.size());
            try {
                Address found = askAnew(sentinels.get(number));
                first.set(number);
                return found;
            } catch (PulseException e) {
                failure = failure == null ? e : failure;
            }
        }
        throw noAnswer(Objects.requireNonNull(failure, "there is a sentinel"));
    }

    private PulseException noAnswer(PulseException failure) {
        if (failure instanceof RedisUnavailableException) {
            return new RedisUnavailableException(
                    "no sentinel tells where master \"" + master + "\" is: " + failure.getMessage(), failure);
        }
        return failure;
    }

    private Address askAnew(Address sentinel) {
        Connection opened = toSentinels.dial(sentinel, "sentinel", PATIENCE);
        boolean answered = false;
        try {
            Address found = ask(opened);
            answered = true;
            keep(opened);
            return found;
        } catch (JedisException e) {
            throw Failures.asking(sentinel.toString(), "asking the sentinel at " + sentinel, e);
        } finally {
            if (!answered) {
                OwnedConnection.discard(opened);
            }
        }
    }

    private Address ask(Connection sentinel) {
        Object reply = sentinel.executeCommand(new CommandArguments(Protocol.Command.SENTINEL)
                .add("GET-MASTER-ADDR-BY-NAME")
                .add(master));
        if (reply instanceof List<?> address
                && address.size() == 2
                && address.get(0) instanceof byte[] host
                && address.get(1) instanceof byte[] port) {
            return new Address(
                    new String(host, StandardCharsets.UTF_8),
                    Integer.parseInt(new String(port, StandardCharsets.US_ASCII)));
        }
        throw new RedisUnavailableException(
                "the sentinel at " + sentinel.getHostAndPort() + " knows no master \"" + master + "\"", null);
    }

    private void keep(Connection open) {
        if (!kept.compareAndSet(null, open)) {
            OwnedConnection.discard(open);
        }
        if (closed) {
            close();
        }
    }

    @Override
    public Connection dial(Address address, String role, Duration timeout) {
        return toRedis.dial(address, role, timeout);
    }

    @Override
    public void doubt() {
        Connection open = kept.getAndSet(null);
        if (open != null) {
            OwnedConnection.discard(open);
        }
        first.incrementAndGet();
    }

    @Override
    public String name() {
        return "master " + master;
    }

    @Override
    public void close() {
        closed = true;
        Connection open = kept.getAndSet(null);
        if (open != null) {
            OwnedConnection.discard(open);
        }
    }
}
