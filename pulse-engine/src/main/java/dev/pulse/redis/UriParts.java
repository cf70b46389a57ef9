package dev.pulse.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Redis URI taken apart, still percent-encoded. Unlike {@link java.net.URI} it knows several hosts after one another. No message
 * of it shows what could be a part of a password.
 */
record UriParts(
        String scheme,
        @Nullable String userInfo,
        String hosts,
        String path,
        @Nullable String query) {
    /** RFC 3986, appendix B. */
    private static final Pattern PARTS =
            Pattern.compile("(?:(?<scheme>[^:/?#]+):)?(?://(?<authority>[^/?#]*))?(?<path>[^?#]*)"
                    + "(?:\\?(?<query>[^#]*))?(?:#(?<fragment>.*))?");

    private static final Pattern ILLEGAL = Pattern.compile("[\\s\\p{Cntrl}\"<>\\\\^`{|}]|%(?![0-9A-Fa-f]{2})");
    private static final int MOST_PORT = 65_535;
    /** A name, an IPv4 address or an IPv6 address in brackets, and a port. */
    private static final Pattern HOST = Pattern.compile("([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.%]+])(?::(\\d{1,9}))?");

    static UriParts split(String text) {
        Matcher illegal = ILLEGAL.matcher(text);
        Matcher parts = PARTS.matcher(text);
        if (illegal.find()) {
            throw new IllegalArgumentException("Redis URI is not a URI: illegal character at index " + illegal.start());
        }
        if (!parts.matches()) {
            throw new IllegalStateException("every text has the parts of a URI");
        }
        String scheme = text(parts, "scheme");
        if (!scheme.startsWith("redis")) {
            return new UriParts(scheme, null, "", "", null);
        }
        String authority = text(parts, "authority");
        int at = authority.indexOf('@');
        if (at != authority.lastIndexOf('@')) {
            throw new IllegalArgumentException(
                    "Redis URI has several @ before the host: in user and password it is %40");
        }
        String hosts = authority.substring(at + 1);
        if (hosts.isEmpty() || hosts.startsWith(":")) {
            throw new IllegalArgumentException("Redis URI names a host, as in redis://localhost:6379, was " + scheme
                    + "://" + (authority.isEmpty() ? "" : "…"));
        }
        String rest = text.substring(Math.max(0, parts.end("authority")));
        if (rest.indexOf('@') >= 0) {
            // what stands before that @ is part of a password, and no message below may show it
            throw new IllegalArgumentException(
                    "Redis URI has an @ behind the host: user and password are percent-encoded (/ is %2F, ? is %3F, # is %23)");
        }
        if (parts.group("fragment") != null) {
            throw new IllegalArgumentException("Redis URI has no fragment: # in a part of it is %23");
        }
        return new UriParts(
                scheme, at < 0 ? null : authority.substring(0, at), hosts, text(parts, "path"), parts.group("query"));
    }

    private static String text(Matcher parts, String group) {
        String found = parts.group(group);
        return found == null ? "" : found;
    }

    List<Address> addresses(int defaultPort) {
        List<Address> addresses = new ArrayList<>();
        for (String text : hosts.split(",", -1)) {
            Matcher host = HOST.matcher(text);
            if (!host.matches()) {
                // not the text: before a missing @ it may be a password
                throw new IllegalArgumentException("Redis URI names hosts, as in localhost:6379, which number "
                        + (addresses.size() + 1) + " is not");
            }
            int port = host.group(2) == null ? defaultPort : Integer.parseInt(host.group(2));
            if (port == 0 || port > MOST_PORT) {
                throw new IllegalArgumentException("port in the Redis URI is 1 to " + MOST_PORT + ", was " + port);
            }
            addresses.add(new Address(host.group(1), port));
        }
        return addresses;
    }
}
