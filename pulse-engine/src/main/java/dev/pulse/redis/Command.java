package dev.pulse.redis;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol;

/** One Redis command under construction, then on its way. Not for use by two threads at once. */
public final class Command {
    private final CommandArguments arguments;
    private byte @Nullable [] firstKey;
    private final boolean repeatable;
    private boolean largeReply;
    private int bytes;

    /** The name of a command that is sent for every event, looked up once. */
    public static final class Name {
        private final Protocol.Command command;

        private Name(Protocol.Command command) {
            this.command = command;
        }

        public static Name of(String name) {
            return new Name(Protocol.Command.valueOf(name));
        }
    }

    private Command(Name name, boolean repeatable) {
        this.arguments = new CommandArguments(name.command);
        this.repeatable = repeatable;
    }

    /** A command that is sent at most once. */
    public static Command write(Name name) {
        return new Command(name, false);
    }

    /** The same by its name. */
    public static Command write(String name) {
        return write(Name.of(name));
    }

    /** A read, or a write that changes nothing when done twice: sent again when the reply is lost. */
    public static Command repeatable(Name name) {
        return new Command(name, true);
    }

    /** The same by its name. */
    public static Command repeatable(String name) {
        return repeatable(Name.of(name));
    }

    /** Goes ahead of a command for a slot that is on its way to the node asked. */
    static Command asking() {
        return repeatable("ASKING");
    }

    /** Adds a key. */
    public Command key(String key) {
        return key(key.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds a key. */
    public Command key(byte[] key) {
        // as any argument: which are keys, Jedis would note down for clients of its own
        arguments.add(key);
        if (firstKey == null) {
            firstKey = key;
        }
        bytes += key.length;
        return this;
    }

    /** Adds an argument. */
    public Command arg(String value) {
        return arg(value.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds an argument. */
    public Command arg(long value) {
        arguments.add(value);
        bytes += Long.BYTES;
        return this;
    }

    /** Adds an argument; the bytes must not change until the reply is there. */
    public Command arg(byte[] value) {
        arguments.add(value);
        bytes += value.length;
        return this;
    }

    /** Says that its reply has no bound: it goes where nobody waits behind it. */
    public Command largeReply() {
        largeReply = true;
        return this;
    }

    boolean hasLargeReply() {
        return largeReply;
    }

    CommandArguments arguments() {
        return arguments;
    }

    /** The key that says to which node of a cluster it goes: all its keys are in the slot of the first. */
    byte @Nullable [] firstKey() {
        return firstKey;
    }

    boolean isRepeatable() {
        return repeatable;
    }

    /** About how many bytes it takes on the wire. */
    public int bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return arguments.getCommand().toString();
    }
}
