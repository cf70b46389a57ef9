package dev.pulse.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

    /** The command that runs it by its hash; {@code bySource} where Redis does not know that. */
    Command command(boolean bySource) {
        Command.Name name = bySource ? EVAL : EVALSHA;
        Command command = repeatable ? Command.repeatable(name) : Command.write(name);
        return command.arg(bySource ? text : sha);
    }

    @Override
    public String toString() {
        return name;
    }
}
