package dev.pulse.camel;

import dev.pulse.Pulse;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where Redis is, and who asks, as set on an endpoint or a component. Its text never shows the user or the password.
 *
 * @param uri absent for {@link Pulse#DEFAULT_URI}
 * @param username absent for the one in the URI, if any
 * @param password absent for the one in the URI, if any
 */
record RedisAddress(
        @Nullable String uri,
        @Nullable String username,
        @Nullable String password) {
    static final String EMBEDDED = "embedded:";

    private static final Pattern END_OF_HOSTS = Pattern.compile("[/?#]");
    private static final String UNRESERVED = "-._~";
    /** Beginning and end of what may be shown; an @ further on says that it is not what it seems. */
    private static final Pattern SHOWN = Pattern.compile(
            "(rediss?(?:-sentinel|-cluster)?://)(?:[^/?#@]*@)?" + "([A-Za-z0-9.,:\\[\\]-]+(?:/\\d*)?)(?:\\?[^@#]*)?");

    boolean hasUri() {
        return uri != null && !uri.isBlank();
    }

    private String text() {
        return uri != null && hasUri() ? uri.strip() : Pulse.DEFAULT_URI;
    }

    /** Whether connections are made without TLS. */
    boolean isWithoutTls() {
        return !text().startsWith("rediss");
    }

    /** The URI without user, password and parameters; what cannot be understood is not shown at all. */
    String withoutSecrets() {
        Matcher parts = SHOWN.matcher(text());
        if (parts.matches()) {
            return parts.group(1) + parts.group(2);
        }
        return text().equals(EMBEDDED) ? EMBEDDED : "no Redis URI";
    }

    /** What the first of the two leaves open, the second one says. */
    RedisAddress or(RedisAddress fallback) {
        return new RedisAddress(
                hasUri() ? uri : fallback.uri,
                username != null ? username : fallback.username,
                password != null ? password : fallback.password);
    }

    /**
     * One URI with user and password in it, for the engine; holds the secret, so it is never logged.
     *
     * @throws IllegalArgumentException when user or password are given twice, or where they have no place
     */
    String connectionUri() {
        String text = text();
        if (username == null && password == null) {
            return text;
        }
        if (!text.contains("//")) {
            throw new IllegalArgumentException(
                    "username and password are for a uri with a host, such as redis://localhost");
        }
        // there may be several hosts, which java.net.URI does not know
        int from = text.indexOf("//") + 2;
        int at = text.indexOf('@', from);
        String userInfo = at < 0 ? "" : text.substring(from, at);
        if (END_OF_HOSTS.matcher(userInfo).find()) {
            // the @ stands elsewhere; the engine says what is wrong with it, without showing it
            return text;
        }
        return text.substring(0, from) + credentials(userInfo) + '@' + text.substring(at < 0 ? from : at + 1);
    }

    private String credentials(String userInfo) {
        int colon = userInfo.indexOf(':');
        String user = colon < 0 ? userInfo : userInfo.substring(0, colon);
        String secret = colon < 0 ? "" : userInfo.substring(colon + 1);
        if (username != null) {
            requireNone("username", user);
            user = encode(username);
        }
        if (password != null) {
            requireNone("password", secret);
            secret = encode(password);
        }
        return secret.isEmpty() ? user : user + ':' + secret;
    }

    private static void requireNone(String option, String inUri) {
        if (!inUri.isEmpty()) {
            throw new IllegalArgumentException(option + " is given once, was both in the uri and as an option");
        }
    }

    private static String encode(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0);
            encoded.append(plain ? String.valueOf(c) : String.format("%%%02X", (int) c));
        }
        return encoded.toString();
    }

    @Override
    public String toString() {
        return "RedisAddress";
    }
}
