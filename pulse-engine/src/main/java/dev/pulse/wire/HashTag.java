package dev.pulse.wire;

/**
 * What has Redis Cluster keep all keys of a stream, or of a map, in one slot: of a key with {@code {…}} it only hashes
 * what stands between the first braces. Go does not run there, so no key of another's is meant.
 */
public final class HashTag {
    private HashTag() {}

    /**
     * A name as it goes into keys on Redis Cluster: in braces, unless it has some that Redis hashes.
     *
     * @param what the kind of name, for the message
     * @throws IllegalArgumentException when it has braces that Redis would not hash, or a lone one
     */
    public static String wrap(String what, String name) {
        int open = name.indexOf('{');
        int close = name.indexOf('}');
        if (open < 0 && close < 0) {
            return '{' + name + '}';
        }
        if (open < 0 || close <= open + 1) {
            throw new IllegalArgumentException(
                    what + " has on Redis Cluster no braces but around a part that is to be hashed, as in {a}b, was "
                            + Shown.text(name));
        }
        return name;
    }
}
