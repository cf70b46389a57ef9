package dev.pulse.redis;

import dev.pulse.AccessDeniedException;
import dev.pulse.PulseException;
import dev.pulse.RedisOutOfMemoryException;
import dev.pulse.RedisReplyException;
import dev.pulse.RedisUnavailableException;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** Says in Pulse's own exceptions what Jedis and Redis say. */
final class Failures {
    /** Redis did not run the command and soon might: it starts, fails over, or is held up by a script. */
    private static final Set<String> PASSING =
            Set.of("LOADING", "MASTERDOWN", "READONLY", "BUSY", "TRYAGAIN", "CLUSTERDOWN", "NOREPLICAS");

    private static final Set<String> MISDIRECTED = Set.of("READONLY", "MASTERDOWN", "LOADING");

    private static final Set<String> DENIED = Set.of("NOAUTH", "NOPERM", "WRONGPASS");

    /** How Redis 6.2 tells what a command inside a script was answered; later ones begin with that. */
    private static final Pattern IN_SCRIPT = Pattern.compile("ERR Error running script .*: -?([A-Z]{2,}) .*");

    /** What up to Redis 7.0 says, in place of NOPERM, where the user of a script may not do what that does. */
    private static final String DENIED_IN_SCRIPT = "The user executing the script can't ";

    private static final String ARGUMENTS = ", with args beginning with:";

    private Failures() {}

    static PulseException connecting(String where, boolean tls, Duration timeout, JedisException cause) {
        if (cause instanceof JedisDataException refusal) {
            return asking(where, "connecting to " + where, withoutArguments(refusal));
        }
        if (isOfTls(cause)) {
            return new RedisUnavailableException(
                    "no TLS connection to Redis at " + where + ": " + rootMessage(cause), cause);
        }
        return new RedisUnavailableException(
                "cannot connect to Redis at " + where + " within " + timeout + ": " + rootMessage(cause)
                        + (tls ? ", asked for TLS" : ""),
                cause);
    }

    /** Redis repeats what it was given with a command it does not know: where that is HELLO or AUTH, a password. */
    private static JedisDataException withoutArguments(JedisDataException refusal) {
        for (Throwable at = refusal; at != null; at = at.getCause()) {
            if (at.getMessage() != null && at.getMessage().contains(ARGUMENTS)) {
                String text = Objects.requireNonNullElse(refusal.getMessage(), "");
                return new JedisDataException(text.split(ARGUMENTS, 2)[0]);
            }
        }
        return refusal;
    }

    static PulseException unavailable(String where, Throwable cause) {
        return new RedisUnavailableException(
                "Redis at " + where + " does not take commands: " + rootMessage(cause), cause);
    }

    /** What was met while a server was asked for something; {@code doing} says what that was. */
    static PulseException asking(String where, String doing, JedisException cause) {
        return cause instanceof JedisDataException refusal && !isPassing(refusal)
                ? reply(doing, refusal)
                : unavailable(where, cause);
    }

    /** An error reply; {@code doing} is the command. */
    static PulseException reply(String doing, JedisDataException cause) {
        String code = code(cause);
        String message = doing + ": " + cause.getMessage();
        if (DENIED.contains(code)
                || message.contains("invalid username-password")
                || message.contains("invalid password")) {
            return new AccessDeniedException(message, cause);
        }
        if (code.equals("MOVED")) {
            message +=
                    ": this is a node of a Redis Cluster, which wants redis-cluster:// with the addresses of some nodes";
        }
        return code.equals("OOM")
                ? new RedisOutOfMemoryException(message, cause)
                : new RedisReplyException(code, message, cause);
    }

    static boolean isPassing(JedisDataException reply) {
        return PASSING.contains(code(reply));
    }

    /** Redis is a replica, or not yet itself again: the primary may be somewhere else by now. */
    static boolean isMisdirected(JedisDataException reply) {
        return MISDIRECTED.contains(code(reply));
    }

    /** What kind of error it is: its first word, in a script that of the command which failed. */
    static String code(JedisDataException reply) {
        String text = reply.getMessage() == null ? "" : reply.getMessage();
        if (text.contains(DENIED_IN_SCRIPT)) {
            return "NOPERM";
        }
        Matcher inScript = IN_SCRIPT.matcher(text);
        if (inScript.matches()) {
            return inScript.group(1);
        }
        int space = text.indexOf(' ');
        return space < 0 ? text : text.substring(0, space);
    }

    /** Whether it came to a connection, and no trust: a certificate, a host name, or no TLS on the other side. */
    private static boolean isOfTls(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof SSLException) {
                return true;
            }
        }
        return false;
    }

    static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = root.getMessage() == null ? root.toString() : root.getMessage();
        // what Jedis met at each address of a host it only attaches
        return root.getSuppressed().length == 0 ? message : message + " " + rootMessage(root.getSuppressed()[0]);
    }
}
