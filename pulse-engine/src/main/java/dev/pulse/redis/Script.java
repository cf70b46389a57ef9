package dev.pulse.redis;

import dev.pulse.AccessDeniedException;
import dev.pulse.RedisReplyException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Lua script, kept in a resource of its own and run by its SHA-1. A line {@code --@include <resource>} stands for the
 * functions of another file.
 */
public final class Script {
    private static final Command.Name EVAL = Command.Name.of("EVAL");
    private static final Command.Name EVALSHA = Command.Name.of("EVALSHA");
    private static final Pattern INCLUDE = Pattern.compile("^--@include (\\S+)$", Pattern.MULTILINE);

    private final String name;
    private final byte[] text;
    private final byte[] sha;
    private final boolean repeatable;

    private Script(String name, String text, boolean repeatable) {
        this.name = name;
        this.text = text.getBytes(StandardCharsets.UTF_8);
        this.sha = HexFormat.of().formatHex(sha1(this.text)).getBytes(StandardCharsets.US_ASCII);
        this.repeatable = repeatable;
    }

    /** A script that is run at most once per call. */
    public static Script load(String resource) {
        return new Script(resource, read(resource), false);
    }

    /** A script that changes nothing when run twice; run again when the reply is lost. */
    public static Script loadRepeatable(String resource) {
        return new Script(resource, read(resource), true);
    }

    private static String read(String resource) {
        try (InputStream in = Script.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalArgumentException("no script " + resource + " on the class path");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return INCLUDE.matcher(text).replaceAll(found -> Matcher.quoteReplacement(read(found.group(1))));
        } catch (IOException e) {
            throw new UncheckedIOException("script " + resource, e);
        }
    }

    private static byte[] sha1(byte[] text) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(text);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    /** Its source, with what it includes. */
    public String text() {
        return new String(text, StandardCharsets.UTF_8);
    }

    /** One way to have a command answered; throws what Redis refuses it for. */
    @FunctionalInterface
    interface Way {
        @Nullable
        Object call(Command command) throws InterruptedException;
    }

    /** Runs it by its hash, or by its text where Redis does not know that yet. Arguments as {@link ScriptRunner} has them. */
    @Nullable
    Object run(Way way, List<?> keys, List<?> arguments) throws InterruptedException {
        try {
            return runKnown(way, keys, arguments);
        } catch (AccessDeniedException denied) {
            // Redis does not tell which of the commands in it
            throw new AccessDeniedException("script " + this + ": " + denied.getMessage(), denied);
        }
    }

    private @Nullable Object runKnown(Way way, List<?> keys, List<?> arguments) throws InterruptedException {
        try {
            return way.call(command(EVALSHA, sha, keys, arguments));
        } catch (RedisReplyException refused) {
            if (!refused.code().equals("NOSCRIPT")) {
                throw refused;
            }
            return way.call(command(EVAL, text, keys, arguments));
        }
    }

    private Command command(Command.Name name, byte[] script, List<?> keys, List<?> arguments) {
        Command command = repeatable ? Command.repeatable(name) : Command.write(name);
        command.arg(script).arg(keys.size());
        keys.forEach(key -> command.key(bytes(key)));
        arguments.forEach(argument -> command.arg(bytes(argument)));
        return command;
    }

    private static byte[] bytes(Object value) {
        return value instanceof byte[] raw ? raw : value.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return name;
    }
}
